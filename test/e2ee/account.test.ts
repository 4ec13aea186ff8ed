import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signJson } from '../../conformance/wire/signature.ts';
import { newAccountKey, signRevocations, verifyAccountKey } from '../../src/e2ee/account.ts';
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
  assert.equal(verify({ account_key: { ...account_key, version: 2 } }), 'bad_signature');
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
