// This node's own keys as others see them: published, vouched for, and changed (sections 13.2 and 13.5).
import type { AuditEntry } from '../core/audit-chain.ts';
import { type SignedFreshness, signFreshness } from '../core/freshness.ts';
import type { SignedKeyDocument } from '../core/key-document.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';

/** How long a statement holds, in milliseconds; after half of it there is a new one (KEY-016, KEY-017). */
const validity = 48 * 60 * 60 * 1000;
/** The longest that a timer is set for, and how long a rotation that failed is left alone. In milliseconds. */
const longestWait = 60 * 60 * 1000;
const retryWait = 60_000;

export interface OwnKeysOptions {
  readonly identity: NodeIdentity;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly audit: (entry: AuditEntry) => Promise<void>;
  /** How long a key signs until the next one does, in milliseconds; absent: for ever. */
  readonly rotationIntervalMs?: number;
  /** Told of a rotation by interval that failed; it is tried again. */
  readonly onFailure?: (error: unknown) => void;
}

/** @param revoked whether nobody may trust the keys before any more. */
export type RotationListener = (revoked: boolean) => void;

export class OwnKeys {
  readonly #options: OwnKeysOptions;
  readonly #listeners: RotationListener[] = [];
  #vouched: { newest: SignedKeyDocument; statement: SignedFreshness } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OwnKeysOptions) {
    this.#options = options;
  }

  /** The id of the key that signs now. */
  get keyId(): string {
    return this.#options.identity.key.keyId;
  }

  /** The documents after a version, and the statement that the newest is the newest (KEY-010, KEY-013). */
  since(version: number): { documents: SignedKeyDocument[]; freshness: SignedFreshness } {
    const { chain } = this.#options.identity;
    return {
      documents: chain.filter(({ document }) => document.version > version),
      freshness: this.#freshness(),
    };
  }

  /** @param listener is told when a new key signs: rooms are to get to know it. */
  onRotated(listener: RotationListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Puts a new key in place of the one that signs; resolves when it is on disk and recorded.
   *
   * @param options.actor the user who asked for it; absent: the node itself, by the interval.
   * @param options.revoke whether nobody may trust the keys before any more: they are in other hands, or may be.
   */
  async rotate({ revoke, actor = 'node' }: { revoke: boolean; actor?: string }): Promise<void> {
    const { identity, audit } = this.#options;
    await identity.rotate({ revoke });
    for (const listener of this.#listeners) listener(revoke);
    const detail = { version: this.version, revoked: revoke };
    await audit({ kind: 'keys.rotated', actor, subject: this.keyId, detail });
  }

  /** Of the newest document. */
  get version(): number {
    return this.#options.identity.chain.at(-1)?.document.version ?? 0;
  }

  /** Begins to rotate by interval, if there is one. */
  start(): void {
    const { rotationIntervalMs } = this.#options;
    if (rotationIntervalMs !== undefined) this.#wait(this.#due(rotationIntervalMs), rotationIntervalMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** In how many milliseconds the next rotation is due. */
  #due(interval: number): number {
    const { identity, now } = this.#options;
    return Math.max(0, identity.changedTs + interval - now());
  }

  #wait(ms: number, interval: number): void {
    this.#timer = setTimeout(() => void this.#tick(interval), Math.min(ms, longestWait));
    this.#timer.unref();
  }

  async #tick(interval: number): Promise<void> {
    const timer = this.#timer;
    let wait: number | undefined;
    try {
      if (this.#due(interval) === 0) await this.rotate({ revoke: false });
    } catch (error) {
      this.#options.onFailure?.(error);
      wait = retryWait;
    }
    if (this.#timer === timer) this.#wait(wait ?? this.#due(interval), interval); // unless it was stopped meanwhile
  }

  #freshness(): SignedFreshness {
    const { identity, now } = this.#options;
    const newest = identity.chain.at(-1);
    if (newest === undefined) throw new Error('an identity without key documents');
    const held = this.#vouched;
    if (held?.newest === newest && isYoung(held.statement, now())) return held.statement;
    const statement = signFreshness(newest.document, identity.keyIn(newest.document), now(), validity);
    this.#vouched = { newest, statement };
    return statement;
  }
}

/** Whether less than half of a statement's time has passed. Not when it begins in the future: then the clock was set back. */
function isYoung({ freshness: { valid_from, valid_until } }: SignedFreshness, now: number): boolean {
  return valid_from <= now && now - valid_from < (valid_until - valid_from) / 2;
}
