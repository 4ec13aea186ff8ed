// What an attacker or a node may try: each is refused with its code, changes no state, and consumes no key.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decryptAttachment, encryptAttachment } from '../../src/e2ee/attachment.ts';
import { systemRandom, toBase64url } from '../../src/e2ee/bytes.ts';
import { crossSign, type Device } from '../../src/e2ee/device.ts';
import { acceptSession, startSession } from '../../src/e2ee/handshake.ts';
import { hashObject } from '../../src/e2ee/json.ts';
import { type Claim, type SignedManifest, verifyManifest } from '../../src/e2ee/manifest.ts';
import { decrypt, type RatchetContent, type Session } from '../../src/e2ee/ratchet.ts';
import { type Revocations, verifyRevocations } from '../../src/e2ee/revocations.ts';
import { signingPair, signObject } from '../../src/e2ee/signature.ts';
import { codeOf, hear, type Person, pair, person, say } from './people.ts';

/** u of points of small order, and of the base point in another encoding. */
const badKeys = Object.entries({
  'all zero': '00'.repeat(32),
  'of order 4': `01${'00'.repeat(31)}`,
  'of order 4 on the twist': `ec${'ff'.repeat(30)}7f`,
  'of order 8': 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  'of order 8, the other': '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'zero and p': `ed${'ff'.repeat(30)}7f`,
  '9 and p': `f6${'ff'.repeat(30)}7f`,
  'with its highest bit set': `09${'00'.repeat(30)}80`,
}).map(([name, hex]) => [name, Buffer.from(hex, 'hex').toString('base64url')] as const);

/** The same state, to which nothing can be written. */
function frozen<T>(state: T): T {
  return JSON.parse(JSON.stringify(state), (_, value) => Object.freeze(value)) as T;
}

/** Does something with a state, which is refused, and compares the state with what it was. */
function refuses<T>(state: T, code: string, action: (state: T) => unknown): void {
  const [before, given] = [structuredClone(state), frozen(state)];
  assert.equal(
    codeOf(() => action(given)),
    code,
  );
  assert.deepEqual(given, before);
  assert.deepEqual(state, before);
}

function secretsOf({ prekeys }: Device): string[] {
  return prekeys.map(({ pair: { secret } }) => secret);
}

type Changes = { content?: (content: RatchetContent) => unknown; sender?: (alice: Person) => SignedManifest };

/** A first message that bob refuses, in each way of claiming a prekey; then the right one. */
function refusedFirst(code: string, { content: change, sender }: Changes): void {
  for (const kind of ['one_time', 'fallback', 'none'] as const) {
    const [alice, bob] = [person('alice'), person('bob', kind)];
    const { content } = say(startSession(alice.device, bob.claim, bob.expected), 'hello');
    const bad = (change ? change(content) : content) as RatchetContent;
    refuses(bob.device, code, (own) => {
      const from = verifyManifest(sender?.(alice) ?? alice.manifest, alice.expected);
      return acceptSession(own, from, bad);
    });
    const accepted = acceptSession(bob.device, alice.manifest.manifest, content);
    assert.equal(accepted.payload.content.body, 'hello');
    const left = secretsOf(bob.device).filter((secret) => !secretsOf(accepted.device).includes(secret));
    assert.equal(left.length, kind === 'one_time' ? 1 : 0); // only now one was consumed
  }
}

/** A claim that alice refuses; then the right one. */
function refusedClaim(code: string, change: (claim: Claim, bob: Person, account: string) => unknown): void {
  const [alice, account] = [person('alice'), signingPair(systemRandom(32))];
  const made = person('bob');
  const claim = { ...made.claim, manifest: crossSign(made.manifest, account.secret) };
  const expected = { ...made.expected, accountKey: account.public };
  const bad = change(structuredClone(claim), made, account.secret) as Claim;
  refuses(alice.device, code, (own) => startSession(own, bad, expected));
  const { content } = say(startSession(alice.device, claim, expected), 'hello');
  assert.equal(acceptSession(made.device, alice.manifest.manifest, content).payload.content.body, 'hello');
}

/** A message that bob refuses; then the right one. */
function refusedMessage(code: string, change: (content: RatchetContent) => unknown): void {
  const { alice, bob } = pair();
  const { content } = say(alice, 'right');
  refuses(bob, code, (session) => decrypt(session, change(content) as RatchetContent));
  assert.equal(hear(bob, content).body, 'right');
}

const signed = (by: Device, domain: string, object: object) => signObject(by.signing.secret, domain, object as never);
/** The manifest with other members, signed by the device and the account. */
const remade = ({ device, manifest: { manifest } }: Person, account: string, changes: object) => {
  const changed = { ...manifest, ...changes };
  return crossSign({ manifest: changed, signature: signed(device, 'eccp.manifest-sig.v1', changed) }, account);
};

describe('X25519 keys of small order, and those that are not below the prime', () => {
  for (const [name, key] of badKeys) {
    test(`in a manifest, a prekey, a handshake and a message: ${name}`, () => {
      refusedClaim('bad_key', (claim, bob, account) => ({ ...claim, manifest: remade(bob, account, { x25519: key }) }));
      for (const part of ['signed_prekey', 'prekey'] as const) {
        refusedClaim('bad_key', (claim, bob) => {
          const prekey = { ...claim[part]?.prekey, key };
          return { ...claim, [part]: { prekey, signature: signed(bob.device, 'eccp.prekey-sig.v1', prekey) } };
        });
      }
      refusedMessage('bad_key', (content) => ({ ...content, key }));
      const [alice, account] = [person('alice'), signingPair(systemRandom(32))];
      const expected = { ...alice.expected, accountKey: account.public };
      refuses(expected, 'bad_key', (known) => verifyManifest(remade(alice, account.secret, { x25519: key }), known));
    });

    test(`as the ephemeral key of a session that fits it: ${name}`, () => {
      const [alice, bob] = [person('alice'), person('bob')];
      const { content } = say(startSession(alice.device, bob.claim, bob.expected), 'hello');
      const party = ({ manifest: { manifest } }: Person) => {
        const { user, device, ed25519, x25519 } = manifest;
        return { user, device, ed25519, x25519 };
      };
      const session = hashObject('eccp.session.v1', {
        v: 1,
        initiator: party(alice),
        responder: party(bob),
        ephemeral: key,
        signed_prekey: bob.claim.signed_prekey.prekey.key,
        ...(bob.claim.prekey ? { prekey: bob.claim.prekey.prekey.key } : {}),
      });
      const handshake = { ...content.handshake, ephemeral: key };
      const bad = { ...content, session, handshake } as RatchetContent;
      refuses(bob.device, 'bad_key', (own) => acceptSession(own, alice.manifest.manifest, bad));
      const accepted = acceptSession(bob.device, alice.manifest.manifest, content);
      assert.equal(accepted.payload.content.body, 'hello');
    });
  }
});

describe('what a node gives', () => {
  test('a manifest signed by another device', () => {
    refusedClaim('bad_signature', (claim, _, account) => {
      const { manifest } = claim.manifest;
      const signature = signed(person('mallory').device, 'eccp.manifest-sig.v1', manifest);
      return { ...claim, manifest: crossSign({ manifest, signature }, account) };
    });
    const mallory = person('mallory');
    refusedFirst('bad_signature', {
      sender: ({ manifest }) => ({
        ...manifest,
        signature: signed(mallory.device, 'eccp.manifest-sig.v1', manifest.manifest),
      }),
    });
  });

  test('a prekey with a bad signature', () => {
    const mallory = person('mallory');
    for (const part of ['signed_prekey', 'prekey'] as const) {
      refusedClaim('bad_signature', (claim) => {
        const { prekey } = claim[part] ?? assert.fail();
        return { ...claim, [part]: { prekey, signature: signed(mallory.device, 'eccp.prekey-sig.v1', prekey) } };
      });
      refusedClaim('bad_signature', (claim, bob) => {
        const { prekey } = claim[part] ?? assert.fail();
        return { ...claim, [part]: { prekey, signature: signed(bob.device, 'eccp.manifest-sig.v1', prekey) } };
      });
    }
  });

  test('a rolled-back manifest', () => {
    const [bob, account] = [person('bob'), signingPair(systemRandom(32))];
    const [old, later] = [1, 2].map((created) => remade(bob, account.secret, { created }));
    assert.ok(old && later);
    const expected = { ...bob.expected, accountKey: account.public, held: later.manifest };
    refuses(expected, 'replayed', (known) => verifyManifest(old, known));
    assert.deepEqual(verifyManifest(later, expected), later.manifest);
    const alice = person('alice');
    refuses(alice.device, 'replayed', (own) => startSession(own, { ...bob.claim, manifest: old }, expected));
  });

  test('a rolled-back list of revocations', () => {
    const account = signingPair(systemRandom(32));
    const user = '@bob:example.org';
    const list = (version: number, count: number) => {
      const revoked = Array.from({ length: count }, (_, i) => ({
        device: `LOST000${i}`,
        ed25519: toBase64url(new Uint8Array(32)),
      }));
      const revocations: Revocations = { v: 1, user, version, revoked };
      return { revocations, signature: signObject(account.secret, 'eccp.revocations-sig.v1', revocations) };
    };
    const known = { user, accountKey: account.public, held: list(2, 1).revocations };
    for (const bad of [list(1, 1), list(1, 2), list(2, 2), list(3, 0)]) {
      refuses(known, 'replayed', (given) => verifyRevocations(bad, given));
    }
    assert.equal(verifyRevocations(list(3, 2), known).version, 3);
  });
});

describe('what comes as a message', () => {
  test('wrong associated data', () => {
    refusedMessage('bad_ciphertext', (content) => ({ ...content, index: content.index + 1 }));
    refusedMessage('bad_ciphertext', (content) => ({ ...content, previous: content.previous + 1 }));
    const handshake = { ephemeral: toBase64url(systemRandom(32)), signed_prekey: 'x' };
    refusedMessage('bad_ciphertext', (content) => ({ ...content, handshake }));
    refusedFirst('bad_ciphertext', { content: (content) => ({ ...content, previous: 1 }) });
    refusedFirst('bad_ciphertext', { content: (content) => ({ ...content, index: 1 }) });
  });

  test('a replayed first message, with the session and after it, whichever prekey it was begun with', () => {
    for (const kind of ['one_time', 'fallback', 'none'] as const) {
      const [alice, bob] = [person('alice'), person('bob', kind)];
      const { session, content } = say(startSession(alice.device, bob.claim, bob.expected), 'hello');
      const accepted = acceptSession(bob.device, alice.manifest.manifest, content);
      refuses(accepted.session, 'replayed', (held) => decrypt(held, content));
      refuses(accepted.device, 'replayed', (own) => acceptSession(own, alice.manifest.manifest, content));
      assert.equal(hear(accepted.session, say(session, 'next').content).body, 'next');
    }
  });

  test('1,001 ahead, in a first message, in a chain and over two', () => {
    const [alice, bob] = [person('alice'), person('bob')];
    let session: Session = startSession(alice.device, bob.claim, bob.expected);
    const first = say(session, 'first');
    session = first.session;
    for (let i = 1; i < 1001; i++) session = say(session, 'lost').session;
    const { content: far } = say(session, 'far');
    assert.equal(far.index, 1001);
    refuses(bob.device, 'too_far', (own) => acceptSession(own, alice.manifest.manifest, far));
    const accepted = acceptSession(bob.device, alice.manifest.manifest, first.content);
    assert.equal(accepted.payload.content.body, 'first');
    assert.equal(hear(accepted.session, far).body, 'far'); // 1000 missing are not too many

    const answer = say(accepted.session, 'answer');
    const later = say(hear(session, answer.content).session, 'a chain later').content;
    assert.equal(later.previous, 1001);
    refuses(answer.session, 'too_far', (held) => decrypt(held, { ...later, index: 1 }));
    assert.equal(hear(answer.session, later).body, 'a chain later');
  });
});

describe('segments of a file', () => {
  test('reordered, repeated and truncated give nothing but the beginning of the file', async () => {
    const parts = encryptAttachment([new Uint8Array(200_000).fill(1)], 'example.org');
    const segments: Uint8Array[] = [];
    let next = await parts.next();
    for (; !next.done; next = await parts.next()) segments.push(next.value);
    const attachment = next.value;
    const verdictOf = async (blob: (Uint8Array | undefined)[]) => {
      let [given, code] = [0, 'ok'];
      try {
        for await (const part of decryptAttachment(
          blob.filter((one) => one !== undefined),
          attachment,
        ))
          given += part.length;
      } catch (error) {
        code = codeOf(() => {
          throw error;
        });
      }
      return { given, code };
    };
    const [a, b, c, d] = segments;
    assert.deepEqual(await verdictOf([b, a, c, d]), { given: 0, code: 'bad_ciphertext' });
    assert.deepEqual(await verdictOf([a, a, c, d]), { given: 65_536, code: 'bad_ciphertext' });
    assert.equal((await verdictOf([a, b, d])).code, 'bad_ciphertext');
    assert.equal((await verdictOf([a, b, c])).code, 'bad_ciphertext');
    assert.equal((await verdictOf([a, b, c, d, d])).code, 'bad_ciphertext');
    assert.equal((await verdictOf([])).code, 'bad_ciphertext');
    assert.deepEqual(await verdictOf([a, b, c, d]), { given: 200_000, code: 'ok' });
  });
});
