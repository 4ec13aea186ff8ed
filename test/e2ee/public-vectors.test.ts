// What the primitives' own specifications publish, and the edges of Ed25519 that spec/vectors has.
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { describe, test } from 'node:test';
import { x25519 } from '@noble/curves/ed25519.js';
import { verifyJson } from '../../conformance/wire/signature.ts';
import { type JsonObject, parseStrict } from '../../src/core/canonical-json.ts';
import { type SignatureDomain, verify } from '../../src/core/signing.ts';
import { agree, agreementPair, derive } from '../../src/e2ee/schedule.ts';
import { verifies } from '../../src/e2ee/signature.ts';
import { load } from '../vectors/load.ts';
import { codeOf } from './people.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const key = (text: string) => Buffer.from(text, 'hex').toString('base64url');

describe('RFC 7748', () => {
  test('section 5.2, the two inputs', () => {
    for (const [scalar, u, result] of [
      [
        'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
        'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
        'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
      ],
      [
        '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
        'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
        '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
      ],
    ] as const) {
      assert.equal(toHex(x25519.getSharedSecret(hex(scalar), hex(u))), result);
    }
  });

  const results: [number, string][] = [
    [1, '422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079'],
    [1000, '684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51'],
    [1_000_000, '7c3911e0ab2586fd864497297e575e6f3bc601c0883c30df5f4dd2d24f665424'],
  ];
  /** By node:crypto, which shares no code with the library. */
  const byNode = (secret: Uint8Array, publicKey: Uint8Array) => {
    const [pkcs8, spki] = [hex('302e020100300506032b656e04220420'), hex('302a300506032b656e032100')];
    return diffieHellman({
      privateKey: createPrivateKey({ key: Buffer.concat([pkcs8, secret]), format: 'der', type: 'pkcs8' }),
      publicKey: createPublicKey({ key: Buffer.concat([spki, publicKey]), format: 'der', type: 'spki' }),
    });
  };
  for (const [who, multiply] of [
    ['the library', (k: Uint8Array, u: Uint8Array) => x25519.getSharedSecret(k, u)],
    ['node:crypto', byNode],
  ] as const) {
    for (const [count, result] of results) {
      // The million takes the library half an hour, node:crypto some minutes: ECCP_MILLION=1 asks for both.
      const skip = count > 1000 && process.env.ECCP_MILLION !== '1';
      test(`section 5.2, ${count} times, by ${who}`, { skip }, () => {
        let [k, u] = [hex(`09${'00'.repeat(31)}`), hex(`09${'00'.repeat(31)}`)];
        for (let i = 0; i < count; i++) [k, u] = [new Uint8Array(multiply(k, u)), k];
        assert.equal(toHex(k), result);
      });
    }
  }

  test('section 6.1', () => {
    const [a, A] = [
      key('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
      key('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'),
    ];
    const [b, B] = [
      key('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
      key('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'),
    ];
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    assert.equal(agreementPair(hex(Buffer.from(a, 'base64url').toString('hex'))).public, A);
    assert.equal(toHex(agree(a, B)), shared);
    assert.equal(toHex(agree(b, A)), shared);
  });

  test('section 6.1, no secret with any point of small order, nor with any that is not below the prime', () => {
    const own = key('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
    const prime = 2n ** 255n - 19n;
    const order8 = '00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0';
    const otherOrder8 = '57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5f';
    const small = [0n, 1n, prime - 1n, BigInt(`0x${order8}`), BigInt(`0x${otherOrder8}`)];
    const notBelow = [prime, prime + 1n, prime + 9n, 2n ** 255n - 1n, 2n ** 255n + 9n, 2n ** 256n - 1n];
    for (const u of [...small, ...notBelow]) {
      const encoded = Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse().toString('base64url');
      assert.equal(
        codeOf(() => agree(own, encoded)),
        'bad_key',
        u.toString(16),
      );
    }
    assert.equal(
      codeOf(() => agree(own, key(`09${'00'.repeat(31)}`))),
      'ok',
    );
  });
});

describe('RFC 5869', () => {
  const range = (from: number, to: number) => Uint8Array.from({ length: to - from + 1 }, (_, i) => from + i);
  for (const [name, salt, secret, info, length, result] of [
    [
      'A.1',
      range(0x00, 0x0c),
      new Uint8Array(22).fill(0x0b),
      range(0xf0, 0xf9),
      42,
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    ],
    [
      'A.2',
      range(0x60, 0xaf),
      range(0x00, 0x4f),
      range(0xb0, 0xff),
      82,
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
    ],
    [
      'A.3',
      new Uint8Array(0),
      new Uint8Array(22).fill(0x0b),
      new Uint8Array(0),
      42,
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    ],
  ] as const) {
    test(name, () => assert.equal(toHex(derive(salt, secret, info, length)), result));
  }
});

describe('the edges of Ed25519: one answer, by the library, by the node on node:crypto and by the suite on @noble/ed25519', () => {
  interface Vector {
    public_key: string;
    message: string;
    signature: string;
    expected: { key: string; signature?: string };
  }
  const { vectors } = load<Vector>('ed25519.json');
  for (const { name, public_key, message, signature, expected } of vectors) {
    test(name, () => {
      const good = expected.key === 'ok' && expected.signature === 'ok';
      const [domain = '', object = ''] = Buffer.from(message, 'hex').toString().split('\0');
      const value = parseStrict(Buffer.from(object)) as JsonObject;
      const bySuite = () => {
        try {
          return verifyJson(key(public_key), domain, value, key(signature));
        } catch {
          return false; // the key itself is refused
        }
      };
      assert.deepEqual(
        [
          verifies(hex(public_key), hex(message), hex(signature)),
          verify(key(public_key), domain as SignatureDomain, value, key(signature)),
          bySuite(),
        ],
        [good, good, good],
      );
    });
  }

  test('are all of them, and both answers occur', () => {
    assert.ok(vectors.length >= 54);
    assert.ok(new Set(vectors.map(({ expected }) => expected.signature)).size > 2);
  });
});
