// Whatever comes in place of what is expected, and with whichever bit flipped: the declared error and nothing else.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  compareAccountKey,
  newAccountKey,
  nextAccountKey,
  signRevocations,
  verifyAccountKey,
} from '../../src/e2ee/account.ts';
import { decryptAttachment, encryptAttachment } from '../../src/e2ee/attachment.ts';
import { E2eeError } from '../../src/e2ee/error.ts';
import { acceptSession, startSession } from '../../src/e2ee/handshake.ts';
import { verifyManifest, verifyPrekey } from '../../src/e2ee/manifest.ts';
import { decrypt, encrypt } from '../../src/e2ee/ratchet.ts';
import { openRecovery, sealRecovery } from '../../src/e2ee/recovery.ts';
import { newRecoveryKey, readRecoveryKey, writeRecoveryKey } from '../../src/e2ee/recovery-key.ts';
import { verifyRevocations } from '../../src/e2ee/revocations.ts';
import { decryptInRoom, takeChain } from '../../src/e2ee/room-receiver.ts';
import { encryptForRoom, handOut, newChain } from '../../src/e2ee/room-sender.ts';
import { flipBit } from './flip.ts';
import { codeOf, pair, person, say } from './people.ts';

const [alice, bob] = [person('alice'), person('bob')];
const { manifest } = bob.manifest;
const account = newAccountKey(manifest.user, 1);
const next = nextAccountKey(account.signed.account_key, account.pair.secret, 2);
const list = signRevocations(
  { v: 1, user: manifest.user, version: 1, revoked: [{ device: 'LOSTDEVICE', ed25519: manifest.ed25519 }] },
  account.pair.secret,
);
const sessions = pair();
const message = say(sessions.alice, 'The pump is running again.').content;
const first = say(startSession(alice.device, bob.claim, bob.expected), 'hello').content;
const room = '!room:example.org';
const handed = handOut(newChain(alice.device, room, 0), manifest.ed25519);
const chain = takeChain(handed.content, alice.manifest.manifest, []);
const said = encryptForRoom(handed.chain, { type: 'org.example.note', content: {} }, 1, [manifest.ed25519]).content;
const key = newRecoveryKey();
const bundle = sealRecovery(key, manifest.user, 1, {
  v: 1,
  account_key: { version: 1, seed: account.pair.secret },
  pins: {},
});

/** What reads something from outside, and something good for it. Each throws E2eeError alone. */
const readers: { [name: string]: { good: unknown; read: (value: never) => unknown } } = {
  'a manifest': { good: bob.manifest, read: (value) => verifyManifest(value, bob.expected) },
  'a prekey': { good: bob.claim.prekey, read: (value) => verifyPrekey(value, manifest, ['one_time']) },
  'a claim': { good: bob.claim, read: (value) => startSession(alice.device, value, bob.expected) },
  'an account key': { good: account.signed, read: (value) => verifyAccountKey(value, manifest.user) },
  'an account key after another': {
    good: next.signed,
    read: (value) => {
      const is = compareAccountKey(value, manifest.user, account.signed.account_key);
      if (is !== 'continuation') throw new E2eeError('mismatch', is);
    },
  },
  'a list of revocations': {
    good: list,
    read: (value) => verifyRevocations(value, { user: manifest.user, accountKey: account.pair.public }),
  },
  'a first message': { good: first, read: (value) => acceptSession(bob.device, alice.manifest.manifest, value) },
  'a message': { good: message, read: (value) => decrypt(sessions.bob, value) },
  'a chain': { good: handed.content, read: (value) => takeChain(value, alice.manifest.manifest, []) },
  'a message in a room': {
    good: said,
    read: (value) => decryptInRoom(chain, { room_id: room, sender: alice.device.user }, value),
  },
  'a recovery bundle': { good: bundle, read: (value) => openRecovery(key, manifest.user, 0, value) },
};

/** Every place in a value, as the names on the way to it. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, part]) => pathsOf(part, [...path, name]))];
}

/** The value with something else at a place. */
function replaced(value: unknown, [name, ...rest]: string[], other: unknown): unknown {
  if (name === undefined) return other;
  const object = value as { [name: string]: unknown };
  const part = replaced(object[name], rest, other);
  return Array.isArray(value) ? value.map((one, i) => (`${i}` === name ? part : one)) : { ...object, [name]: part };
}

/** A claim with the name of its `prekey` altered, or nothing in its place: a node may give none. */
function isWithoutPrekey(claim: unknown): boolean {
  const { manifest: given, signed_prekey, prekey } = (claim ?? {}) as Partial<typeof bob.claim>;
  const isRest = isDeepStrictEqual([given, signed_prekey], [bob.claim.manifest, bob.claim.signed_prekey]);
  return isRest && prekey === undefined;
}

const state = () => JSON.stringify([alice, bob, sessions, chain]);
const before = state();

for (const [name, { good, read }] of Object.entries(readers)) {
  // Index and chain key of a chain are nobody's signature's: the session that it comes over protects them.
  const isSession = name === 'a chain';
  describe(name, () => {
    test('is good as it is', () =>
      assert.equal(
        codeOf(() => read(good as never)),
        'ok',
      ));

    test('is not taken with a bit flipped anywhere', () => {
      fc.assert(
        fc.property(fc.nat({ max: 8 * JSON.stringify(good).length }), (bit) => {
          const altered = flipBit(good, bit);
          if (altered === undefined) return;
          const code = codeOf(() => read(altered as never));
          if (!isSession && !isWithoutPrekey(altered)) assert.notEqual(code, 'ok');
          assert.equal(state(), before);
        }),
        { numRuns: 150, endOnFailure: true },
      );
    });

    test('is not taken with anything else in it or in its place, and nothing but the declared error is thrown', () => {
      const anything = fc.oneof(
        fc.anything({ withNullPrototype: true }),
        fc.jsonValue(),
        fc.string({ unit: 'binary' }),
      );
      fc.assert(
        fc.property(fc.constantFrom(...pathsOf(good)), anything, (path, other) => {
          const altered = replaced(good, path, other);
          const code = codeOf(() => read(altered as never));
          const isSame = JSON.stringify(altered) === JSON.stringify(good);
          if (!isSame && !isSession && !isWithoutPrekey(altered)) assert.notEqual(code, 'ok', path.join('.'));
          assert.equal(state(), before);
        }),
        { numRuns: 150, endOnFailure: true },
      );
    });
  });
}

describe('an attachment', () => {
  test('is not decrypted with a bit of its descriptor flipped, or with anything else in it', async () => {
    const parts = encryptAttachment([new Uint8Array(3000).fill(1)], 'example.org');
    const blob: Uint8Array[] = [];
    let part = await parts.next();
    for (; !part.done; part = await parts.next()) blob.push(part.value);
    const good = part.value;
    const verdictOf = async (descriptor: unknown) => {
      try {
        for await (const _ of decryptAttachment(blob, descriptor as typeof good));
      } catch (error) {
        if (error instanceof E2eeError) return error.code;
        throw error;
      }
      return 'ok';
    };
    assert.equal(await verdictOf(good), 'ok');
    // Where the blob comes from is not a matter of what is in it; its size is the message's to protect, as section 26.3 says.
    const { node, size, ...bound } = good;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 8 * JSON.stringify(bound).length }), async (bit) => {
        const altered = flipBit(bound, bit);
        if (altered !== undefined) assert.notEqual(await verdictOf({ ...(altered as object), node, size }), 'ok');
      }),
      { numRuns: 200, endOnFailure: true },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pathsOf(good)), fc.anything(), async (path, other) => {
        const altered = replaced(good, path, other);
        if (path[0] === 'node' || isDeepStrictEqual(altered, good)) return void (await verdictOf(altered));
        assert.notEqual(await verdictOf(altered), 'ok');
      }),
      { numRuns: 200, endOnFailure: true },
    );
    assert.equal(await verdictOf({ ...good, size: size - 1 }), 'bad_ciphertext');
  });
});

describe('a recovery key', () => {
  test('is read as it was written or refused, whatever text it is', () => {
    const text = writeRecoveryKey(key);
    fc.assert(
      fc.property(fc.nat({ max: text.length }), fc.nat({ max: 3 }), fc.string({ unit: 'binary' }), (at, cut, other) => {
        const altered = text.slice(0, at) + other + text.slice(at + cut);
        let read: Uint8Array | undefined;
        const code = codeOf(() => {
          read = readRecoveryKey(altered);
        });
        if (code === 'ok') assert.deepEqual(read, key);
        else assert.equal(code, 'malformed');
      }),
      { numRuns: 300 },
    );
  });
});

test('what is no payload is refused before it is encrypted', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), (value) => {
      assert.equal(
        codeOf(() => encrypt(sessions.alice, value as never)),
        'malformed',
      );
    }),
  );
});
