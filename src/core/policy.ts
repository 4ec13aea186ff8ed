// The operator's policy as data: what a node starts with, what it says of a peer, and how decisions on peers change it (POL).
import type { MediaLimits, NodeName, Peer, PeerDecision, Policy, RateLimit } from '../generated/api.ts';
import { canonicalize, type Json, type JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { isObject } from './members.ts';

/** The longest `allow` or `block` (schemas/Policy.json). */
const maxList = 10_000;

const gibibyte = 1024 ** 3;
/** What holds where a policy does not say how much media a node takes. */
const ownMediaLimits: MediaLimits = { max_bytes: 100 * 1024 ** 2, user_bytes: gibibyte, cache_bytes: gibibyte };

/** The policy of a node that has none yet. */
export function firstPolicy(mode: Policy['federation']['mode'], allow: readonly NodeName[]): Policy {
  return {
    federation: {
      mode,
      allow: [...new Set(allow)],
      block: [],
      limit: { per_second: 50, burst: 200 },
      limits: {},
      quota: { per_second: 500, burst: 2000 },
      metadata_padding: false,
    },
    client: { quota: { per_second: 2000, burst: 10_000 } },
    media: ownMediaLimits,
  };
}

/** How much media the node takes: policies from before there was media do not say. */
export function mediaLimitsOf({ media = ownMediaLimits }: Policy): MediaLimits {
  return media;
}

/** The limit in force for a peer. */
export function limitOf({ federation }: Policy, node: NodeName): RateLimit {
  return Object.hasOwn(federation.limits, node) ? (federation.limits[node] ?? federation.limit) : federation.limit;
}

/** The lists of a policy in a form that is asked quickly: every request of a peer asks. */
export class PeerRules {
  readonly #mode: Policy['federation']['mode'];
  readonly #allow: ReadonlySet<string>;
  readonly #block: ReadonlySet<string>;

  constructor({ federation }: Policy) {
    this.#mode = federation.mode;
    this.#allow = new Set(federation.allow);
    this.#block = new Set(federation.block);
  }

  /** @param approved whether the operator approved the peer. */
  decide(node: NodeName, approved: boolean): Peer['decision'] {
    if (this.#block.has(node)) return 'blocked';
    switch (this.#mode) {
      case 'open':
        return 'allowed';
      case 'moderated':
        return approved ? 'allowed' : 'waiting';
      case 'allow_list':
        return this.#allow.has(node) ? 'allowed' : 'refused';
    }
  }
}

/**
 * The policy after a decision on a peer; the same one where the decision is not the policy's matter.
 *
 * @throws EccpError ECCP_BAD_PARAM when a list is full.
 */
export function decided(policy: Policy, node: NodeName, { action, limit }: PeerDecision): Policy {
  const { federation } = policy;
  const { [node]: _, ...otherLimits } = federation.limits;
  switch (action) {
    case 'approve':
      if (federation.mode !== 'allow_list') return policy;
      return { ...policy, federation: { ...federation, allow: listed(federation.allow, node) } };
    case 'block':
      return { ...policy, federation: { ...federation, block: listed(federation.block, node) } };
    case 'unblock':
      return { ...policy, federation: { ...federation, block: federation.block.filter((other) => other !== node) } };
    case 'limit':
      return {
        ...policy,
        federation: { ...federation, limits: limit === undefined ? otherLimits : { ...otherLimits, [node]: limit } },
      };
    case 'lift_quarantine':
      return policy;
  }
}

function listed(list: NodeName[], node: NodeName): NodeName[] {
  if (list.includes(node)) return list;
  if (list.length >= maxList) {
    throw new EccpError('ECCP_BAD_PARAM', `The list has ${maxList} nodes already.`, { path: 'node' });
  }
  return [...list, node];
}

/**
 * What differs between two policies, for the audit log: of lists what was added and removed, of other members the new value, null
 * for one that is gone. Empty where they are the same.
 */
export function differences(before: Policy, after: Policy): JsonObject {
  return changes(before as Json as JsonObject, after as Json as JsonObject);
}

function changes(before: JsonObject, after: JsonObject): JsonObject {
  const found: JsonObject = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was = null, is = null] = [before[name], after[name]];
    if (canonicalize(was) !== canonicalize(is)) found[name] = change(was, is);
  }
  return found;
}

function change(was: Json, is: Json): Json {
  if (Array.isArray(was) && Array.isArray(is)) {
    const [before, after] = [new Set(was), new Set(is)];
    return { added: is.filter((item) => !before.has(item)), removed: was.filter((item) => !after.has(item)) };
  }
  return isObject(was) && isObject(is) ? changes(was, is) : is;
}
