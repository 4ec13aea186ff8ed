import { randomBytes } from 'node:crypto';
import type { Changes } from './changes.ts';
import { fits } from './door.ts';
import { type Fault, Refusal } from './refusal.ts';
import { canonical, type Dict, depthOf, hash, type Signer, type Value } from './text.ts';

/** Types with a state key of their own, and the schemas of their content. */
const STATE: Record<string, string> = {
  'eccp.room.create': 'CreateContent',
  'eccp.room.member': 'MemberContent',
  'eccp.room.power_levels': 'PowerLevelsContent',
  'eccp.room.visibility': 'VisibilityContent',
  'eccp.room.history_visibility': 'HistoryVisibilityContent',
  'eccp.room.encryption': 'EncryptionContent',
  'eccp.room.host': 'HostContent',
  'eccp.room.name': 'NameContent',
  'eccp.room.topic': 'TopicContent',
};
const OTHERS: Record<string, string> = {
  'eccp.room.redaction': 'RedactionContent',
  'eccp.room.message': 'MessageContent',
  'eccp.room.encrypted': 'EncryptedContent',
};
/** Their content no redaction takes. */
export const LASTING = new Set([...Object.keys(STATE).slice(0, 7), 'eccp.room.redaction']);

/** An event with its entry, and what of it only the node knows. */
export interface Placed {
  id: string;
  event: Dict;
  content?: Dict;
  nonce?: string;
  signature: string;
  entry: Dict;
  entrySignature: string;
  entryHash: string;
  /** The number of the change that it was. */
  change: number;
  redactedBy?: string;
  /** Which device sent it under which transaction id. */
  sent?: { device: string; txn: string };
}

/** What somebody wants to put into a log. */
export interface Wish {
  type: string;
  sender: string;
  content: Dict;
  stateKey?: string;
  replaces?: string | null;
}

type State = Map<string, number>;

/** One room: its log and the states after its entries (chapter 7). */
export class Log {
  readonly entries: Placed[] = [];
  readonly #states: State[] = [];
  readonly #node: string;
  readonly #signer: Signer;
  readonly #faults: ReadonlySet<Fault>;
  readonly #changes: Changes;
  id = '';

  constructor(node: string, signer: Signer, changes: Changes, faults: ReadonlySet<Fault>) {
    this.#changes = changes;
    this.#node = node;
    this.#signer = signer;
    this.#faults = faults;
  }

  /** The place of the last entry, -1 in an empty log. */
  get last(): number {
    return this.entries.length - 1;
  }

  /** The state event after an entry, by default the last. */
  state(type: string, stateKey = '', after = this.last): Placed | undefined {
    const seq = this.#states[after]?.get(`${type} ${stateKey}`);
    return seq === undefined ? undefined : this.entries[seq];
  }

  /** The state events after an entry, in the order of the log. */
  wholeState(after = this.last): Placed[] {
    const places = [...(this.#states[after] ?? new Map<string, number>())].filter(
      ([pair]) => !pair.startsWith('eccp.node.keys '),
    );
    return places
      .map(([, seq]) => seq)
      .sort((a, b) => a - b)
      .flatMap((seq) => this.entries[seq] ?? []);
  }

  /** Refuses what no log takes, whoever sends it: type, state key, content. */
  judgeForm(wish: Wish): void {
    const { type, content, stateKey } = wish;
    const schema = stateKey === undefined ? OTHERS[type] : STATE[type];
    if (type.startsWith('eccp.') && schema === undefined) throw new Refusal('ECCP_BAD_EVENT', { path: '/event/type' });
    if (type.startsWith('eccp.') && type !== 'eccp.room.member' && (stateKey ?? '') !== '')
      throw new Refusal('ECCP_BAD_EVENT', { path: '/event/state_key' });
    if (depthOf(content) > 24 || (schema && !fits(schema, content)))
      throw new Refusal('ECCP_BAD_EVENT', { path: '/content' });
    const { event, closed } = this.#draft(wish);
    if (Buffer.byteLength(canonical(event)) + Buffer.byteLength(closed) > 61_440) throw new Refusal('ECCP_TOO_LARGE');
  }

  /** The event as it would come next. */
  #draft({ type, sender, stateKey, ...wish }: Wish): { event: Dict; content: Dict; nonce: string; closed: string } {
    const own = type === 'eccp.room.member' && stateKey === sender;
    const before = this.entries.at(-1);
    const content = before === undefined ? { ...wish.content, node_keys: [this.#signer.document] } : wish.content;
    const nonce = randomBytes(16).toString('base64url');
    const closed = canonical({ content, nonce });
    const event: Dict = {
      ...{ v: 1, type, sender, origin_key: this.#signer.keyId, origin_ts: Date.now() },
      content_hash: hash('eccp.content.v1', closed),
      ...(before ? { room_id: this.id } : {}),
      ...(stateKey === undefined ? {} : { state_key: stateKey, replaces: this.state(type, stateKey)?.id ?? null }),
      ...(before && !own ? { anchor: { seq: this.last, hash: before.entryHash } } : {}),
    };
    return { event, content, nonce, closed };
  }

  /** Puts an event into the log. Whoever calls has judged it. */
  append(wish: Wish): Placed {
    const { type, stateKey } = wish;
    const before = this.entries.at(-1);
    const { event, content, nonce } = this.#draft(wish);
    const eventHash = hash('eccp.event.v1', canonical(event));
    const id = `$${eventHash}`;
    if (!before) this.id = `!${eventHash}:${this.#node}`;
    const state: State = new Map(this.#states.at(-1));
    const seq = this.entries.length;
    if (stateKey !== undefined) state.set(`${type} ${stateKey}`, seq);
    if (!before) state.set(`eccp.node.keys ${this.#node}`, seq);
    const entry: Dict = {
      ...{
        v: 1,
        room_id: this.id,
        epoch: 0,
        seq,
        prev: before?.entryHash ?? null,
        event_id: id,
        host_key: this.#signer.keyId,
      },
      host_ts: Math.max(Date.now(), Number(before?.entry.host_ts ?? 0)),
      state_root: this.#root(state, id, seq),
    };
    const placed: Placed = {
      ...{
        id,
        event,
        content,
        nonce,
        entry,
        change: this.#changes.next(),
        entryHash: hash('eccp.entry.v1', canonical(entry)),
      },
      signature: this.#signer.sign('eccp.event-sig.v1', event),
      entrySignature: this.#signer.sign('eccp.entry-sig.v1', entry),
    };
    this.entries.push(placed);
    this.#states.push(state);
    if (type === 'eccp.room.redaction') this.#redact(placed);
    return placed;
  }

  #root(state: State, id: string, seq: number): string {
    const pairs = [...state].map(([pair, place]) => {
      const [type = '', key = ''] = pair.split(' ');
      return [type, key, place === seq ? id : (this.entries[place]?.id ?? '')];
    });
    if (this.#faults.has('wrong-state-root')) pairs.pop();
    pairs.sort(([a = '', b = ''], [c = '', d = '']) => (a < c || (a === c && b < d) ? -1 : 1));
    return hash('eccp.state.v1', canonical(pairs as Value));
  }

  #redact(redaction: Placed): void {
    const { event_id, sender } = (redaction.content?.redacts ?? {}) as Dict;
    const target = this.entries.slice(0, -1).find(({ id }) => id === event_id);
    if (!target || target.event.sender !== sender || LASTING.has(String(target.event.type))) return;
    target.redactedBy ??= redaction.id;
    if (this.#faults.has('redaction-keeps-content')) return;
    delete target.content;
    delete target.nonce;
  }
}

/** An event as a device gets it. */
export function served(placed: Placed, device?: string): Dict {
  const { id, event, content, nonce, signature, entry, entrySignature, redactedBy, sent } = placed;
  return {
    ...{ event_id: id, event, signature, entry, entry_signature: entrySignature },
    ...(content && nonce ? { content, nonce } : {}),
    ...(redactedBy === undefined ? {} : { redacted_by: redactedBy }),
    ...(sent && sent.device === device ? { txn_id: sent.txn } : {}),
  };
}
