import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify as verifyRaw } from 'node:crypto';
import { describe, test } from 'node:test';
import { Point, verify as verifyLenient } from '@noble/ed25519';
import { loadKey, verifyBytes } from '../../conformance/wire/signature.ts';
import { type JsonObject, parseStrict } from '../../src/core/canonical-json.ts';
import { checkPublicKey, type SignatureDomain, verify } from '../../src/core/signing.ts';
import { load, verdictOf } from './load.ts';

interface Vector {
  public_key: string;
  message: string;
  signature: string;
  expected: { key: string; signature?: string };
}

const { vectors } = load<Vector>('ed25519.json');
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const base64url = (hex: string) => bytes(hex).toString('base64url');

describe('by the suite', () => {
  for (const { name, public_key, message, signature, expected } of vectors) {
    test(name, () => {
      const key = base64url(public_key);
      if (expected.key !== 'ok') {
        assert.equal(expected.signature, undefined);
        assert.throws(() => loadKey(key));
        return;
      }
      loadKey(key);
      assert.equal(verifyBytes(key, bytes(message), bytes(signature)), expected.signature === 'ok');
    });
  }
});

describe('by node:crypto alone, where the key is good', () => {
  for (const { name, public_key, message, signature, expected } of vectors) {
    if (expected.key !== 'ok') continue;
    if (name === 'R is the neutral element') continue; // Node itself takes it in some versions and refuses it in others
    test(name, () => {
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url(public_key) }, format: 'jwk' });
      assert.equal(verifyRaw(null, bytes(message), key, bytes(signature)), expected.signature === 'ok');
    });
  }
});

describe('by the node', () => {
  for (const { name, public_key, message, signature, expected } of vectors) {
    test(name, () => {
      const key = base64url(public_key);
      assert.equal(
        verdictOf(() => checkPublicKey(key)),
        expected.key,
      );
      const [domain, object] = bytes(message).toString().split('\0');
      const value = parseStrict(Buffer.from(object ?? '')) as JsonObject;
      const good = verify(key, domain as SignatureDomain, value, base64url(signature));
      assert.equal(good, expected.key === 'ok' && expected.signature === 'ok');
    });
  }
});

const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const number = (little: Uint8Array) => BigInt(`0x${Buffer.from(little).reverse().toString('hex')}`);

/** The equation of RFC 8032 alone, R compared byte for byte: no look at the key, S reduced. */
function unguarded({ public_key, message, signature }: Vector): boolean {
  const [key, R, S] = [bytes(public_key), bytes(signature).subarray(0, 32), bytes(signature).subarray(32)];
  const k = number(createHash('sha512').update(R).update(key).update(bytes(message)).digest()) % order;
  const A = Point.fromBytes(key, true);
  const recomputed = Point.BASE.multiply(number(S) % order, false).add(A.multiply(k, false).negate());
  return Buffer.from(recomputed.toBytes()).equals(R);
}

/** What a verifier by ZIP 215 says, which multiplies by the cofactor and takes encodings that are not canonical. */
function zip215({ public_key, message, signature }: Vector): boolean {
  return verifyLenient(bytes(signature), bytes(message), bytes(public_key), { zip215: true });
}

describe('each edge is where some verifier goes wrong', () => {
  const named = (part: string) => vectors.filter(({ name }) => name.includes(part));

  test('good signatures are good for all', () => {
    const good = vectors.filter(({ expected }) => expected.signature === 'ok');
    assert.equal(good.length, 2);
    for (const vector of good) assert.ok(unguarded(vector) && zip215(vector), vector.name);
  });

  test('with the cofactor, R of small order and R with a small-order part pass', () => {
    const forged = [...named('only with the cofactor'), ...named('R is the neutral element with')];
    assert.equal(forged.length, 10);
    for (const vector of forged) assert.ok(zip215(vector) && !unguarded(vector), vector.name);
  });

  test('without a look at keys, a signature under each key with a small-order part passes', () => {
    const small = vectors.filter(({ expected, name }) => expected.key !== 'ok' && /neutral|of order/.test(name));
    assert.equal(small.length, 8 + 7 + 6);
    for (const vector of small) assert.ok(unguarded(vector) && zip215(vector), vector.name);
  });

  test('S + L passes where S is reduced', () => {
    const raised = vectors.filter(({ name }) => /^S \+ /.test(name));
    assert.equal(raised.length, 3);
    for (const vector of raised) assert.ok(unguarded(vector), vector.name);
  });
});
