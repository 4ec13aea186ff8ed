import type { Kysely } from 'kysely';
import { canonicalize, type Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { differences, PeerRules } from '../core/policy.ts';
import type { NodeName, Peer, Policy, PolicyChange, PolicyVersion } from '../generated/api.ts';
import type { Tables } from '../storage/tables.ts';
import type { Audit } from './audit.ts';
import type { Environment, NodeStore } from './environment.ts';

/**
 * How many nodes may wait for the operator. Whoever asks is noted before it has proved who it is, so there has to be an end; those
 * above it are refused alike, and noted when there is room.
 */
const maxWaiting = 1000;

const refusals = {
  blocked: 'the operator of this node blocks it',
  refused: 'it is not on the list of this node’s peers',
  waiting: 'it waits for the operator of this node to approve it',
};

/** The policy in force, and what follows from it for a peer (chapter 19). */
export class PolicyService {
  readonly #store: NodeStore;
  readonly #audit: Audit;
  readonly #environment: Environment;
  readonly #first: Policy;
  #current: PolicyVersion | undefined;
  #rules: PeerRules;
  readonly #approved = new Set<NodeName>();
  /** Those that wait and were never in touch. */
  readonly #noted = new Set<NodeName>();
  readonly #listeners: (() => void)[] = [];

  /** @param first the policy of a node that has none yet; afterwards the stored one holds. */
  constructor(store: NodeStore, audit: Audit, environment: Environment, first: Policy) {
    this.#store = store;
    this.#audit = audit;
    this.#environment = environment;
    this.#first = first;
    this.#rules = new PeerRules(first);
  }

  /** To be called once, before anything else: takes the stored policy, on the first boot makes version 0. */
  async load(): Promise<void> {
    const { version, peers } = await this.#store.write(async (trx) => ({
      version: (await newest(trx)) ?? (await this.#begin(trx)),
      peers: await trx.selectFrom('peers').select(['node', 'approved', 'last_success_ts']).execute(),
    }));
    for (const { node, approved, last_success_ts } of peers) {
      if (approved === 1) this.#approved.add(node);
      else if (last_success_ts === null) this.#noted.add(node);
    }
    this.adopt(version);
  }

  /** @param listener is called when another version has come into force. */
  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  current(): Policy {
    return this.#loaded().policy;
  }

  get version(): number {
    return this.#loaded().version;
  }

  /**
   * Puts a policy in place of the one in force.
   *
   * @param actor who does it: a user id.
   * @throws EccpError ECCP_STATE_CONFLICT unless the change names the version in force.
   */
  async replace(actor: string, change: PolicyChange, requestId?: string): Promise<PolicyVersion> {
    const made = await this.#store.write(async (trx) => {
      const { version } = await newestOf(trx);
      if (change.replaces !== version) {
        throw new EccpError('ECCP_STATE_CONFLICT', `The policy in force is version ${version}: change that one.`);
      }
      return this.write(trx, actor, change.policy, requestId);
    });
    this.adopt(made);
    return made;
  }

  /**
   * Writes the next version, within a transaction that does more; once that is durable, adopt() puts it in force.
   *
   * @param edit the new policy, or how it comes from the one in force.
   */
  async write(
    trx: Kysely<Tables>,
    actor: string,
    edit: Policy | ((policy: Policy) => Policy),
    requestId?: string,
  ): Promise<PolicyVersion> {
    const before = await newestOf(trx);
    const policy = typeof edit === 'function' ? edit(before.policy) : edit;
    if (typeof edit === 'function' && canonicalize(policy as Json) === canonicalize(before.policy as Json))
      return before;
    const version = before.version + 1;
    await this.#insert(trx, { version, policy });
    await this.#audit.append(trx, {
      kind: 'policy.changed',
      actor,
      request_id: requestId,
      detail: { version, changes: differences(before.policy, policy) },
    });
    return { version, policy };
  }

  /** Puts a version in force that is on disk. */
  adopt(version: PolicyVersion): void {
    if (this.#current !== undefined && this.#current.version >= version.version) return;
    this.#current = version;
    this.#rules = new PeerRules(version.policy);
    for (const listener of this.#listeners) listener();
  }

  /** The operator has approved a node. */
  approved(node: NodeName): void {
    this.#approved.add(node);
    this.#noted.delete(node);
  }

  decisionOn(node: NodeName): Peer['decision'] {
    this.#loaded();
    return this.#rules.decide(node, this.#approved.has(node));
  }

  /**
   * Whether this node has to do with another one at all, in either direction. In mode `moderated` a node that asks for the first
   * time is noted, for the operator to decide.
   *
   * @throws EccpError ECCP_POLICY_DENIED
   */
  async checkPeer(node: NodeName): Promise<void> {
    const decision = this.decisionOn(node);
    if (decision === 'allowed') return;
    if (decision === 'waiting') await this.#note(node);
    throw new EccpError('ECCP_POLICY_DENIED', `${node} is refused: ${refusals[decision]}.`);
  }

  async #note(node: NodeName): Promise<void> {
    if (this.#noted.has(node) || this.#noted.size >= maxWaiting) return;
    this.#noted.add(node);
    const noted = this.#store.write((trx) =>
      trx
        .insertInto('peers')
        .values({ node, approved: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
    await noted.catch(() => this.#noted.delete(node)); // the refusal does not depend on it; the next one tries again
  }

  async #begin(trx: Kysely<Tables>): Promise<PolicyVersion> {
    const version = { version: 0, policy: this.#first };
    await this.#insert(trx, version);
    const detail = { version: 0, policy: this.#first as Json };
    await this.#audit.append(trx, { kind: 'policy.changed', actor: 'node', detail });
    return version;
  }

  async #insert(trx: Kysely<Tables>, { version, policy }: PolicyVersion): Promise<void> {
    const row = { version, document: canonicalize(policy as Json), ts: this.#environment.now() };
    await trx.insertInto('policy').values(row).execute();
  }

  #loaded(): PolicyVersion {
    if (this.#current === undefined) throw new Error('the policy was not loaded');
    return this.#current;
  }
}

async function newest(db: Kysely<Tables>): Promise<PolicyVersion | undefined> {
  const row = await db.selectFrom('policy').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
  return row && { version: row.version, policy: JSON.parse(row.document) as Policy };
}

async function newestOf(db: Kysely<Tables>): Promise<PolicyVersion> {
  const version = await newest(db);
  if (version === undefined) throw new Error('the policy was not loaded');
  return version;
}
