import type { Kysely } from 'kysely';
import type { JsonObject } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { decided, limitOf } from '../core/policy.ts';
import type { NodeName, Peer, PeerDecision } from '../generated/api.ts';
import type { PeersTable, Tables } from '../storage/tables.ts';
import type { Audit } from './audit.ts';
import type { Environment, NodeStore } from './environment.ts';
import { PeerContacts } from './peer-contacts.ts';
import type { PolicyService } from './policy.ts';

export interface PeersOptions {
  store: NodeStore;
  environment: Environment;
  audit: Audit;
  policy: PolicyService;
  /** This node: there is nothing to decide about it. */
  nodeName: string;
}

/** AUD-007 */
const recordKinds = {
  approve: 'peer.approved',
  block: 'peer.blocked',
  unblock: 'peer.unblocked',
  limit: 'peer.limited',
  lift_quarantine: 'peer.quarantine_lifted',
} as const;

export type DecisionListener = (node: NodeName, action: PeerDecision['action']) => void;

/** The other nodes: what is known of them, and what the operator decides of each (chapter 19). */
export class Peers {
  readonly #options: PeersOptions;
  readonly #contacts: PeerContacts;
  readonly #listeners: DecisionListener[] = [];

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#contacts = new PeerContacts(options.store, options.environment);
  }

  /**
   * @param listener is told of each decision, once it is in force: what waits for the node may go now, and after
   *   `lift_quarantine` nothing is held of its keys any more.
   */
  onDecided(listener: DecisionListener): void {
    this.#listeners.push(listener);
  }

  /** Those that the node has met, has something queued for or decided on, by name (POL-030). */
  list(): Promise<Peer[]> {
    return this.#options.store.read((db) => this.#describe(db));
  }

  /**
   * Carries out what the operator decides of a peer, whether or not it was met. A decision that changes the policy makes a new
   * version of it.
   *
   * @param actor a user id.
   * @returns the peer as it stands then.
   * @throws EccpError ECCP_BAD_PARAM for this node itself, or where a list of the policy is full; ECCP_NOT_FOUND where there is no
   *   quarantine to lift.
   */
  async decide(actor: string, node: NodeName, decision: PeerDecision, requestId?: string): Promise<Peer> {
    const { store, audit, policy, nodeName } = this.#options;
    if (node === nodeName) throw new EccpError('ECCP_BAD_PARAM', 'This is the node itself.', { path: 'node' });
    const { action, limit } = decision;
    const version = await store.write(async (trx) => {
      await trx
        .insertInto('peers')
        .values({ node, approved: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await applyToPeer(trx, node, action);
      const detail: JsonObject = limit === undefined ? {} : { limit: { ...limit } };
      await audit.append(trx, { kind: recordKinds[action], actor, subject: node, request_id: requestId, detail }); // AUD-012
      return policy.write(trx, actor, (before) => decided(before, node, decision), requestId);
    });
    policy.adopt(version);
    if (action === 'approve') policy.approved(node);
    for (const listener of this.#listeners) listener(node, action);
    const [peer] = await store.read((db) => this.#describe(db, node));
    if (peer === undefined) throw new Error(`no row of ${node}`);
    return peer;
  }

  /** An exchange with a node succeeded, in either direction. */
  succeeded(node: NodeName): void {
    this.#contacts.succeeded(node);
  }

  /** A node could not be reached, or refused; the error says how. */
  failed(node: NodeName, error: Error): void {
    this.#contacts.failed(node, error);
  }

  /** @param only one node, which has a row. */
  async #describe(db: Kysely<Tables>, only?: NodeName): Promise<Peer[]> {
    const rows = new Map((await rowsOf(db, only)).map((row) => [row.node, row]));
    const queued = await queuedOf(db, only);
    queued.delete(this.#options.nodeName as NodeName); // what waits for its own rooms (HOST-095)
    const { federation } = this.#options.policy.current();
    const mentioned = [...federation.allow, ...federation.block, ...(Object.keys(federation.limits) as NodeName[])];
    const nodes = only === undefined ? new Set([...rows.keys(), ...queued.keys(), ...mentioned]) : rows.keys();
    return [...nodes].sort().map((node) => this.#peer(node, rows.get(node), queued.get(node) ?? 0));
  }

  #peer(node: NodeName, row: PeersTable | undefined, queued: number): Peer {
    const { policy } = this.#options;
    const contact = this.#contacts.of(node);
    const failure = contact === undefined ? row?.last_failure : contact.failure;
    const success = contact?.successTs ?? row?.last_success_ts;
    const keyVersion = newestVersion(row?.key_documents);
    return {
      node,
      decision: policy.decisionOn(node),
      approved: row?.approved === 1,
      queued,
      limit: limitOf(policy.current(), node),
      ...(row?.quarantined == null ? {} : { quarantined: row.quarantined }),
      ...(keyVersion === undefined ? {} : { key_version: keyVersion }),
      ...(success == null ? {} : { last_success_ts: success }),
      ...(failure == null ? {} : { last_failure: failure }),
    };
  }
}

/** What a decision changes about the peer itself; the rest is the policy's matter. */
async function applyToPeer(trx: Kysely<Tables>, node: NodeName, action: PeerDecision['action']): Promise<void> {
  const peer = trx.updateTable('peers').where('node', '=', node);
  if (action === 'approve') await peer.set({ approved: 1 }).execute(); // POL-032
  if (action !== 'lift_quarantine') return;
  const lifted = await peer
    .set({ quarantined: null, key_documents: null, freshness: null }) // KEY-044
    .where('quarantined', 'is not', null)
    .returning('node')
    .executeTakeFirst();
  if (lifted === undefined) throw new EccpError('ECCP_NOT_FOUND', `${node} is not in quarantine.`); // POL-037
}

function rowsOf(db: Kysely<Tables>, only: NodeName | undefined): Promise<PeersTable[]> {
  const rows = db.selectFrom('peers').selectAll();
  return (only === undefined ? rows : rows.where('node', '=', only)).execute();
}

async function queuedOf(db: Kysely<Tables>, only: NodeName | undefined): Promise<Map<NodeName, number>> {
  const all = db.selectFrom('outbox').select(({ fn }) => ['destination', fn.countAll<number>().as('waiting')]);
  const rows = await (only === undefined ? all : all.where('destination', '=', only)).groupBy('destination').execute();
  return new Map(rows.map(({ destination, waiting }) => [destination, Number(waiting)]));
}

function newestVersion(documents: string | null | undefined): number | undefined {
  if (documents == null) return undefined;
  const chain = JSON.parse(documents) as { document: { version: number } }[];
  return chain.at(-1)?.document.version;
}
