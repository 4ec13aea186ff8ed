// Each check of section 15.2, their order, and what is left of a request that is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EccpError } from '../../src/core/errors.ts';
import { signRequest } from '../../src/core/request-signature.ts';
import { generateSigningKey } from '../../src/core/signing.ts';
import { Authenticator, type AuthenticatorOptions, type SignedRequest } from '../../src/federation/authenticate.ts';
import { unreachable } from '../../src/federation/peer-answer.ts';
import { SeenRequests } from '../../src/federation/seen-requests.ts';
import type { NodeName } from '../../src/generated/api.ts';
import { type KeysWorld, keysWorld, peerName } from './keys-world.ts';

const name = 'node.test';
const uri = '/_eccp/federation/v1/transactions?q=%2F';

/** Names which checks were reached. */
type Reached = ('policy' | 'limit' | 'quarantine' | 'body' | 'key')[];

interface Gate {
  readonly reached: Reached;
  check(request: SignedRequest): Promise<NodeName>;
}

function gate(world: KeysWorld, options: Partial<AuthenticatorOptions> = {}): Gate {
  const reached: Reached = [];
  const authenticator = new Authenticator({
    name,
    store: world.store,
    now: () => world.now,
    policy: async () => void reached.push('policy'),
    limit: () => void reached.push('limit'),
    audit: async (entry) => void world.audited.push(entry),
    peerKeys: {
      checkQuarantine(node) {
        reached.push('quarantine');
        return world.keys.checkQuarantine(node);
      },
      key(node, keyId) {
        reached.push('key');
        return world.keys.key(node, keyId);
      },
    },
    ...options,
  });
  return {
    reached,
    check: async ({ body, ...request }) => {
      const watched = () => {
        reached.push('body');
        return body();
      };
      try {
        return await authenticator.authenticate({ ...request, body: watched });
      } catch (error) {
        if (error instanceof EccpError) await authenticator.refused({ ...request, body }, error);
        throw error;
      }
    },
  };
}

let nonces = 0;

interface Changes {
  ts?: number;
  nonce?: string;
  destination?: string;
  origin?: string;
  body?: string;
  key?: ReturnType<typeof generateSigningKey>;
}

function signed(world: KeysWorld, { key, ...changes }: Changes = {}): SignedRequest {
  const nonce = Buffer.alloc(16);
  nonce.writeUInt32BE(++nonces);
  const request = {
    method: 'POST',
    uri,
    origin: peerName as string,
    destination: name,
    body: '{"a":1}',
    ts: world.now,
    nonce: nonce.toString('base64url'),
    ...changes,
  };
  const authorization = [signRequest(key ?? world.peer.key, request)];
  return {
    method: 'POST',
    uri,
    authorization,
    body: async () => Buffer.from(request.body),
    requestId: 'r-1',
    address: '127.0.0.1',
  };
}

async function refused(asked: Promise<unknown>, errcode: string): Promise<void> {
  await assert.rejects(asked, (error) => {
    assert(error instanceof EccpError, String(error));
    assert.equal(error.errcode, errcode, error.message);
    return true;
  });
}

test('a good request is told to come from its origin, and leaves no record', async () => {
  await using world = await keysWorld();
  const { check, reached } = gate(world);
  assert.equal(await check(signed(world)), peerName);
  assert.deepEqual(reached, ['policy', 'limit', 'quarantine', 'body', 'key']);
  assert.equal(await check(signed(world, { body: '' })), peerName);
  assert.deepEqual(world.audited, []);
});

test('AUTH-011, AUTH-012: the header comes first', async () => {
  await using world = await keysWorld();
  const { check, reached } = gate(world);
  const good = signed(world, { ts: 0, destination: 'other.example' });
  const [header = ''] = good.authorization;
  for (const authorization of [[], ['Bearer x'], [header, header], [header.replace('ECCP-FED', 'ECCP')]]) {
    await refused(check({ ...good, authorization }), 'ECCP_BAD_AUTH');
  }
  await refused(check({ ...good, authorization: [header.replace(/"$/, '="')] }), 'ECCP_BAD_ENCODING');
  assert.deepEqual(reached, []);
});

test('AUTH-013, AUTH-014: the names, before the time', async () => {
  await using world = await keysWorld();
  const { check, reached } = gate(world);
  await refused(check(signed(world, { destination: 'other.example', ts: 0 })), 'ECCP_WRONG_DESTINATION');
  await refused(check(signed(world, { destination: `${name}:8448` })), 'ECCP_WRONG_DESTINATION');
  await refused(check(signed(world, { origin: name, ts: 0 })), 'ECCP_BAD_AUTH');
  assert.deepEqual(reached, []);
});

test('AUTH-015: the time, to the millisecond, before the policy', async () => {
  await using world = await keysWorld();
  const { check, reached } = gate(world);
  const { now } = world;
  await refused(check(signed(world, { ts: now - 300_001 })), 'ECCP_CLOCK_SKEW');
  await refused(check(signed(world, { ts: now + 60_001 })), 'ECCP_CLOCK_SKEW');
  assert.deepEqual(reached, []);
  assert.equal(await check(signed(world, { ts: now - 300_000 })), peerName);
  assert.equal(await check(signed(world, { ts: now + 60_000 })), peerName);
});

test('without a memory that outlasts a restart, nothing older than a minute after it is accepted', async () => {
  await using world = await keysWorld();
  const { now: bootTs } = world;
  const { check } = gate(world, { bootTs });
  await refused(check(signed(world, { ts: bootTs + 59_999 })), 'ECCP_CLOCK_SKEW');
  assert.equal(await check(signed(world, { ts: bootTs + 60_000 })), peerName);
});

test('AUTH-016 to AUTH-018: policy, limit, quarantine, in this order, before the body is read', async () => {
  await using world = await keysWorld();
  const denied = async () => {
    throw new EccpError('ECCP_POLICY_DENIED', 'x');
  };
  const limited = () => {
    throw new EccpError('ECCP_LIMIT_EXCEEDED', 'x', { retry_after_ms: 70 });
  };
  const quarantined = {
    key: async () => '',
    checkQuarantine: async () => {
      throw new EccpError('ECCP_QUARANTINED', 'x');
    },
  };
  const all = { policy: denied, limit: limited, peerKeys: quarantined };
  const first = gate(world, all);
  await refused(first.check(signed(world)), 'ECCP_POLICY_DENIED');
  const { policy: _, ...rest } = all;
  const second = gate(world, rest);
  await assert.rejects(second.check(signed(world)), {
    errcode: 'ECCP_LIMIT_EXCEEDED',
    details: { retry_after_ms: 70 },
  });
  const third = gate(world, { peerKeys: quarantined });
  await refused(third.check(signed(world)), 'ECCP_QUARANTINED');
  assert.deepEqual([...first.reached, ...second.reached, ...third.reached], ['policy', 'policy', 'limit']);
  assert.deepEqual(
    world.audited.map(({ errcode }) => errcode),
    ['ECCP_POLICY_DENIED', 'ECCP_QUARANTINED'],
    'the limits keep records of their own',
  );
  assert.deepEqual(world.fetched, []);
});

test('AUTH-019, AUTH-020: the body, before the key', async () => {
  await using world = await keysWorld();
  const { check, reached } = gate(world);
  const tooLarge = async () => {
    throw new EccpError('ECCP_TOO_LARGE', 'x');
  };
  await refused(check({ ...signed(world), body: tooLarge }), 'ECCP_TOO_LARGE');
  for (const text of ['{"a":2}', '{"a":1} ', '']) {
    await refused(check({ ...signed(world), body: async () => Buffer.from(text) }), 'ECCP_BAD_SIGNATURE');
  }
  await refused(check({ ...signed(world, { body: '' }), body: async () => Buffer.from('{}') }), 'ECCP_BAD_SIGNATURE');
  assert(!reached.includes('key'));
  assert.deepEqual(world.fetched, []);
});

test('AUTH-021 to AUTH-024: the key', async () => {
  await using world = await keysWorld();
  const { check } = gate(world);
  world.serve = async () => {
    throw unreachable(peerName, 'nobody there');
  };
  await refused(check(signed(world)), 'ECCP_UNREACHABLE');
  world.serve = undefined;
  await refused(check(signed(world, { key: generateSigningKey() })), 'ECCP_BAD_SIGNATURE');
  const old = world.peer.rotate(true);
  world.now += 10_000;
  assert.equal(await check(signed(world)), peerName);
  await refused(check(signed(world, { key: old })), 'ECCP_KEY_REVOKED');
});

test('AUTH-025: the signature', async () => {
  await using world = await keysWorld();
  const { check } = gate(world);
  const request = signed(world);
  await refused(check({ ...request, uri: uri.replace('%2F', '%2f') }), 'ECCP_BAD_SIGNATURE');
  await refused(check({ ...request, uri: `${uri}&` }), 'ECCP_BAD_SIGNATURE');
  await refused(check({ ...request, method: 'PUT' }), 'ECCP_BAD_SIGNATURE');
  const [header = ''] = request.authorization;
  const later = header.replace(/ts="\d+"/, `ts="${world.now + 1}"`);
  await refused(check({ ...request, authorization: [later] }), 'ECCP_BAD_SIGNATURE');
  assert.equal(await check(request), peerName, 'AUTH-028: none of them used up the nonce');
});

test('AUTH-026, AUTH-027, AUTH-029: a request is accepted once, also after a restart and at the same time', async () => {
  await using world = await keysWorld();
  const { check } = gate(world);
  const request = signed(world);
  const outcomes = await Promise.allSettled([check(request), check(request), check(request)]);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  await refused(check(request), 'ECCP_REPLAY');
  await refused(gate(world).check(request), 'ECCP_REPLAY');
  world.now += 300_000;
  await refused(check(request), 'ECCP_REPLAY');
  world.now += 1;
  await refused(check(request), 'ECCP_CLOCK_SKEW');
});

test('AUTH-026: it is origin, key and nonce together that count', async () => {
  await using world = await keysWorld();
  const { check } = gate(world);
  const nonce = 'BgYGBgYGBgYGBgYGBgYGBg';
  await check(signed(world, { nonce }));
  await refused(check(signed(world, { nonce, ts: world.now + 1, body: 'other' })), 'ECCP_REPLAY');
  world.peer.rotate();
  world.now += 10_000;
  assert.equal(await check(signed(world, { nonce })), peerName);
  const other = 'other.example' as NodeName;
  const keys = { checkQuarantine: async () => {}, key: async () => world.peer.key.publicKey };
  assert.equal(await gate(world, { peerKeys: keys }).check(signed(world, { nonce, origin: other })), other);
});

test('a request whose time runs out while its keys are fetched is refused, lest it be forgotten too soon', async () => {
  await using world = await keysWorld();
  const slow = {
    checkQuarantine: async () => {},
    key: async () => {
      world.now += 1;
      return world.peer.key.publicKey;
    },
  };
  await refused(gate(world, { peerKeys: slow }).check(signed(world, { ts: world.now - 300_000 })), 'ECCP_CLOCK_SKEW');
});

test('what was seen is forgotten after 420 seconds, and deleted', async () => {
  await using world = await keysWorld();
  const seen = new SeenRequests(world.store);
  const fields = { origin: peerName, destination: name, key: 'k', ts: 0, nonce: 'n', digest: '', signature: '' };
  const { now } = world;
  assert.equal(await seen.add(fields, now), true);
  assert.equal(await seen.add(fields, now + 419_999), false);
  assert.equal(await seen.add({ ...fields, nonce: 'm' }, now + 480_000), true);
  const left = await world.store.read((db) => db.selectFrom('seen_requests').select(['id', 'expires_ts']).execute());
  assert.deepEqual(left, [{ id: `${peerName} k m`, expires_ts: now + 900_000 }]);
  assert.equal(await seen.add(fields, now + 480_000), true);
});

test('AUD-007, AUD-008: a refusal leaves a record under the name it claims, and none where that is no name', async () => {
  await using world = await keysWorld();
  const { check } = gate(world);
  const request = signed(world, { ts: 0 });
  await refused(check(request), 'ECCP_CLOCK_SKEW');
  assert.equal(world.audited.length, 1);
  const { detail, ...record } = world.audited[0] ?? {};
  assert.deepEqual(record, {
    kind: 'federation.refused',
    actor: peerName,
    subject: peerName,
    errcode: 'ECCP_CLOCK_SKEW',
    request_id: 'r-1',
  });
  assert.equal(detail?.method, 'POST');
  assert.equal(detail?.uri, uri);
  assert.doesNotMatch(JSON.stringify(world.audited), /signature=|nonce/);
  const [header = ''] = request.authorization;
  await refused(check({ ...request, authorization: [header, header] }), 'ECCP_BAD_AUTH');
  assert.equal(world.audited.length, 2);
  for (const authorization of [[], ['Bearer x'], [header.replace(peerName, 'NOBODY')]]) {
    await refused(check({ ...request, authorization }), 'ECCP_BAD_AUTH');
  }
  assert.equal(world.audited.length, 2);
  await refused(check({ ...request, uri: `/${'x'.repeat(300)}` }), 'ECCP_CLOCK_SKEW');
  assert.equal(String(world.audited.at(-1)?.detail?.uri).length, 255);
});
