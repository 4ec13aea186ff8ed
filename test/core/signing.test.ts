import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { etc, Point, signAsync, utils, verifyAsync } from '@noble/ed25519';
import fc from 'fast-check';
import { canonicalize, type JsonObject } from '../../src/core/canonical-json.ts';
import { fromBase64url, toBase64url } from '../../src/core/encoding.ts';
import { checkPublicKey, generateSigningKey, hash, keyId, loadSigningKey, verify } from '../../src/core/signing.ts';

const domain = 'eccp.event-sig.v1';
const object: JsonObject = { type: 'eccp.room.message', z: [1, 2], a: 'é' };
const message = Buffer.from(`${domain}\0${canonicalize(object)}`);
const order = Point.CURVE().n;
const badKey = { name: 'EccpError', errcode: 'ECCP_BAD_KEY' };

/** The PKCS#8 form of a seed: a fixed prefix, then its 32 bytes. */
function pkcs8(seed: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
}

function littleEndian(number: bigint): Uint8Array {
  return etc.hexToBytes(number.toString(16).padStart(64, '0')).reverse();
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${etc.bytesToHex(Uint8Array.from(bytes).reverse())}`);
}

/** The eight points of small order, the first of order 8. */
function smallOrderPoints(): Point[] {
  const generator = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
  const points = [generator];
  while (points.length < 8) points.push(generator.add(points.at(-1) ?? generator));
  return points;
}

test('ID-070: hashes, against values computed by other means', () => {
  assert.equal(hash('eccp.key.v1', new Uint8Array(32)), 'exC55bjTACLQwBhq_HUwgl3u2sQ5TVnFx2M2EFGajlE');
  const content = canonicalize({ nonce: 'AAAAAAAAAAAAAAAAAAAAAA', content: {} });
  assert.equal(hash('eccp.content.v1', content), 'aU-_gf9nfVkQ4LN6j2TwPjxX0djI_pzgYJRJZJjDA98');
  assert.equal(hash('eccp.event.v1', 'é'), hash('eccp.event.v1', Buffer.from('é')));
  assert.notEqual(hash('eccp.event.v1', 'a'), hash('eccp.entry.v1', 'a'));
});

test('signatures are those that another implementation makes, and it accepts them', async () => {
  for (let i = 0; i < 50; i++) {
    const seed = utils.randomSecretKey();
    const key = loadSigningKey(pkcs8(seed));
    const signature = key.sign(domain, object);
    assert.equal(signature, toBase64url(await signAsync(message, seed)));
    assert(await verifyAsync(fromBase64url(signature), message, fromBase64url(key.publicKey), { zip215: false }));
    assert(verify(key.publicKey, domain, object, signature));
    checkPublicKey(key.publicKey);
  }
});

test('a signature holds for its object, domain and key only', () => {
  const key = generateSigningKey();
  const signature = key.sign(domain, object);
  assert(verify(key.publicKey, domain, { ...object }, signature));
  assert(!verify(key.publicKey, domain, { ...object, a: 'e' }, signature));
  assert(!verify(key.publicKey, 'eccp.entry-sig.v1', object, signature));
  assert(!verify(generateSigningKey().publicKey, domain, object, signature));
  fc.assert(
    fc.property(fc.nat({ max: 511 }), (bit) => {
      const bytes = Buffer.from(fromBase64url(signature));
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      assert(!verify(key.publicKey, domain, object, toBase64url(bytes)));
    }),
  );
});

test('verify answers false for what is not a signature or not a key', () => {
  const key = generateSigningKey();
  const signature = key.sign(domain, object);
  for (const bad of [
    '',
    'A',
    `${signature}==`,
    signature.slice(0, 84),
    `${signature}AA`,
    `${signature.slice(0, 85)}B`,
  ]) {
    assert.equal(verify(key.publicKey, domain, object, bad), false, bad);
  }
  for (const bad of ['', 'A'.repeat(42), `${key.publicKey}=`, key.keyId])
    assert.equal(verify(bad, domain, object, signature), false);
});

test('ID-072: S + L is refused', () => {
  const key = generateSigningKey();
  const bytes = fromBase64url(key.sign(domain, object));
  const s = fromLittleEndian(bytes.subarray(32));
  const forge = (value: bigint) => toBase64url(Buffer.concat([bytes.subarray(0, 32), littleEndian(value)]));
  assert(verify(key.publicKey, domain, object, forge(s)));
  for (let multiple = 1n; s + multiple * order < 2n ** 256n; multiple++) {
    assert(!verify(key.publicKey, domain, object, forge(s + multiple * order)));
  }
});

test('ID-073: R with a small-order part, which passes only with the cofactor, is refused', async () => {
  const seed = utils.randomSecretKey();
  const { scalar, pointBytes } = await utils.getExtendedPublicKeyAsync(seed);
  const publicKey = toBase64url(pointBytes);
  const r = 123456789n;
  const signWith = (R: Uint8Array) => {
    const k = fromLittleEndian(createHash('sha512').update(R).update(pointBytes).update(message).digest()) % order;
    return Buffer.concat([R, littleEndian((r + k * scalar) % order)]);
  };
  assert(verify(publicKey, domain, object, toBase64url(signWith(Point.BASE.multiply(r).toBytes()))));
  for (const torsion of smallOrderPoints().filter((point) => !point.is0())) {
    const signature = signWith(Point.BASE.multiply(r).add(torsion).toBytes());
    assert(
      await verifyAsync(signature, message, pointBytes, { zip215: true }),
      'the forgery must hold with the cofactor',
    );
    assert(!verify(publicKey, domain, object, toBase64url(signature)));
  }
});

test('ID-074: points not on the curve and encodings that are not canonical are refused', () => {
  const { p, d } = Point.CURVE();
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n ? 1n : ((exponent % 2n === 1n ? base : 1n) * power((base * base) % p, exponent / 2n)) % p;
  const onCurve = (y: bigint) => {
    const xSquared = (y * y - 1n) * power(d * y * y + 1n, p - 2n);
    return power(xSquared % p, (p - 1n) / 2n) <= 1n;
  };
  const offCurve = Array.from({ length: 200 }, (_, i) => BigInt(i) + 2n).filter((y) => !onCurve(y));
  assert(offCurve.length > 50);
  for (const y of offCurve) assert.throws(() => checkPublicKey(toBase64url(littleEndian(y))), badKey, `y = ${y}`);
  for (let y = 0n; y < 19n; y++) {
    for (const sign of [0n, 2n ** 255n])
      assert.throws(() => checkPublicKey(toBase64url(littleEndian(y + p + sign))), badKey);
  }
  for (const y of [1n, p - 1n]) assert.throws(() => checkPublicKey(toBase64url(littleEndian(y + 2n ** 255n))), badKey);
  for (const text of ['', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}B`, '='])
    assert.throws(() => checkPublicKey(text), badKey);
});

test('ID-075: keys of small order, or with a small-order part, are refused', () => {
  const good = Point.BASE.multiply(987654321n);
  checkPublicKey(toBase64url(good.toBytes()));
  const points = smallOrderPoints();
  assert.equal(new Set(points.map((point) => point.toHex())).size, 8);
  for (const point of points) {
    assert.throws(() => checkPublicKey(toBase64url(point.toBytes())), badKey, point.toHex());
    if (!point.is0())
      assert.throws(() => checkPublicKey(toBase64url(good.add(point).toBytes())), badKey, point.toHex());
  }
});

test('a refused key makes every signature false, also one that the bare library accepts', () => {
  // With the neutral element as key, R = [S]B verifies for every message.
  const neutral = toBase64url(Point.ZERO.toBytes());
  const signature = Buffer.concat([Point.BASE.multiply(5n).toBytes(), littleEndian(5n)]);
  assert.equal(verify(neutral, domain, object, toBase64url(signature)), false);
});

test('key ids', () => {
  const key = generateSigningKey();
  assert.equal(key.keyId, keyId(key.publicKey));
  assert.equal(keyId('A'.repeat(43)), 'ed25519:exC55bjTACLQwBhq_HUwgl3u2sQ5TVnFx2M2EFGajlE');
  assert.throws(() => keyId('AAAA'), { errcode: 'ECCP_BAD_ENCODING' });
});

test('a signing key survives PEM and DER; other keys and garbage are refused', () => {
  const key = generateSigningKey();
  const again = loadSigningKey(key.toPem());
  assert.equal(again.keyId, key.keyId);
  assert.equal(again.sign(domain, object), key.sign(domain, object));
  const x25519 = generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  for (const bad of [x25519, '', 'garbage', new Uint8Array(48)]) assert.throws(() => loadSigningKey(bad), badKey);
});

test('more keys than are remembered still verify', () => {
  const first = Point.BASE.multiply(2n);
  let point = first;
  for (let i = 0; i < 1_100; i++) {
    checkPublicKey(toBase64url(point.toBytes()));
    point = point.add(Point.BASE);
  }
  checkPublicKey(toBase64url(first.toBytes()));
});
