import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Point } from '@noble/ed25519';
import type { Json } from '../../src/core/canonical-json.ts';
import { fromBase64url, toBase64url } from '../../src/core/encoding.ts';
import { EccpError } from '../../src/core/errors.ts';
import { documentHash, newDocument, signDocument } from '../../src/core/key-document.ts';
import { generateSigningKey, type SigningKey } from '../../src/core/signing.ts';
import { PeerRefusal, unreachable } from '../../src/federation/peer-answer.ts';
import type { NodeName } from '../../src/generated/api.ts';
import { day, FakePeer, type KeysWorld, keysWorld, peerName } from './keys-world.ts';

const path = '/_eccp/federation/v1/keys?since=';

async function refused(asked: Promise<unknown>, errcode: string, version?: number): Promise<void> {
  await assert.rejects(asked, (error) => {
    assert(error instanceof EccpError, String(error));
    assert.equal(error.errcode, errcode, error.message);
    assert.equal(error.details.version, version);
    return true;
  });
}

function keyOf({ keys }: KeysWorld, key: SigningKey): Promise<string> {
  return keys.key(peerName, key.keyId);
}

/** Answers with what the peer would answer, changed. */
function bend(world: KeysWorld, change: (answer: { documents: Json[]; freshness: Json }) => void): void {
  world.serve = async (asked) => {
    const answer = structuredClone(world.peer.answer(asked, world.now)) as { documents: Json[]; freshness: Json };
    change(answer);
    return answer;
  };
}

test('KEY-020 to KEY-023: a key is fetched once, kept across restarts, and asked for again with what is held', async () => {
  await using world = await keysWorld();
  const { peer } = world;
  assert.equal(await keyOf(world, peer.key), peer.key.publicKey);
  assert.equal(await keyOf(world, peer.key), peer.key.publicKey);
  assert.equal(await world.again().key(peerName, peer.key.keyId), peer.key.publicKey);
  assert.deepEqual(world.fetched, [`${path}0`]);
  assert.deepEqual(await world.keys.held(peerName), peer.chain);
  world.now += 10_000;
  peer.rotate();
  assert.equal(await keyOf(world, peer.key), peer.key.publicKey);
  assert.deepEqual(world.fetched, [`${path}0`, `${path}1`]);
  assert.deepEqual(await world.again().held(peerName), peer.chain);
  assert.deepEqual(world.audited, []);
});

test('those who ask at the same time share one fetch', async () => {
  await using world = await keysWorld();
  const { peer } = world;
  await Promise.all([keyOf(world, peer.key), keyOf(world, peer.key), world.keys.refresh(peerName)]);
  assert.deepEqual(world.fetched, [`${path}0`]);
});

test('AUTH-022 to AUTH-024: revoked, retired and unknown keys', async () => {
  await using world = await keysWorld();
  const { peer } = world;
  const stranger = generateSigningKey();
  const retired = peer.rotate();
  peer.chain.push(peer.next({ keys: [peer.key.publicKey] }, [peer.key]));
  await refused(keyOf(world, retired), 'ECCP_BAD_SIGNATURE');
  await refused(keyOf(world, peer.recovery), 'ECCP_BAD_SIGNATURE');
  assert.equal(world.fetched.length, 1, 'one fetch: the document is as new as can be');
  const revoked = peer.rotate(true);
  assert.equal(
    await keyOf(world, revoked),
    revoked.publicKey,
    'the document held is trusted while its statement holds',
  );
  await refused(keyOf(world, peer.key), 'ECCP_BAD_SIGNATURE'); // not asked again within ten seconds
  world.now += 9_999;
  await refused(keyOf(world, peer.key), 'ECCP_BAD_SIGNATURE');
  assert.equal(world.fetched.length, 1);
  world.now += 1;
  await refused(keyOf(world, stranger), 'ECCP_BAD_SIGNATURE');
  assert.equal(world.fetched.length, 2);
  await refused(keyOf(world, revoked), 'ECCP_KEY_REVOKED');
  assert.equal(await keyOf(world, peer.key), peer.key.publicKey);
  world.now += 10_000;
  await refused(keyOf(world, revoked), 'ECCP_KEY_REVOKED');
  assert.equal(world.fetched.length, 2, 'a revoked key is not asked for');
});

test('KEY-032: when the statement has ended, no key is good until there is a new one', async () => {
  await using world = await keysWorld();
  const { peer } = world;
  await keyOf(world, peer.key);
  world.now += day - 1;
  await keyOf(world, peer.key);
  assert.equal(world.fetched.length, 1);
  world.now += 1;
  world.serve = async () => {
    throw unreachable(peerName, 'nobody there');
  };
  await refused(keyOf(world, peer.key), 'ECCP_UNREACHABLE');
  world.serve = undefined;
  assert.equal(await keyOf(world, peer.key), peer.key.publicKey);
  assert.deepEqual(world.fetched, [`${path}0`, `${path}1`, `${path}1`]);
});

test('AUTH-021: what a fetch fails with is passed on; what the peer refuses is not', async () => {
  await using world = await keysWorld();
  const { peer } = world;
  const failing: [Error, string][] = [
    [unreachable(peerName, 'x'), 'ECCP_UNREACHABLE'],
    [new EccpError('ECCP_POLICY_DENIED', 'x'), 'ECCP_POLICY_DENIED'],
    [new EccpError('ECCP_BAD_JSON', 'x'), 'ECCP_BAD_JSON'],
    [new PeerRefusal('ECCP_NOT_FOUND', 'x'), 'ECCP_UNREACHABLE'],
    [new PeerRefusal('ECCP_LIMIT_EXCEEDED', 'x', { retry_after_ms: 5 }), 'ECCP_UNREACHABLE'],
  ];
  for (const [error, errcode] of failing) {
    world.serve = async () => {
      throw error;
    };
    await refused(keyOf(world, peer.key), errcode);
    await refused(world.keys.refresh(peerName), errcode);
  }
  world.serve = async () => {
    throw new TypeError('a fault of this node');
  };
  await assert.rejects(keyOf(world, peer.key), TypeError);
  assert.deepEqual(await world.keys.held(peerName), []);
});

test('KEY-031: an answer that is none', async () => {
  await using world = await keysWorld();
  const { documents = null, freshness = null } = world.peer.answer(`${path}0`, world.now);
  const answers: Json[] = [[], null, 'x', {}, { documents }, { freshness }, { documents: {}, freshness }];
  for (const answer of [...answers, { documents, freshness: 'x' }] as Json[]) {
    world.serve = async () => answer;
    await refused(world.keys.refresh(peerName), 'ECCP_UNREACHABLE');
  }
  assert.deepEqual(world.audited, []);
});

test('KEY-025 to KEY-030: statements that do not hold; what was held stays', async () => {
  await using world = await keysWorld();
  const { peer, keys } = world;
  await keys.refresh(peerName);
  const { now } = world;
  const stale = [peer.freshness(now - day), peer.freshness(now + 60_001), peer.freshness(now, 7 * day + 1)];
  for (const freshness of stale) {
    bend(world, (answer) => Object.assign(answer, { freshness }));
    await refused(keys.refresh(peerName), 'ECCP_KEY_ROLLBACK');
  }
  const stranger = generateSigningKey();
  const { freshness } = peer.freshness(now);
  const signature = stranger.sign('eccp.freshness-sig.v1', freshness);
  for (const key of [stranger.keyId, peer.key.keyId]) {
    bend(world, (answer) => Object.assign(answer, { freshness: { freshness, key, signature } }));
    await refused(keys.refresh(peerName), 'ECCP_BAD_SIGNATURE');
  }
  const ahead = { ...freshness, version: 2 };
  const sign = (value: typeof ahead) => ({
    freshness: value,
    key: peer.key.keyId,
    signature: peer.key.sign('eccp.freshness-sig.v1', value),
  });
  for (const value of [sign(ahead), sign({ ...freshness, node: 'other.example' }), { freshness: {} }]) {
    bend(world, (answer) => Object.assign(answer, { freshness: value }));
    await refused(keys.refresh(peerName), 'ECCP_KEY_CONTINUITY', 1);
  }
  assert.deepEqual(await keys.held(peerName), peer.chain);
  assert.equal(await keyOf(world, peer.key), peer.key.publicKey);
  await keys.checkQuarantine(peerName);
  assert.deepEqual(world.audited, [], 'none of it is a dispute');
});

test('KEY-027: a rollback is refused, makes no quarantine, and is over when the peer is itself again', async () => {
  await using world = await keysWorld();
  const { peer, keys } = world;
  const [first] = peer.chain;
  const old = peer.freshness(world.now);
  peer.rotate();
  await keys.refresh(peerName);
  for (const documents of [[], [first]]) {
    world.serve = async () => ({ documents: documents as Json[], freshness: old });
    await refused(keys.refresh(peerName), 'ECCP_KEY_ROLLBACK');
  }
  world.serve = undefined;
  await keys.refresh(peerName);
  assert.deepEqual(await keys.held(peerName), peer.chain);
  assert.deepEqual(world.audited, []);
});

test('keys that not everybody would treat alike, and signatures that do not count', async () => {
  await using world = await keysWorld();
  const { peer, keys } = world;
  const small = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
  const mixed = Point.fromBytes(fromBase64url(peer.key.publicKey)).add(small);
  const padded = `${peer.key.publicKey}=`;
  const cases: [string, string, number?][] = [
    [toBase64url(small.toBytes()), 'ECCP_BAD_KEY'],
    [toBase64url(mixed.toBytes()), 'ECCP_BAD_KEY'],
    [generateSigningKey().publicKey, 'ECCP_BAD_SIGNATURE'],
    [padded, 'ECCP_KEY_CONTINUITY', 0], // a document out of form
  ];
  for (const [publicKey, errcode, version] of cases) {
    bend(world, (answer) => {
      answer.documents = [
        signDocument({ ...peer.newest.document, keys: [peer.key.publicKey, publicKey] }, [peer.key]) as Json,
      ];
    });
    await refused(keys.refresh(peerName), errcode, version);
  }
  assert.deepEqual(await keys.held(peerName), []);
  assert.deepEqual(world.audited, [], 'on first contact there is nothing to contradict');
  await keys.checkQuarantine(peerName);
});

test('KEY-040: a fork, a broken chain or another document of the version held make a quarantine', async () => {
  const forks: ((world: KeysWorld) => void)[] = [
    ({ peer }) => {
      peer.chain = [new FakePeer().newest]; // same version, another hash, and only the statement says so
    },
    ({ peer }) => {
      const [first] = peer.chain;
      if (first === undefined) return;
      const [other, later] = [generateSigningKey(), generateSigningKey()];
      const second = peer.next({ keys: [other.publicKey] }, [peer.key, other], first);
      peer.chain = [first, second, peer.next({ keys: [later.publicKey] }, [other, later], second)];
      peer.key = later;
    },
    (world) => {
      world.peer.rotate();
      bend(world, (answer) => {
        answer.documents = [new FakePeer().newest as Json, ...answer.documents];
      });
    },
    (world) => {
      bend(world, (answer) => {
        answer.documents = [{ document: {}, signatures: {} }];
      });
    },
  ];
  for (const [index, fork] of forks.entries()) {
    await using world = await keysWorld();
    const { peer, keys } = world;
    if (index === 1) peer.rotate();
    await keys.refresh(peerName);
    const version = peer.newest.document.version;
    const held = [...peer.chain];
    const { key } = peer;
    fork(world);
    await refused(keys.refresh(peerName), 'ECCP_KEY_CONTINUITY', version);
    await refused(keys.key(peerName, key.keyId), 'ECCP_QUARANTINED');
    await refused(keys.checkQuarantine(peerName), 'ECCP_QUARANTINED');
    await refused(world.again().checkQuarantine(peerName), 'ECCP_QUARANTINED'); // KEY-043
    assert.deepEqual(await keys.held(peerName), held); // KEY-030
    assert.deepEqual(
      world.audited.map(({ kind, actor, subject }) => ({ kind, actor, subject })),
      [{ kind: 'peer.quarantined', actor: 'node', subject: peerName }],
    );
    const row = await world.store.read((db) => db.selectFrom('peers').selectAll().executeTakeFirstOrThrow());
    assert.match(row.quarantined ?? '', /peer\.example\.net/);
  }
});

/** The peer after a thief went on with its chain, and this node has seen it; then the owner's own documents again. */
async function robbed(world: KeysWorld): Promise<void> {
  const { peer, keys } = world;
  await keys.refresh(peerName);
  const [mine, key] = [[...peer.chain], peer.key];
  peer.rotate(true);
  peer.rotate();
  await keys.refresh(peerName);
  peer.chain = mine;
  peer.key = key;
  peer.rotate();
  peer.rotate();
  peer.rotate();
  await refused(keys.refresh(peerName), 'ECCP_KEY_CONTINUITY', 3);
  peer.chain = mine;
}

test('KEY-045 to KEY-048: a recovery document ends the quarantine, at most one fetch in ten seconds', async () => {
  await using world = await keysWorld();
  const { peer, keys } = world;
  await robbed(world);
  const fetches = () => world.fetched.length;
  let before = fetches();
  await refused(keys.checkQuarantine(peerName), 'ECCP_QUARANTINED');
  assert.equal(fetches(), before, 'just asked');
  const fresh = generateSigningKey();
  peer.chain = [
    ...peer.chain.slice(0, 1),
    peer.next({ version: 4, keys: [fresh.publicKey] }, [fresh, peer.recovery], peer.chain[0]),
  ];
  peer.key = fresh;
  world.now += 9_999;
  await refused(keys.checkQuarantine(peerName), 'ECCP_QUARANTINED');
  assert.equal(fetches(), before);
  world.now += 1;
  await keys.checkQuarantine(peerName);
  assert.equal(fetches(), before + 1);
  assert.deepEqual(await keys.held(peerName), peer.chain);
  assert.equal(await keyOf(world, fresh), fresh.publicKey);
  assert.deepEqual(
    world.audited.map(({ kind }) => kind),
    ['peer.quarantined', 'peer.recovered'],
  );
  before = fetches();
  await world.again().checkQuarantine(peerName);
  assert.equal(fetches(), before);
});

test('KEY-045: a document of a lower version, or none by the recovery key, does not end it; nor does a stale statement', async () => {
  await using world = await keysWorld();
  const { peer, keys } = world;
  await robbed(world);
  const [first] = peer.chain;
  assert(first !== undefined);
  const fresh = generateSigningKey();
  const keysOf = { keys: [fresh.publicKey] };
  const attempts = [
    peer.next({ version: 3, ...keysOf }, [fresh, peer.recovery], first),
    peer.next({ version: 9, ...keysOf }, [fresh, peer.key], first),
    peer.next({ version: 9, ...keysOf, prev_hash: documentHash(newDocument(peerName, [fresh]).document) }, [
      fresh,
      peer.recovery,
    ]),
  ];
  peer.key = fresh;
  for (const attempt of attempts) {
    peer.chain = [first, attempt];
    world.now += 10_000;
    await refused(keys.checkQuarantine(peerName), 'ECCP_QUARANTINED');
  }
  peer.chain = [first, peer.next({ version: 4, ...keysOf }, [fresh, peer.recovery], first)];
  bend(world, (answer) => Object.assign(answer, { freshness: peer.freshness(world.now - day) }));
  world.now += 10_000;
  await refused(keys.checkQuarantine(peerName), 'ECCP_QUARANTINED');
  world.serve = undefined;
  world.now += 10_000;
  await keys.checkQuarantine(peerName);
  assert.deepEqual(
    world.audited.map(({ kind }) => kind),
    ['peer.quarantined', 'peer.recovered'],
  );
});

test('KEY-044: when the operator lifts a quarantine, keys are taken as on first contact', async () => {
  await using world = await keysWorld();
  const { peer, keys } = world;
  await robbed(world);
  await world.store.write((trx) =>
    trx.updateTable('peers').set({ quarantined: null, key_documents: null, freshness: null }).execute(),
  );
  keys.forget(peerName);
  await keys.checkQuarantine(peerName);
  peer.key = generateSigningKey();
  peer.chain = [newDocument(peerName, [peer.key])];
  assert.equal(await keyOf(world, peer.key), peer.key.publicKey);
  assert.deepEqual(await keys.held(peerName), peer.chain);
});

test('a quarantine that is lifted while keys are fetched stays lifted', async () => {
  await using world = await keysWorld();
  const { peer, keys } = world;
  await keys.refresh(peerName);
  const other = new FakePeer();
  world.serve = async (asked) => {
    await world.store.write((trx) =>
      trx.updateTable('peers').set({ quarantined: null, key_documents: null, freshness: null }).execute(),
    );
    keys.forget(peerName);
    world.serve = undefined;
    peer.chain = other.chain;
    peer.key = other.key;
    return other.answer(asked, world.now);
  };
  await keys.refresh(peerName);
  assert.deepEqual(await keys.held(peerName), other.chain);
  assert.deepEqual(world.audited, []);
});

test('KEY-024: of a long chain 64 documents are verified at a time, and what was verified is held', async () => {
  await using world = await keysWorld();
  const { peer, keys } = world;
  for (let i = 0; i < 130; i++) peer.chain.push(peer.next({}, [peer.key]));
  assert.equal(await keyOf(world, peer.key), peer.key.publicKey);
  assert.deepEqual(world.fetched, [`${path}0`, `${path}64`, `${path}128`]);
  assert.equal((await keys.held(peerName)).length, 131);
  for (let i = 0; i < 70; i++) peer.chain.push(peer.next({}, [peer.key]));
  let asked = 0;
  world.serve = async (target) => {
    if (asked++ > 0) throw unreachable(peerName, 'x');
    return peer.answer(target, world.now);
  };
  await refused(keys.refresh(peerName), 'ECCP_UNREACHABLE');
  assert.equal((await world.again().held(peerName)).length, 131 + 64);
});

test('more nodes than a hundred are not asked at a time', async () => {
  await using world = await keysWorld();
  const { promise, resolve } = Promise.withResolvers<Json>();
  world.serve = () => promise;
  const asked = Array.from({ length: 100 }, (_, i) => world.keys.refresh(`n${i}.example` as NodeName));
  await assert.rejects(world.keys.refresh(peerName), {
    errcode: 'ECCP_LIMIT_EXCEEDED',
    details: { retry_after_ms: 1000 },
  });
  resolve({});
  for (const one of asked) await refused(one, 'ECCP_UNREACHABLE');
  world.serve = undefined;
  await world.keys.refresh(peerName);
});
