import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signJson } from '../../conformance/wire/signature.ts';
import { followsAccountKey, readAccountKey } from '../../src/core/device-manifest.ts';
import {
  compareAccountKey,
  newAccountKey,
  nextAccountKey,
  type SignedAccountKey,
  signRevocations,
  verifyAccountKey,
} from '../../src/e2ee/account.ts';
import { fromBase64url } from '../../src/e2ee/bytes.ts';
import { verifyRevocations } from '../../src/e2ee/revocations.ts';
import { codeOf } from './people.ts';

const user = '@alice:example.org';
const { pair, signed } = newAccountKey(user, 1);

test('an account key is fresh, and signed as the suite signs it', () => {
  assert.notEqual(newAccountKey(user, 1).pair.secret, pair.secret);
  const { account_key, signature } = signed;
  assert.deepEqual(account_key, { v: 1, user, version: 1, ed25519: pair.public, created: 1 });
  assert.equal(signature, signJson(fromBase64url(pair.secret), 'eccp.account-key-sig.v1', account_key));
  assert.deepEqual(verifyAccountKey(signed, user), account_key);
});

test('an account key that is malformed, altered or of somebody else is refused', () => {
  const { account_key } = signed;
  const verify = (more: object, of = user) => codeOf(() => verifyAccountKey({ ...signed, ...more }, of));
  assert.equal(verify({}, '@bob:example.org'), 'mismatch');
  assert.equal(verify({ account_key: { ...account_key, created: 2 } }), 'bad_signature');
  assert.equal(
    verify({ account_key: { ...account_key, ed25519: newAccountKey(user, 1).pair.public } }),
    'bad_signature',
  );
  assert.equal(verify({ account_key: { ...account_key, version: 0 } }), 'malformed');
  assert.equal(verify({ account_key: { ...account_key, more: 1 } }), 'malformed');
  assert.equal(verify({ signature: 'AA' }), 'malformed');
});

test('a list of revocations is taken under the key that signed it, and under no other', () => {
  const revocations = { v: 1 as const, user, version: 1, revoked: [{ device: 'LOSTDEVICE', ed25519: pair.public }] };
  const list = signRevocations(revocations, pair.secret);
  assert.equal(list.signature, signJson(fromBase64url(pair.secret), 'eccp.revocations-sig.v1', revocations));
  assert.deepEqual(verifyRevocations(list, { user, accountKey: pair.public }), revocations);
  const accountKey = newAccountKey(user, 1).pair.public;
  assert.equal(
    codeOf(() => verifyRevocations(list, { user, accountKey })),
    'bad_signature',
  );
});

test('account keys that follow each other are fresh, and taken by clients and nodes', () => {
  let [before, secret]: [SignedAccountKey, string] = [signed, pair.secret];
  for (let version = 2; version < 5; version++) {
    const next = nextAccountKey(before.account_key, secret, version);
    assert.equal(next.signed.account_key.version, version);
    assert.notEqual(next.pair.secret, nextAccountKey(before.account_key, secret, version).pair.secret);
    assert.equal(compareAccountKey(next.signed, user, before.account_key), 'continuation');
    assert.ok(followsAccountKey(readAccountKey(next.signed, user), before));
    [before, secret] = [next.signed, next.pair.secret];
  }
  assert.equal(compareAccountKey(before, user, signed.account_key), 'reset'); // those between it has not seen
});

test('an account key made without the one before is taken by nodes, and a reset for clients', () => {
  const { signed: reset } = nextAccountKey(signed.account_key, undefined, 2);
  assert.equal(compareAccountKey(reset, user, signed.account_key), 'reset');
  assert.ok(followsAccountKey(readAccountKey(reset, user), signed));
  const thief = nextAccountKey(signed.account_key, newAccountKey(user, 1).pair.secret, 2);
  assert.equal(
    codeOf(() => compareAccountKey(thief.signed, user, signed.account_key)),
    'bad_signature',
  );
});
