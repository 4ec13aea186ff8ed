// Walks over all operations of the API: what one request to each of them looks like, and what came of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, RawRequest } from '../answer.ts';
import { fill } from '../fill.ts';
import type { Api, Operation } from '../openapi.ts';
import { HarnessError } from '../outcome.ts';
import { packageRoot } from '../package-root.ts';
import { compareVersions } from '../requirements.ts';
import { isObject, type Json, type JsonObject } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';

/** One request of a walk and its answer. */
export interface Visit {
  answer: Answer;
  operation?: Operation;
  /** The path with its parameters. */
  template: string;
  /** The parameter, or the pointer of the member, that was at fault. */
  at?: string;
}

const HASH = 'p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4';

/** Values that break the grammar of each path parameter. */
export const BAD_PARAMS: Readonly<Record<string, string>> = {
  roomId: 'nonsense',
  eventId: 'nonsense',
  deviceId: 'nonsense',
  alias: 'nonsense',
  eventType: 'nonsense',
  type: 'nonsense',
  stateKey: 'not one',
  txnId: 'not one',
  node: 'Not.One',
  mediaId: 'nonsense',
};

const walks = new WeakMap<EccpWorld, Visit[]>();

/** The requests that the scenario's walks have made so far. */
export function visited(world: EccpWorld): Visit[] {
  const visits = walks.get(world) ?? [];
  walks.set(world, visits);
  return visits;
}

/** Sends one request of a walk. */
export async function visit(world: EccpWorld, operation: Operation, sent: RawRequest, at?: string): Promise<void> {
  const answer = await world.send(sent);
  visited(world).push({ answer, operation, template: operation.template, ...(at === undefined ? {} : { at }) });
}

/** The operations that the node has to serve: of its version, and of no capability that it does not declare. */
export function servedOperations({ run: { api, facts } }: EccpWorld): Operation[] {
  return api.operations.filter(
    ({ since, capability }) =>
      compareVersions(since, facts.version) <= 0 && (capability === undefined || facts.capabilities.has(capability)),
  );
}

/** The paths that the node has to serve, each with its methods. */
export function pathsOf(world: EccpWorld): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const { template, method } of servedOperations(world))
    paths.set(template, [...(paths.get(template) ?? []), method]);
  return paths;
}

/** Well-formed values of all path parameters: the scenario's room, where there is one, and things that do not exist. */
export async function goodParams(world: EccpWorld): Promise<Record<string, string>> {
  const room = world.rooms.get('room');
  return {
    roomId: room?.id ?? `!${HASH}:${world.run.facts.node}`,
    eventId: `$${HASH}`,
    deviceId: 'NOSUCHDEVICE',
    alias: `#no-such-alias:${world.run.facts.node}`,
    eventType: 'org.example.nothing',
    type: 'org.example.nothing',
    stateKey: 'nothing',
    txnId: world.unique(),
    node: world.run.facts.node,
    mediaId: HASH,
  };
}

/** The names of a path's parameters. */
export function parametersOf(template: string): string[] {
  return [...template.matchAll(/\{([^}]+)\}/g)].map(([, parameter = '']) => parameter);
}

/** A path from its template. */
export function pathOf(template: string, params: Readonly<Record<string, string>>): string {
  return template.replace(/\{([^}]+)\}/g, (_, parameter: string) => {
    const value = params[parameter];
    if (value === undefined) throw new HarnessError(`the walks know no value for the path parameter ${parameter}`);
    return encodeURIComponent(value);
  });
}

/** A request that only its path's parameters or its sender's rights can make fail. */
export async function wellFormed(
  world: EccpWorld,
  who: string,
  operation: Operation,
  headers: Record<string, string>,
  params?: Readonly<Record<string, string>>,
): Promise<RawRequest> {
  const path = pathOf(operation.template, params ?? (await goodParams(world)));
  const sent = { who, method: operation.method, path, operation };
  if (operation.takesBytes) {
    const body = Buffer.from(world.unique());
    return { ...sent, headers: { 'content-type': 'application/octet-stream', ...headers }, body };
  }
  if (!operation.hasBody) return { ...sent, headers };
  const body = Buffer.from(JSON.stringify(bodyFor(world, operation)));
  return { ...sent, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** A request in which everything is wrong but its method: parameters, query, media type and body. */
export function illFormed(who: string, operation: Operation, headers: Record<string, string>): RawRequest {
  const path = `${pathOf(operation.template, BAD_PARAMS)}?limit=x&from=-1&timeout=x`;
  const sent = { who, method: operation.method, path, operation };
  if (!operation.hasBody && !operation.takesBytes) return { ...sent, headers };
  return { ...sent, headers: { 'content-type': 'text/plain', ...headers }, body: Buffer.from('{"') };
}

/** The header `Authorization` with this text; an empty one is left out. */
export async function authorization(world: EccpWorld, text: string): Promise<Record<string, string>> {
  return text === '' ? {} : { authorization: await fill(world, text) };
}

/** Bodies that each have one member at fault: of a type that the schema refuses, or missing. */
export function faultyBodies(api: Api, operation: Operation, missing: boolean): { member: string; body: Json }[] {
  const { bodySchema, example } = operation;
  if (bodySchema === undefined || !isObject(example)) return [];
  const file = join(packageRoot, 'schemas', `${bodySchema}.json`);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
  const members = isObject(schema.properties) ? Object.keys(schema.properties) : [];
  const bodies = members.flatMap((member) => {
    const { [member]: _, ...others } = example;
    if (missing) return { member, body: others };
    return [17, 'x', true, [], {}, null].map((value) => ({ member, body: { ...example, [member]: value } }));
  });
  return bodies.filter(({ body }) => api.requestProblem(operation, body) !== undefined);
}

/** A body that the schema allows; those of operations without a token are new each time, so that no call spoils the next. */
function bodyFor(world: EccpWorld, operation: Operation): Json {
  const { accounts, redactor } = world.run;
  if (operation.id !== 'register' && operation.id !== 'login') return operation.example ?? {};
  const [name, password] = [accounts.username(), accounts.password()];
  if (operation.id === 'login') return { user: name, password };
  const token = accounts.registrationToken;
  if (token !== undefined) redactor.add(token);
  return { username: name, password, ...(token === undefined ? {} : { registration_token: token }) };
}
