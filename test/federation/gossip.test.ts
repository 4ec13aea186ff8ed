// FED-050: who is told of the end of a log, and how soon.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Gossip } from '../../src/federation/gossip.ts';
import type { EventType, LogHead } from '../../src/generated/api.ts';
import { network } from '../services/network.ts';

const minute = 60_000;
const message = 'eccp.room.message' as EventType;

/** A room of a node with users of `count` others, and what one of these tells. */
async function sharedBy(count: number) {
  const net = network();
  const host = await net.node('host.test');
  const alice = await host.user('alice');
  const { roomId } = await host.services.rooms.create(alice.userId, { visibility: 'public' });
  const nodes = await Promise.all(Array.from({ length: count }, (_, i) => net.node(`n${i}.test`)));
  for (const node of nodes) {
    await net.during(node.services.memberships.join((await node.user('user')).userId, roomId, undefined));
  }
  await net.deliver();
  const [teller] = nodes;
  assert.ok(teller);
  const told: { node: string; head: LogHead }[] = [];
  const gossip = new Gossip({
    heads: teller.services.heads,
    evidence: teller.services.evidence,
    client: {
      async signed(node, _method, _path, body) {
        for (const [room, head] of Object.entries(body.heads as Record<string, unknown>)) {
          assert.equal(room, roomId);
          told.push({ node, head: head as LogHead });
        }
        return {};
      },
    },
    pulls: { pull: async () => {} },
    report: (error) => assert.fail(String(error)),
  });
  const say = async () => {
    const { event_id } = await host.services.messages.send(alice, roomId, message, { body: 'x' }, undefined);
    await net.deliver();
    return event_id;
  };
  return { net, teller, told, gossip, say };
}

test('three other participants are told of a new last entry within ten minutes, each once', async (t) => {
  const { net, teller, told, gossip, say } = await sharedBy(6);
  t.mock.timers.enable({ apis: ['setInterval'] });
  gossip.start();
  try {
    const eventId = await say();
    for (let passed = 0; passed < 10; passed++) {
      t.mock.timers.tick(minute);
      for (let turn = 0; turn < 20; turn++) await setImmediate();
    }
    assert.equal(told.length, 3);
    assert.equal(new Set(told.map(({ node }) => node)).size, 3);
    for (const { node, head } of told) {
      assert.ok(node !== teller.name && node !== 'host.test', node);
      assert.equal(head.entry.event_id, eventId);
    }
  } finally {
    gossip.stop();
    await net.end();
  }
});

test('all are told where there are fewer, only what is new, and not the one who tells', async () => {
  const { net, teller, told, gossip, say } = await sharedBy(3);
  const round = async () => {
    told.length = 0;
    await gossip.round();
    return told.map(({ node }) => node).sort();
  };
  assert.deepEqual(await round(), ['n1.test', 'n2.test']);
  assert.deepEqual(await round(), []);
  await say();
  assert.deepEqual(await round(), ['n1.test', 'n2.test']);
  assert.equal(teller.name, 'n0.test');
  await net.end();
});
