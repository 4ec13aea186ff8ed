// When the faults are over: waiting until everything has got where it belongs.
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultyNode } from './faulty-node.ts';
import type { Member } from './journal.ts';

/** Nothing may need longer once all faults are over, in milliseconds. */
const deadlineMs = 60_000;
const lookEveryMs = 250;

/** A room and who may read all of it: one on each node. */
export interface Shared {
  /** As it stands in paths. */
  readonly room: string;
  readonly host: Member;
  readonly readers: readonly Member[];
}

/**
 * Waits until no node has anything left for another, and all hold the same number of entries of each room.
 *
 * @throws AssertionError with what is not where it belongs.
 */
export async function healed(nodes: readonly FaultyNode[], rooms: readonly Shared[]): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const left = [...(await waiting(nodes)), ...(await behind(rooms))];
    if (left.length === 0) return;
    assert.ok(performance.now() < end, `not in ${deadlineMs} ms:\n${left.join('\n')}`);
    await wait(lookEveryMs);
  }
}

async function waiting(nodes: readonly FaultyNode[]): Promise<string[]> {
  const found: string[] = [];
  for (const node of nodes) {
    for (const peer of await node.queues()) {
      if (peer.queued > 0) found.push(`${node.name} has ${peer.queued} for ${peer.node}: ${peer.last_failure ?? ''}`);
    }
  }
  return found;
}

async function behind(rooms: readonly Shared[]): Promise<string[]> {
  const found: string[] = [];
  for (const { room, readers } of rooms) {
    const heads = await Promise.all(readers.map((reader) => headOf(reader, room)));
    const list = readers.map(({ node }, i) => `${node.name} ${heads[i]}`).join(', ');
    if (new Set(heads).size > 1) found.push(`${room} ends differently: ${list}`);
  }
  return found;
}

async function headOf({ node, token }: Member, room: string): Promise<string> {
  const { status, body } = await node.insist('GET', `/rooms/${room}`, token);
  return status === 200 ? `${body.head.seq} ${body.membership}` : body.errcode;
}

/** Visitors come to stay. */
export async function settle(visitors: readonly Member[], room: string): Promise<void> {
  for (const { node, token, userId } of visitors) {
    const { status, body } = await node.insist('POST', `/rooms/${room}/join`, token, {});
    assert.equal(status, 200, `${userId} joins ${room}: ${JSON.stringify(body)}`);
  }
}
