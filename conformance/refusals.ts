// What the node under test refused other nodes in a scenario, and what may be found of it afterwards: nothing, but a record.
import { setTimeout as pause } from 'node:timers/promises';
import { signedRecords } from './audit.ts';
import { ConformanceFailure, expectThat } from './outcome.ts';
import type { FakePeer } from './peer/fake-peer.ts';
import { type Sent, sentBy } from './peer/outgoing.ts';
import { isObject, type Json, type JsonObject, lookUp } from './wire/json.ts';
import { type EccpWorld, OPERATOR } from './world.ts';

/** Milliseconds in which a refusal has to be on record. */
const ARRIVAL = 5000;
/** The sections of a transaction whose items are events, and those whose items have ids of their own. All have results. */
const OF_EVENTS = ['invites', 'entries', 'submissions'];
const SECTIONS = [...OF_EVENTS, 'device_changes', 'to_device'];

/** A request of a fake node that was refused, or an item of one. */
export interface Refusal {
  peer: FakePeer;
  errcode: string;
  /** The events that the request brought and the node did not take. */
  events: string[];
  /** The record that it has to leave (section 19.6). */
  record?: { kind: string; actor: string; subject: string; request_id: string };
}

/** What was refused the fake nodes of the scenario so far. */
export function refusalsOf(world: EccpWorld): Refusal[] {
  return [...world.peers.values()].flatMap((peer) => sentBy(peer).flatMap((sent) => refusalsIn(peer, sent)));
}

/** @throws ConformanceFailure when an event that was refused has reached a user, or been passed on to a fake node. */
export async function expectNoTrace(world: EccpWorld, refusals: readonly Refusal[]): Promise<void> {
  const taken = new Set([...world.peers.values()].flatMap((peer) => sentBy(peer).flatMap(takenIn)));
  const events = refusals.flatMap((refusal) => refusal.events).filter((id) => !taken.has(id));
  if (events.length === 0) return;
  for (const who of world.sessions.keys()) {
    if (who === OPERATOR) continue;
    const sync = JSON.stringify(await world.read(who, 'sync', { query: { timeout: 0 } }));
    const shown = events.filter((id) => sync.includes(id));
    expectThat(shown.length === 0, 'a sync that shows nothing of it', `${shown.join()} in the sync of ${who}`);
  }
  for (const peer of world.peers.values()) {
    const came = peer.requests.filter(({ body }) => body.length > 0).flatMap(({ body }) => idsOf(parsed(body)));
    const passedOn = came.filter((id) => events.includes(id));
    expectThat(passedOn.length === 0, 'nothing of it to be passed on', `${passedOn.join()} came to ${peer.name}`);
  }
}

/** @throws ConformanceFailure unless each refusal is on record, once. Without an operator's token nothing is read. */
export async function expectRecords(world: EccpWorld, refusals: readonly Refusal[]): Promise<void> {
  if (world.run.adminToken === undefined) return;
  const expected = countOf(refusals.flatMap(({ record, errcode }) => (record ? [{ ...record, errcode }] : [])));
  for (const end = performance.now() + ARRIVAL; ; await pause(50)) {
    const found = countOf((await signedRecords(world)).map(({ record }) => (isObject(record) ? record : {})));
    const wrong = [...expected].filter(([line, count]) => found.get(line) !== count);
    if (wrong.length === 0) return;
    if (performance.now() < end) continue;
    const came = wrong.map(([line]) => `${found.get(line) ?? 0} of ${line}`);
    throw new ConformanceFailure(
      `one record of each of ${expected.size} refusals`,
      `${came.length} otherwise: ${came[0]}`,
    );
  }
}

function refusalsIn(peer: FakePeer, sent: Sent): Refusal[] {
  const { answer, authorization } = sent;
  const request_id = answer.headers['x-request-id'] ?? '';
  if (!answer.ok) {
    const errcode = String(answer.body.errcode);
    const origin = claimedOrigin(authorization);
    const limited = errcode === 'ECCP_LIMIT_EXCEEDED'; // has a record of another kind
    const record =
      origin === undefined || limited
        ? undefined
        : { kind: 'federation.refused', actor: origin, subject: origin, request_id };
    return [{ peer, errcode, events: idsOf(sent.body), ...(record ? { record } : {}) }];
  }
  return resultsOf(sent).flatMap(({ event_id, id, errcode }) => {
    if (errcode === undefined) return [];
    const subject = String(event_id ?? id);
    const record = { kind: 'federation.item_refused', actor: peer.name, subject, request_id };
    return [{ peer, errcode: String(errcode), events: event_id === undefined ? [] : [subject], record }];
  });
}

/** The events of a transaction that the node took. */
function takenIn(sent: Sent): string[] {
  return resultsOf(sent).flatMap(({ event_id, status }) =>
    status === undefined || event_id === undefined ? [] : [String(event_id)],
  );
}

function resultsOf({ answer, body }: Sent): JsonObject[] {
  if (!isObject(body)) return [];
  return SECTIONS.flatMap((section) => listOf(answer.body[section]));
}

/** The ids of the events that a transaction brings. */
function idsOf(transaction: Sent['body']): string[] {
  if (transaction instanceof Uint8Array) return [];
  return OF_EVENTS.flatMap((section) => listOf(lookUp(transaction, section))).map(({ event_id }) => String(event_id));
}

function parsed(body: Buffer): Json | undefined {
  try {
    return JSON.parse(body.toString()) as Json;
  } catch {
    return undefined; // held against the node elsewhere
  }
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Whom a header claims to be from, whatever else is wrong with it; names are in small letters. */
function claimedOrigin(headers: readonly string[]): string | undefined {
  const header = headers.find((text) => text.startsWith('ECCP-FED '));
  return header && /[ ,]origin="([a-z0-9.:[\]-]+)"/.exec(header)?.[1];
}

/** How often each record is there, by what a refusal leaves. */
function countOf(records: readonly JsonObject[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, actor, subject, errcode, request_id } of records) {
    const line = `${kind} by ${actor} about ${subject} with ${errcode} in the request ${request_id}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}
