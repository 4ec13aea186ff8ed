import { EccpError } from '../core/errors.ts';
import type { NodeName } from '../generated/api.ts';
import type { Environment, NodeStore } from './environment.ts';

/** `last_success_ts` on disk is exact to this, so that an exchange costs no write of its own. */
const writtenEveryMs = 60_000;

/** The longest failure that is kept, in characters: part of it may be the peer's own words. */
const maxFailure = 300;

export interface Contact {
  /** Undefined: not since the start. */
  readonly successTs: number | undefined;
  /** What failed last; null once something succeeded. */
  readonly failure: string | null;
}

/** How the last exchanges with other nodes went: in memory, and on disk when it changes or a while has passed. */
export class PeerContacts {
  readonly #store: NodeStore;
  readonly #environment: Environment;
  readonly #contacts = new Map<NodeName, Contact>();
  readonly #written = new Map<NodeName, { failure: string | null; at: number }>();

  constructor(store: NodeStore, environment: Environment) {
    this.#store = store;
    this.#environment = environment;
  }

  /** Undefined for a node that nothing was exchanged with since the start. */
  of(node: NodeName): Contact | undefined {
    return this.#contacts.get(node);
  }

  succeeded(node: NodeName): void {
    this.#note(node, { successTs: this.#environment.now(), failure: null });
  }

  failed(node: NodeName, error: Error): void {
    const text = error instanceof EccpError ? `${error.errcode}: ${error.message}` : error.message;
    const failure = text.slice(0, maxFailure).toWellFormed();
    this.#note(node, { successTs: this.#contacts.get(node)?.successTs, failure });
  }

  #note(node: NodeName, contact: Contact): void {
    const { successTs, failure } = contact;
    this.#contacts.set(node, contact);
    const at = this.#environment.now();
    const written = this.#written.get(node);
    if (written !== undefined && written.failure === failure && Math.abs(at - written.at) < writtenEveryMs) return;
    this.#written.set(node, { failure, at });
    const change = { last_failure: failure, ...(successTs === undefined ? {} : { last_success_ts: successTs }) };
    const write = this.#store.write((trx) =>
      trx
        .insertInto('peers')
        .values({ node, approved: 0, ...change })
        .onConflict((conflict) => conflict.column('node').doUpdateSet(change))
        .execute(),
    );
    write.catch(() => this.#written.delete(node)); // nothing waits for it; the next one tries again
  }
}
