// What a fake node serves to the node under test.
import type { Json, JsonObject } from '../wire/json.ts';
import { isObject } from '../wire/json.ts';
import { exchange } from './exchange.ts';
import type { FakePeer } from './fake-peer.ts';
import type { PeerRoom } from './room.ts';
import type { Reply, Request } from './server.ts';

const BASE = '/_eccp/federation/v1';
const MAX_BODY = 4_194_304;
const MAX_ITEMS = 50;

/**
 * Answers as a right node does; what is wrong with the request is held against its sender.
 * @param bent the body is another than the one that came: its signature cannot hold.
 */
export async function serve(peer: FakePeer, request: Request, bent = false): Promise<Reply> {
  const { method, path, query } = request;
  if (method === 'GET') {
    if (path === `${BASE}/keys`) return { status: 200, body: keys(peer, Number(query.get('since') ?? '0')) };
    if (path === `${BASE}/version`) return { status: 200, body: version(peer) };
    if (path === `${BASE}/capabilities`) return { status: 200, body: CAPABILITIES };
    const [, id = '', what = ''] = new RegExp(`^${BASE}/rooms/([^/]+)/(head|log|events/[^/]+)$`).exec(path) ?? [];
    if (id !== '') return await reading(peer, request, decodeURIComponent(id), decodeURIComponent(what));
  }
  if (method === 'POST' && path === `${BASE}/keys/query`) return await asked(peer, request, 'queryUserKeys');
  if (method === 'POST' && path === `${BASE}/keys/claim`) return await asked(peer, request, 'claimUserKeys');
  if (method === 'POST' && path === `${BASE}/transactions`) return await transactions(peer, request, bent);
  peer.blame(request, 'no operation is there');
  return refusal(peer, 'ECCP_NOT_FOUND');
}

/** A refusal with the status of its code. */
export function refusal(peer: FakePeer, errcode: string, members: JsonObject = {}): Reply {
  const status = peer.setting.catalogue.get(errcode) ?? 500;
  return { status, body: { errcode, error: 'The fake node refuses.', ...members } };
}

/** What `/keys` serves: the documents after a version, and their freshness. */
export function keys(peer: FakePeer, since: number): JsonObject {
  const { identity, behaviour } = peer;
  const documents = identity.chain.filter(({ document }) => document.version > since);
  return behaviour.keys?.(since) ?? { documents, freshness: identity.freshness() };
}

const CAPABILITIES: JsonObject = { versions: ['0.1', '0.2'], classes: ['core', 'federation'], capabilities: {} };

function version({ name, identity }: FakePeer): JsonObject {
  const software = { name: 'eccp-conformance', version: '0' };
  return {
    node: name,
    software,
    versions: ['0.1', '0.2'],
    kind: 'experimental',
    status: 'online',
    key: identity.key.id,
  };
}

async function reading(peer: FakePeer, request: Request, id: string, what: string): Promise<Reply> {
  if (!(await peer.authentic(request))) return refusal(peer, 'ECCP_BAD_SIGNATURE');
  if (request.body.length > 0) peer.blame(request, 'it has a body, where none belongs');
  const room = peer.room(id);
  if (!room) return refusal(peer, 'ECCP_NOT_FOUND');
  if (what === 'head') return { status: 200, body: headOf(peer, room) };
  if (what === 'log') return { status: 200, body: logOf(peer, room, request.query) };
  const event = room.log.find(({ event_id }) => `events/${event_id}` === what);
  return event ? { status: 200, body: event } : refusal(peer, 'ECCP_NOT_FOUND');
}

function headOf({ behaviour }: FakePeer, room: PeerRoom): JsonObject {
  const last = room.log[Math.min(behaviour.logUpTo ?? Number.POSITIVE_INFINITY, room.log.length - 1)];
  if (!last) return {};
  return { entry: last.entry, entry_signature: last.entry_signature };
}

function logOf(peer: FakePeer, room: PeerRoom, query: URLSearchParams): JsonObject {
  const from = Number(query.get('from') ?? '0');
  const limit = Math.min(Number(query.get('limit') ?? '100'), peer.behaviour.logPage ?? Number.POSITIVE_INFINITY);
  const end = Math.min(from + limit, (peer.behaviour.logUpTo ?? Number.POSITIVE_INFINITY) + 1);
  return { entries: room.log.slice(from, end), head: headOf(peer, room) };
}

/** Questions about the keys of the fake node's users. */
async function asked(peer: FakePeer, request: Request, operation: 'queryUserKeys' | 'claimUserKeys'): Promise<Reply> {
  const { api } = peer.setting;
  if (!(await peer.authentic(request))) return refusal(peer, 'ECCP_BAD_SIGNATURE');
  const body = parsed(request.body);
  const problem = api.requestProblem(api.operation(operation), body);
  if (problem !== undefined || !isObject(body)) {
    peer.blame(request, problem ?? 'its body is no JSON object');
    return refusal(peer, 'ECCP_BAD_PARAM', { path: '' });
  }
  const { behaviour, questions } = peer;
  questions.push({ operation, body });
  if (operation === 'queryUserKeys') return { status: 200, body: { users: behaviour.userKeys?.(body) ?? {} } };
  return { status: 200, body: { devices: behaviour.claimedKeys?.(body) ?? {} } };
}

async function transactions(peer: FakePeer, request: Request, bent: boolean): Promise<Reply> {
  if (request.body.length > MAX_BODY) peer.blame(request, `its body has ${request.body.length} bytes`);
  if (!bent && !(await peer.authentic(request))) return refusal(peer, 'ECCP_BAD_SIGNATURE');
  const { contentType, contentEncoding } = request;
  const readable = /^application\/json\s*(;|$)/i.test(contentType) && !/charset="?(?!utf-8\b)/i.test(contentType);
  if (!readable || !/^(identity)?$/i.test(contentEncoding)) {
    peer.blame(request, `its media type is ${contentType}, its encoding ${contentEncoding || 'none'}`);
    return refusal(peer, 'ECCP_UNSUPPORTED_MEDIA_TYPE');
  }
  const body = parsed(request.body);
  const problem = isObject(body) ? transactionProblem(peer, body) : 'its body is no JSON object';
  if (problem !== undefined || !isObject(body)) {
    peer.blame(request, problem ?? '');
    return refusal(peer, 'ECCP_BAD_PARAM', { path: '' });
  }
  peer.transactions.push(body);
  return { status: 200, body: await exchange(peer, request, body) };
}

/** What is wrong with a transaction by its schemas and limits. */
function transactionProblem({ setting: { api } }: FakePeer, body: JsonObject): string | undefined {
  const problem = api.requestProblem(api.operation('exchange'), body);
  if (problem !== undefined) return problem;
  const sections = ['submissions', 'entries', 'invites', 'device_changes', 'to_device'];
  const items = sections.flatMap((section) => list(body[section]));
  if (items.length > MAX_ITEMS) return `it has ${items.length} items`;
  for (const [section, schema] of [
    ['submissions', 'Submission'],
    ['entries', 'SequencedEvent'],
    ['invites', 'Invite'],
    ['device_changes', 'DeviceChange'],
    ['to_device', 'ToDeviceItem'],
  ] as const) {
    for (const item of list(body[section])) {
      const wrong = api.schemaProblem(schema, item);
      if (wrong !== undefined) return `an item of ${section}: ${wrong}`;
    }
  }
  return undefined;
}

/** The items of a section. */
export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function parsed(body: Buffer): Json | undefined {
  try {
    return JSON.parse(body.toString()) as Json;
  } catch {
    return undefined;
  }
}
