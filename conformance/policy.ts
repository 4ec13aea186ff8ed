// What operators decide in scenarios: the policy and the peers of the node under test.
import type { Answer } from './answer.ts';
import { HarnessError } from './outcome.ts';
import { isObject, type Json, type JsonObject } from './wire/json.ts';
import { type EccpWorld, OPERATOR } from './world.ts';

/** The policy in force with its version. */
export interface PolicyInForce {
  version: number;
  policy: JsonObject;
}

const first = new WeakMap<EccpWorld, PolicyInForce>();
const before = new WeakMap<EccpWorld, PolicyInForce>();

/** The policy in force. */
export async function policyOf(world: EccpWorld): Promise<PolicyInForce> {
  const { version, policy } = await world.read(OPERATOR, 'getPolicy');
  return { version: Number(version), policy: isObject(policy) ? policy : {} };
}

/** Puts the policy back that the scenario found, where it has changed it. */
export async function restorePolicy(world: EccpWorld): Promise<void> {
  const found = first.get(world);
  if (!found) return;
  const { version, policy } = await policyOf(world);
  if (JSON.stringify(policy) === JSON.stringify(found.policy)) return;
  await world.must(OPERATOR, 'putPolicy', { body: { replaces: version, policy: found.policy } });
}

/** The policy in force before the operator's last act. */
export function policyBefore(world: EccpWorld): PolicyInForce {
  const found = before.get(world);
  if (!found) throw new HarnessError('the operator has done nothing yet');
  return found;
}

/** Notes the policy in force, which the operator is about to change. */
export async function notePolicy(world: EccpWorld): Promise<PolicyInForce> {
  const found = await policyOf(world);
  if (!first.has(world)) first.set(world, found);
  before.set(world, found);
  return found;
}

/**
 * Puts a policy with another value at one place in force.
 * @param path such as `federation.mode`.
 * @param later what is added to the version that the change says it replaces.
 * @param bad whether the body breaks its schema on purpose.
 */
export async function changePolicy(
  world: EccpWorld,
  path: string,
  value: Json,
  { later = 0, bad = false } = {},
): Promise<Answer> {
  const { version, policy } = await notePolicy(world);
  const changed = structuredClone(policy);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let here = changed;
  for (const step of steps) {
    const next = here[step];
    if (!isObject(next)) throw new HarnessError(`the policy has no ${path}`);
    here = next;
  }
  here[last] = value;
  return await world.call(OPERATOR, 'putPolicy', { body: { replaces: version + later, policy: changed }, bad });
}

/** Decides on a peer. */
export async function decidePeer(world: EccpWorld, node: string, decision: JsonObject): Promise<Answer> {
  await notePolicy(world);
  return await world.call(OPERATOR, 'decidePeer', { params: { node }, body: decision });
}

/** All peers as the operator sees them. */
export async function listedPeers(world: EccpWorld): Promise<JsonObject[]> {
  const { peers } = await world.read(OPERATOR, 'listPeers');
  return (Array.isArray(peers) ? peers : []).filter(isObject);
}
