// Chapter 18.3
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import { Pull } from '../../src/federation/pull.ts';
import type { NodeName, RoomId } from '../../src/generated/api.ts';

const room = '!room:[2001:db8::1]:8448' as RoomId;
const peer = 'peer.test' as NodeName;
const other = 'other.test' as NodeName;

const entry = (seq: number): JsonObject => ({ event_id: `$${seq}`, entry: { seq } });
const head = (seq: number): JsonObject => ({ entry: { seq }, entry_signature: 'x' });

/** A node that holds entries up to some place of a log, and asks others for more. */
class Puller {
  readonly asked: { node: NodeName; from: number; limit: number }[] = [];
  readonly applied: { seqs: number[]; from: NodeName }[] = [];
  next: number | undefined;
  /** Entry by entry: what the ingest refuses. */
  refused = new Map<number, EccpError>();
  serve: (from: number, limit: number, node: NodeName) => Json | Promise<Json>;
  readonly pull: Pull;

  constructor(next: number | undefined, serve: Puller['serve']) {
    this.next = next;
    this.serve = serve;
    this.pull = new Pull({
      client: { signed: (node, method, path) => this.#signed(node, method, path) },
      snapshots: { start: async () => false },
      ingest: {
        nextSeq: async () => this.next,
        applyLog: async (roomId, entries, from) => {
          assert.equal(roomId, room);
          const seqs = entries.map((item) => (item as { entry: { seq: number } }).entry.seq);
          this.applied.push({ seqs, from });
          for (const seq of seqs) {
            const refusal = this.refused.get(seq);
            if (refusal) throw refusal;
            if (seq === this.next) this.next = seq + 1;
          }
        },
      },
    });
  }

  async #signed(node: NodeName, method: string, path: string): Promise<Json> {
    assert.equal(method, 'GET');
    assert.match(path, /^[A-Za-z0-9/_!%.?&=-]+$/, 'fit for a request line');
    const url = new URL(path, 'https://node.test');
    const [, , api, version, rooms, roomId = '', log] = url.pathname.split('/');
    assert.deepEqual([api, version, rooms, log], ['federation', 'v1', 'rooms', 'log']);
    assert.equal(decodeURIComponent(roomId), room);
    const [from, limit] = [Number(url.searchParams.get('from')), Number(url.searchParams.get('limit'))];
    this.asked.push({ node, from, limit });
    return this.serve(from, limit, node);
  }
}

/** Serves a log of so many entries, at most `most` at a time. */
function logOf(length: number, most = 500): Puller['serve'] {
  return (from, limit) => {
    const count = Math.max(0, Math.min(limit, most, length - from));
    return { entries: Array.from({ length: count }, (_, i) => entry(from + i)), head: head(length - 1) };
  };
}

const refusedWith = (errcode: string) => (error: unknown) => error instanceof EccpError && error.errcode === errcode;

test('a pull fetches page by page what is missing, and ends at the head (PULL-031)', async () => {
  const puller = new Puller(3, logOf(250));
  await puller.pull.pull(room, peer);
  assert.deepEqual(
    puller.asked,
    [3, 103, 203].map((from) => ({ node: peer, from, limit: 100 })),
  );
  assert.deepEqual(
    puller.applied.flatMap(({ seqs }) => seqs),
    Array.from({ length: 247 }, (_, i) => i + 3),
  );
  assert.ok(puller.applied.every(({ from }) => from === peer));
});

test('a peer may give fewer entries at a time than are asked for', async () => {
  const puller = new Puller(0, logOf(25, 10));
  await puller.pull.pull(room, peer);
  assert.deepEqual(
    puller.asked.map(({ from }) => from),
    [0, 10, 20],
  );
  assert.equal(puller.next, 25);
});

test('a peer that has nothing new is asked once', async () => {
  const puller = new Puller(25, logOf(25));
  await puller.pull.pull(room, peer);
  assert.equal(puller.asked.length, 1);
  assert.deepEqual(puller.applied, []);
});

test('what is refused ends the pull; what came before stays (PULL-032)', async () => {
  const puller = new Puller(0, logOf(250));
  puller.refused.set(120, new EccpError('ECCP_BAD_SIGNATURE', 'Forged.'));
  await assert.rejects(puller.pull.pull(room, peer), refusedWith('ECCP_BAD_SIGNATURE'));
  assert.equal(puller.next, 120);
  assert.equal(puller.asked.length, 2);
});

test('the peer’s refusal is passed on', async () => {
  const puller = new Puller(0, async () => {
    throw new EccpError('ECCP_NOT_FOUND', 'No such room.');
  });
  await assert.rejects(puller.pull.pull(room, peer), refusedWith('ECCP_NOT_FOUND'));
});

test('a room that is neither held nor awaited is not pulled', async () => {
  const puller = new Puller(undefined, logOf(25));
  await assert.rejects(puller.pull.pull(room, peer), refusedWith('ECCP_NOT_FOUND'));
  assert.deepEqual(puller.asked, []);
});

test('an answer that is not what was asked for ends the pull, and nothing of it is applied (PULL-037)', async (t) => {
  const entries = [entry(5), entry(6)];
  const answers: { [what: string]: [Json, string] } = {
    'no object': [[], 'ECCP_UNREACHABLE'],
    'no entries': [{ head: head(9) }, 'ECCP_UNREACHABLE'],
    'no head': [{ entries }, 'ECCP_UNREACHABLE'],
    'a head without a place': [{ entries, head: { entry: { seq: '6' } } }, 'ECCP_UNREACHABLE'],
    'entries from before': [{ entries: [entry(4), entry(5)], head: head(9) }, 'ECCP_UNREACHABLE'],
    'entries from behind': [{ entries: [entry(6)], head: head(9) }, 'ECCP_UNREACHABLE'],
    'a hole': [{ entries: [entry(5), entry(7)], head: head(9) }, 'ECCP_UNREACHABLE'],
    'an entry without one': [{ entries: [entry(5), {}], head: head(9) }, 'ECCP_UNREACHABLE'],
    'too many': [{ entries: Array.from({ length: 101 }, (_, i) => entry(5 + i)), head: head(200) }, 'ECCP_UNREACHABLE'],
    'none, though there are some': [{ entries: [], head: head(5) }, 'ECCP_GAP'],
  };
  for (const [what, [answer, errcode]] of Object.entries(answers)) {
    await t.test(what, async () => {
      const puller = new Puller(5, () => answer);
      await assert.rejects(puller.pull.pull(room, peer), refusedWith(errcode));
      assert.deepEqual(puller.applied, []);
      assert.equal(puller.asked.length, 1);
    });
  }
});

test('a peer with a log that does not end is left after a million entries', async () => {
  const puller = new Puller(0, logOf(Number.MAX_SAFE_INTEGER));
  await puller.pull.pull(room, peer);
  assert.equal(puller.asked.length, 10_000);
});

test('a peer whose entries bring nothing new is not asked for ever', async () => {
  const puller = new Puller(5, logOf(25));
  const stuck = new Pull({
    client: { signed: async () => logOf(25)(5, 100, peer) },
    snapshots: { start: async () => false },
    ingest: { nextSeq: async () => 5, applyLog: async () => void puller.applied.push({ seqs: [], from: peer }) },
  });
  await stuck.pull(room, peer);
  assert.equal(puller.applied.length, 1);
});

test('pulls of one room from one peer are one; another peer’s do not wait for it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const serve = logOf(25);
  const puller = new Puller(0, async (from, limit, node) => {
    if (node === peer) await promise;
    return serve(from, limit, node);
  });
  const [first, second] = [puller.pull.pull(room, peer), puller.pull.pull(room, peer)];
  await puller.pull.pull(room, other);
  assert.deepEqual(
    puller.asked.map(({ node }) => node),
    [peer, other],
  );
  assert.equal(puller.next, 25);
  resolve();
  await Promise.all([first, second]);
  await puller.pull.pull(room, peer);
  assert.equal(puller.asked.length, 3, 'once it is over, the next is a new one');
});

test('a failed pull fails for all who joined it, and the next is a new one', async () => {
  let isDown = true;
  const serve = logOf(5);
  const puller = new Puller(0, async (from, limit, node) => {
    if (isDown) throw new EccpError('ECCP_UNREACHABLE', 'Nobody is there.');
    return serve(from, limit, node);
  });
  const outcomes = await Promise.allSettled([puller.pull.pull(room, peer), puller.pull.pull(room, peer)]);
  assert.ok(outcomes.every(({ status }) => status === 'rejected'));
  isDown = false;
  await puller.pull.pull(room, peer);
  assert.equal(puller.next, 5);
});

test('stop ends pulls at once, applies nothing more, and lets none begin', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const serve = logOf(250);
  const puller = new Puller(0, async (from, limit, node) => {
    if (from === 100) await promise;
    return serve(from, limit, node);
  });
  const pull = puller.pull.pull(room, peer);
  while (puller.asked.length < 2) await new Promise((go) => setImmediate(go));
  const refused = assert.rejects(pull, refusedWith('ECCP_UNAVAILABLE'));
  await puller.pull.stop();
  await refused;
  resolve();
  await new Promise((go) => setImmediate(go));
  assert.equal(puller.next, 100);
  await assert.rejects(puller.pull.pull(room, peer), refusedWith('ECCP_UNAVAILABLE'));
  assert.equal(puller.asked.length, 2);
});

test('stop waits for what is being written', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const pull = new Pull({
    client: { signed: async () => logOf(5)(0, 100, peer) },
    snapshots: { start: async () => false },
    ingest: { nextSeq: async () => 0, applyLog: () => promise },
  });
  const refused = assert.rejects(pull.pull(room, peer), refusedWith('ECCP_UNAVAILABLE'));
  await new Promise((go) => setImmediate(go));
  let isStopped = false;
  const stop = pull.stop().then(() => {
    isStopped = true;
  });
  await new Promise((go) => setImmediate(go));
  assert.equal(isStopped, false);
  resolve();
  await Promise.all([stop, refused]);
});
