// The keys of other nodes: fetched, verified, kept, and put into quarantine where they contradict themselves (chapter 13).
import type { AuditEntry } from '../core/audit-chain.ts';
import type { Json, JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { holds } from '../core/freshness.ts';
import { listedKey, type SignedKeyDocument } from '../core/key-document.ts';
import type { NodeName } from '../generated/api.ts';
import type { NodeStore } from '../services/environment.ts';
import { KeyDispute, type Taken, takeAnswer } from './key-answer.ts';
import { PeerRefusal, unreachable } from './peer-answer.ts';
import { type HeldKeys, PeerKeyRows, type StoredKeys } from './peer-key-rows.ts';

/** Between two fetches for a key that a peer does not list, or for a quarantine's end. In milliseconds. */
const fetchInterval = 10_000;
/** Answers that one refresh asks for: 1024 new documents. What is left then, the next one gets. */
const maxRounds = 16;
/** Whoever cannot sign can still name nodes: no more than so many are asked for their keys at a time. */
const maxFetching = 100;
const maxRemembered = 10_000;

export interface PeerKeysOptions {
  readonly store: NodeStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** An unsigned GET of another node: its answer's body. @throws EccpError ECCP_UNREACHABLE, or what its policy or its JSON is refused for. */
  readonly fetch: (node: NodeName, path: string) => Promise<Json>;
  readonly audit: (entry: AuditEntry) => Promise<void>;
}

export class PeerKeys {
  readonly #options: PeerKeysOptions;
  readonly #rows: PeerKeyRows;
  readonly #fetching = new Map<NodeName, Promise<StoredKeys>>();
  /** When each was asked last, the earliest first. */
  readonly #asked = new Map<NodeName, number>();

  constructor(options: PeerKeysOptions) {
    this.#options = options;
    this.#rows = new PeerKeyRows(options.store);
  }

  /**
   * A key of another node that is in force now, fetched where that is needed.
   *
   * @returns the raw public key in base64url.
   * @throws EccpError ECCP_KEY_REVOKED, ECCP_BAD_SIGNATURE for a key that the node does not list, ECCP_QUARANTINED, and those of refresh().
   */
  async key(node: NodeName, keyId: string): Promise<string> {
    let held = await this.#rows.get(node);
    if (held.quarantined !== undefined) throw inQuarantine(node);
    const isFresh = held.freshness !== undefined && holds(held.freshness.freshness, this.#options.now());
    if (!isFresh) held = await this.#refresh(node); // AUTH-021, KEY-032
    let key = inForce(held, keyId);
    if (key === undefined && !this.#askedLately(node)) key = inForce(await this.#refresh(node), keyId); // AUTH-023
    if (key === undefined) throw new EccpError('ECCP_BAD_SIGNATURE', `${keyId} is not a key of ${node}`); // AUTH-024
    return key;
  }

  /**
   * Gets a node's keys anew, and holds them when they are good.
   *
   * @throws EccpError ECCP_UNREACHABLE, ECCP_POLICY_DENIED, ECCP_KEY_ROLLBACK, ECCP_KEY_CONTINUITY, ECCP_BAD_KEY, ECCP_BAD_SIGNATURE,
   *   ECCP_QUARANTINED, ECCP_LIMIT_EXCEEDED, or the code of chapter 2 for an answer that breaks it.
   */
  async refresh(node: NodeName): Promise<void> {
    await this.#refresh(node);
  }

  /** The documents of a node that this one has verified, oldest first. Nothing is fetched. */
  async held(node: NodeName): Promise<readonly SignedKeyDocument[]> {
    return (await this.#rows.get(node)).chain;
  }

  /**
   * To be called before anything is taken from a node or sent to it. Asks a node in quarantine for its keys now and then: a recovery
   * document ends the quarantine (KEY-046).
   *
   * @throws EccpError ECCP_QUARANTINED
   */
  async checkQuarantine(node: NodeName): Promise<void> {
    if ((await this.#rows.get(node)).quarantined === undefined) return;
    if (this.#askedLately(node)) throw inQuarantine(node);
    try {
      await this.#refresh(node);
    } catch (error) {
      throw error instanceof EccpError ? inQuarantine(node, error) : error;
    }
  }

  /** To be called when somebody else has changed what is held of a node: an operator who lifts its quarantine. */
  forget(node: NodeName): void {
    this.#rows.forget(node);
    this.#asked.delete(node);
  }

  /** One fetch of a node at a time: whoever comes meanwhile waits for it. */
  #refresh(node: NodeName): Promise<StoredKeys> {
    const running = this.#fetching.get(node);
    if (running !== undefined) return running;
    if (this.#fetching.size >= maxFetching) {
      const details = { retry_after_ms: 1_000 };
      throw new EccpError('ECCP_LIMIT_EXCEEDED', 'too many nodes are being asked for their keys', details);
    }
    this.#remember(node);
    const fetched = this.#untilSettled(node).finally(() => this.#fetching.delete(node));
    this.#fetching.set(node, fetched);
    return fetched;
  }

  /** Starts again when what is held has been changed by somebody else meanwhile. */
  async #untilSettled(node: NodeName): Promise<StoredKeys> {
    for (;;) {
      const settled = await this.#fetch(node, await this.#rows.get(node));
      if (settled !== undefined) return settled;
    }
  }

  async #fetch(node: NodeName, stored: StoredKeys): Promise<StoredKeys | undefined> {
    let before = stored;
    let { chain } = before;
    let recovered = false;
    for (let round = 0; round < maxRounds; round++) {
      const since = chain.at(-1)?.document.version ?? 0; // KEY-022
      const answer = await this.#ask(node, `/_eccp/federation/v1/keys?since=${since}`);
      let taken: Taken;
      try {
        taken = await takeAnswer(node, chain, answer, this.#options.now());
      } catch (error) {
        if (!(error instanceof KeyDispute)) throw error;
        if (before.quarantined !== undefined) throw inQuarantine(node, error);
        if (!(await this.#quarantine(node, before, error))) return undefined;
        throw error;
      }
      recovered ||= taken.recovered;
      chain = taken.chain;
      const { freshness } = taken;
      if (before.quarantined !== undefined) {
        if (freshness === undefined) continue;
        if (!recovered) throw inQuarantine(node); // KEY-045
      }
      if (!(await this.#rows.save(node, before, { chain, freshness, quarantined: undefined }))) return undefined;
      if (before.quarantined !== undefined)
        await this.#tell('peer.recovered', node, { version: chain.at(-1)?.document.version ?? 0 });
      before = await this.#rows.get(node);
      if (freshness !== undefined) return before;
    }
    throw unreachable(node, 'it has more key documents than are read at a time'); // the next refresh goes on from here
  }

  async #quarantine(node: NodeName, before: StoredKeys, { message }: EccpError): Promise<boolean> {
    const { chain, freshness } = before;
    if (!(await this.#rows.save(node, before, { chain, freshness, quarantined: message }))) return false;
    await this.#tell('peer.quarantined', node, { reason: message });
    return true;
  }

  #tell(kind: string, node: NodeName, detail: JsonObject): Promise<void> {
    return this.#options.audit({ kind, actor: 'node', subject: node, detail });
  }

  /** What the peer refuses is not what whoever asked here did wrong. */
  async #ask(node: NodeName, path: string): Promise<Json> {
    try {
      return await this.#options.fetch(node, path);
    } catch (error) {
      throw error instanceof PeerRefusal ? unreachable(node, error.message, error) : error;
    }
  }

  #askedLately(node: NodeName): boolean {
    const asked = this.#asked.get(node);
    return asked !== undefined && Math.abs(this.#options.now() - asked) < fetchInterval;
  }

  #remember(node: NodeName): void {
    this.#asked.delete(node);
    const [oldest] = this.#asked.keys();
    if (oldest !== undefined && this.#asked.size >= maxRemembered) this.#asked.delete(oldest);
    this.#asked.set(node, this.#options.now());
  }
}

/** The key, when the newest document lists it; undefined when it does not say anything of it. */
function inForce({ chain }: HeldKeys, keyId: string): string | undefined {
  const newest = chain.at(-1)?.document;
  if (newest?.revoked.includes(keyId)) throw new EccpError('ECCP_KEY_REVOKED', `${keyId} is revoked`); // AUTH-022
  return newest && listedKey(newest, keyId);
}

function inQuarantine(node: NodeName, cause?: Error): EccpError {
  const message = `the keys of ${node} are in dispute; its owner or the operator of this node can settle it`;
  return new EccpError('ECCP_QUARANTINED', message, {}, { cause });
}
