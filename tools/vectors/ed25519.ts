import { Point } from '@noble/ed25519';
import { canonicalize, type JsonObject } from '../../src/core/canonical-json.ts';
import { challenge, encoding, order, orderOf, pairOf, prime, toBytes, toNumber, torsion } from './curve.ts';

const [pair, other] = [pairOf(Buffer.alloc(32, 1)), pairOf(Buffer.alloc(32, 2))];
const key: Uint8Array = pair.point.toBytes();
const nonce = 123456789n;
const R = Point.BASE.multiply(nonce).toBytes();

/** A signed message as the protocol has them: a domain, a zero byte, the canonical form of an object. */
function message(n: number): Uint8Array {
  return Buffer.from(`eccp.event-sig.v1\0${canonicalize({ n })}`);
}

/** The signature that R and S make. */
function join(r: Uint8Array, s: bigint | Uint8Array): Uint8Array {
  return Buffer.concat([r, typeof s === 'bigint' ? toBytes(s) : s]);
}

/** Signs message 0 with `r` as the discrete logarithm of what stands in `encoded`, which it need not be. */
function signWith(encoded: Uint8Array, r: bigint, { scalar, point } = pair): Uint8Array {
  return join(encoded, (r + challenge(encoded, point.toBytes(), message(0)) * scalar) % order);
}

type Verdict = 'ok' | 'ECCP_BAD_KEY' | 'ECCP_BAD_SIGNATURE';

function vector(
  rule: string,
  name: string,
  verdict: Verdict,
  signature: Uint8Array,
  publicKey = key,
  n = 0,
): JsonObject {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const signed = { public_key: hex(publicKey), message: hex(message(n)), signature: hex(signature) };
  const expected = verdict === 'ECCP_BAD_KEY' ? { key: verdict } : { key: 'ok', signature: verdict };
  return { name, rule, ...signed, expected };
}

const good = signWith(R, nonce);
const s = toNumber(good.subarray(32));

function signatures(): JsonObject[] {
  const bad = (rule: string, name: string, signature: Uint8Array) =>
    vector(rule, name, 'ECCP_BAD_SIGNATURE', signature);
  const last = (2n ** 256n - 1n - s) / order;
  const flip = (at: number, bit: number) => good.map((byte, i) => (i === at ? byte ^ bit : byte));
  const small = [1, 2, 4];
  return [
    vector('ID-073', 'a signature', 'ok', good),
    vector('ID-073', 'a signature under a key with a sign bit', 'ok', signWith(R, nonce, other), other.point.toBytes()),
    bad('ID-076', 'R is the neutral element', signWith(torsion[0]?.toBytes() ?? R, 0n)),
    vector('ID-073', 'another message', 'ECCP_BAD_SIGNATURE', good, key, 1),
    vector('ID-073', 'another key', 'ECCP_BAD_SIGNATURE', good, other.point.toBytes()),
    vector('ID-073', 'the key with its sign bit flipped', 'ECCP_BAD_SIGNATURE', good, pair.point.negate().toBytes()),
    bad('ID-073', 'a bit of R flipped', flip(0, 1)),
    bad('ID-073', 'the sign bit of R flipped', flip(31, 0x80)),
    bad('ID-073', 'a bit of S flipped', flip(32, 1)),
    bad('ID-073', 'R and S exchanged', join(good.subarray(32), good.subarray(0, 32))),
    bad('ID-073', 'all zero', new Uint8Array(64)),
    bad('ID-073', 'S = 0', join(R, 0n)),
    bad('ID-073', 'S = L − 1', join(R, order - 1n)),
    bad('ID-072', 'S = L', join(R, order)),
    bad('ID-072', 'S + L', join(R, s + order)),
    bad('ID-072', 'S + 2L', join(R, s + 2n * order)),
    bad('ID-072', `S + ${last}L, the last that 256 bits hold`, join(R, s + last * order)),
    bad('ID-072', 'S = 2^256 − 1', join(R, 2n ** 256n - 1n)),
    bad('ID-073', 'R is the neutral element with y ≥ p', signWith(encoding(prime + 1n), 0n)),
    bad('ID-073', 'R is the neutral element with a sign bit', signWith(encoding(1n, 1n), 0n)),
    bad('ID-073', 'R is the neutral element with y ≥ p and a sign bit', signWith(encoding(prime + 1n, 1n), 0n)),
    ...small.map((i) =>
      bad('ID-073', `R is of order ${orderOf(i)}: good only with the cofactor`, signWith(at(i).toBytes(), 0n)),
    ),
    ...small.map((i) => {
      const mixed = Point.BASE.multiply(nonce).add(at(i)).toBytes();
      return bad('ID-073', `R has a part of order ${orderOf(i)}: good only with the cofactor`, signWith(mixed, nonce));
    }),
    bad('ID-073', 'R is of order 4 with y ≥ p: good only with the cofactor', signWith(encoding(prime), 0n)),
    bad('ID-073', 'R is not on the curve', signWith(encoding(2n), nonce)),
  ];
}

/**
 * A key that is refused, with a signature that a verifier takes which does not look at keys: the message is such that
 * the small-order part falls out of the equation.
 *
 * @param logarithm of the part of the key that is not of small order.
 */
function refusedKey(rule: string, name: string, publicKey: Uint8Array, logarithm = 0n): JsonObject {
  for (let n = 0; ; n++) {
    const k = challenge(R, publicKey, message(n));
    if (k % 8n !== 0n) continue;
    return vector(rule, name, 'ECCP_BAD_KEY', join(R, (nonce + k * logarithm) % order), publicKey, n);
  }
}

function keys(): JsonObject[] {
  const notCanonical: [string, Uint8Array][] = [
    ['the neutral element with y ≥ p', encoding(prime + 1n)],
    ['the neutral element with a sign bit', encoding(1n, 1n)],
    ['the neutral element with y ≥ p and a sign bit', encoding(prime + 1n, 1n)],
    ['the point of order 2 with a sign bit', encoding(prime - 1n, 1n)],
    ['a point of order 4 with y ≥ p', encoding(prime)],
    ['the other point of order 4 with y ≥ p', encoding(prime, 1n)],
  ];
  return [
    ...torsion.map((small, i) => {
      const name = i === 0 ? 'the neutral element' : `a point of order ${orderOf(i)}`;
      return refusedKey('ID-075', `the key is ${name}: ${i} T`, small.toBytes());
    }),
    ...torsion.slice(1).map((small, i) => {
      const name = `the key has a part of order ${orderOf(i + 1)}: A + ${i + 1} T`;
      return refusedKey('ID-075', name, pair.point.add(small).toBytes(), pair.scalar);
    }),
    ...notCanonical.map(([name, encoded]) => refusedKey('ID-074', `the key is ${name}`, encoded)),
    ...[3n, 18n].map((y) =>
      vector('ID-074', `the key has y = p + ${y}, not of small order`, 'ECCP_BAD_KEY', good, encoding(prime + y)),
    ),
    vector('ID-074', 'the key has y = p + 18 and a sign bit', 'ECCP_BAD_KEY', good, encoding(prime + 18n, 1n)),
    vector('ID-074', 'the key is not on the curve', 'ECCP_BAD_KEY', good, encoding(2n)),
  ];
}

function at(i: number): Point {
  return torsion[i] ?? Point.ZERO;
}

/** Where Ed25519 libraries differ (spec/03-identifiers.md section 3.9). */
export function ed25519(): JsonObject {
  return {
    about: 'Public keys and signatures at the edges of Ed25519, where libraries differ and nodes may not.',
    vectors: [...signatures(), ...keys()],
  };
}
