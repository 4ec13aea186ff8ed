// The logs that nodes hold of one room, read as nodes read them from one another.
import assert from 'node:assert/strict';
import { replayLog } from '../../conformance/wire/room-log.ts';
import type { SequencedEvent as WireEvent } from '../../conformance/wire/types.ts';
import { entryHash } from '../../src/core/event.ts';
import type { SequencedEvent } from '../../src/generated/api.ts';
import { verifyLog } from '../node/verify-log.ts';
import type { NetworkNode, Signer } from './nodes.ts';
import { until } from './until.ts';

/** A room's whole log as a node serves it to another one that takes part in the room. */
export async function logOf(holder: NetworkNode, asker: Signer, room: string): Promise<SequencedEvent[]> {
  const entries: SequencedEvent[] = [];
  for (;;) {
    const { status, body } = await holder.asked(asker, 'GET', `/rooms/${room}/log?from=${entries.length}&limit=500`);
    assert.equal(status, 200, JSON.stringify(body));
    entries.push(...body.entries);
    if (body.entries.length === 0 || entries.length > body.head.entry.seq) return entries;
  }
}

export function hashesOf(log: readonly SequencedEvent[]): string[] {
  return log.map(({ entry }) => entryHash(entry));
}

/**
 * Waits until nodes hold the same log of a room, each of them with a joined user, and verifies it twice: by the node's own core and by
 * the suite's replay, which share no code.
 *
 * @param nodes at least two, the room's host first.
 * @returns the log.
 */
export async function oneLog(nodes: readonly NetworkNode[], room: string): Promise<SequencedEvent[]> {
  const [host] = nodes;
  const read = (i: number) => logOf(nodes[i] as NetworkNode, nodes[(i + 1) % nodes.length] as Signer, room);
  const whole = await read(0);
  for (const i of nodes.keys()) {
    const same = await until(`${nodes[i]?.name} holds what ${host?.name} does`, async () => {
      const log = await read(i);
      return log.length >= whole.length && log;
    });
    assert.deepEqual(hashesOf(same), hashesOf(whole));
    verifyLog(same);
    assert.deepEqual(replayLog(same as unknown as WireEvent[]).problems, []);
  }
  return whole;
}
