// Whether what nodes hold after the faults is what they told their users.
import assert from 'node:assert/strict';
import type { Answer } from '../../node/client.ts';
import { verifyLog } from '../../node/verify-log.ts';
import type { Shared } from './healing.ts';
import type { Acknowledged, Journal, Member } from './journal.ts';

type Log = Answer['body'][];

/** A room's first entries, which only those can read who were there before the history was opened to all. */
const founding = 5;

/**
 * Reads each room's log on every node, and compares them byte for byte.
 *
 * @returns the one log of each room, which holds together in every hash, signature and rule.
 */
export async function oneLogOfEach(rooms: readonly Shared[]): Promise<Map<string, Log>> {
  const logs = new Map<string, Log>();
  for (const { room, readers } of rooms) {
    const read = await Promise.all(readers.map((reader) => readLog(reader, room)));
    const whole = read.find(([first]) => first?.entry.seq === 0) ?? [];
    const lines = whole.map((event) => JSON.stringify(event));
    for (const [i, log] of read.entries()) {
      const on = `${room} on ${readers[i]?.node.name}`;
      const start = log[0]?.entry.seq;
      assert.ok(start <= founding, `${on} starts at ${start}`);
      for (const [n, event] of log.entries())
        assert.equal(JSON.stringify(event), lines[start + n], `${on}, ${start + n}`);
      assert.equal(start + log.length, lines.length, on);
    }
    verifyLog(whole);
    logs.set(room, whole);
  }
  return logs;
}

/** Every entry as the node serves it, without what only the sender's device is told. */
async function readLog({ node, token }: Member, room: string): Promise<Log> {
  const log = await node.log(token, room);
  return log.map(({ txn_id: _, ...event }) => event);
}

/** Everybody's sync says which acknowledged events were rejected after all. @returns their ids. */
export async function toldRejected(members: readonly Member[]): Promise<Set<string>> {
  const told = new Set<string>();
  for (const { node, token } of members) {
    const { body } = await node.insist('GET', '/sync', token);
    for (const { event_id } of body.rejected) told.add(event_id);
  }
  return told;
}

/**
 * Compares what was answered with what is in the logs.
 *
 * @param residents those who never left a room: nothing of theirs may be refused.
 * @returns what is wrong, in words.
 */
export function misdeeds(
  { acknowledged, refused, messages, faults }: Journal,
  logs: ReadonlyMap<string, Log>,
  rejected: ReadonlySet<string>,
  residents: ReadonlySet<Member>,
): string[] {
  const wrong = [...faults];
  const events = new Map([...logs].map(([room, log]) => [room, new Map(log.map((event) => [event.event_id, event]))]));
  const eventOf = ({ room, eventId }: Acknowledged) => events.get(room)?.get(eventId);

  for (const act of refused) {
    if (residents.has(act.by))
      wrong.push(`${told(act)} was refused with ${act.errcode}, though nothing is wrong with it`);
  }
  for (const act of acknowledged) {
    const event = eventOf(act);
    if (event === undefined && !rejected.has(act.eventId)) wrong.push(`${told(act)}, ${act.status}, is missing`);
    if (event === undefined && act.status === 'sequenced')
      wrong.push(`${told(act)} was sequenced, and is not in the log`);
    if (event !== undefined && rejected.has(act.eventId)) wrong.push(`${told(act)} is rejected, and in the log`);
    if (event === undefined && residents.has(act.by))
      wrong.push(`${told(act)} was rejected, though nothing is wrong with it`);
    if (event !== undefined && act.seq !== undefined && event.entry.seq !== act.seq)
      wrong.push(`${told(act)} has moved`);
    const target =
      act.what === 'redaction' && event !== undefined ? events.get(act.room)?.get(act.target ?? '') : undefined;
    if (target?.content !== undefined) wrong.push(`${told(act)} has not emptied ${act.target}`);
  }
  const idOf = new Map(acknowledged.map(({ text, eventId }) => [text, eventId]));
  for (const [room, log] of logs) {
    const texts = new Set<string>();
    for (const { event_id, event, content } of log) {
      if (event.type !== 'eccp.room.message' || content === undefined) continue;
      const text = content.body;
      const act = messages.get(text);
      if (act === undefined || act.room !== room || act.by.userId !== event.sender)
        wrong.push(`${text} was never sent so`);
      if (texts.has(text)) wrong.push(`${text} is there twice`);
      if (idOf.get(text) !== event_id) wrong.push(`${text} is ${event_id}, but was answered as ${idOf.get(text)}`);
      texts.add(text);
    }
  }
  wrong.push(...outOfOrder(acknowledged, events, residents));
  return wrong;
}

/** HOST-060: a user who waits for each answer before the next message finds them in that order. */
function outOfOrder(
  acknowledged: readonly Acknowledged[],
  events: ReadonlyMap<string, ReadonlyMap<string, Answer['body']>>,
  residents: ReadonlySet<Member>,
): string[] {
  const wrong: string[] = [];
  const last = new Map<string, { seq: number; act: Acknowledged }>();
  for (const act of acknowledged) {
    const seq: number | undefined = events.get(act.room)?.get(act.eventId)?.entry.seq;
    if (seq === undefined || !residents.has(act.by)) continue;
    const key = `${act.room} ${act.by.userId}`;
    const before = last.get(key);
    if (before !== undefined && before.seq >= seq) wrong.push(`${told(act)} comes before ${told(before.act)}`);
    last.set(key, { seq, act });
  }
  return wrong;
}

function told({ by, room, what, text, target, eventId }: Partial<Acknowledged>): string {
  return `${what} ${text ?? target ?? ''} ${eventId ?? ''} of ${by?.userId} in ${room}`;
}
