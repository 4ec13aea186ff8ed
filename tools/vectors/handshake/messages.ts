import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { fromBase64url } from '../../../src/e2ee/bytes.ts';
import { agree, agreementPair } from '../../../src/e2ee/schedule.ts';
import { actors, bytesOf, Conversation, claimOf, type Name } from '../devices.ts';
import { flipped } from '../spoilt.ts';
import { aboveThePrime, forgedFirst, smallPoints, weak } from './forged.ts';

/** First messages that a client does not take. */
export function badMessages(): JsonObject[] {
  const first = (kind?: 'one_time' | 'fallback') => {
    const talk = new Conversation().start('alice', 'bob', claimOf('bob', kind), 90);
    return { talk, content: talk.encrypt('alice', 'Hello') };
  };
  /** A bad first message, then the good one, which still works: nothing was consumed. */
  const spoilt = (rule: string, name: string, spoil: (content: JsonObject) => JsonObject, code: string) => {
    const { talk, content } = first('one_time');
    return talk.refuse('bob', 'alice', spoil(content), code).decrypt('bob', 'alice', content).vector(rule, name);
  };
  const shaken = (changes: JsonObject) => (content: JsonObject) => ({
    ...content,
    handshake: { ...(content.handshake as JsonObject), ...changes },
  });
  const without = (content: JsonObject) => {
    const { handshake: _, ...rest } = content;
    return rest;
  };
  return [
    spoilt('HAND-030', 'a signed prekey that does not exist', shaken({ signed_prekey: 'none' }), 'unknown_key'),
    spoilt('HAND-030', 'a prekey that does not exist', shaken({ prekey: 'none' }), 'unknown_key'),
    spoilt(
      'HAND-030',
      'the one-time prekey as the signed one',
      shaken({ signed_prekey: actors.bob.prekeys.one_time.prekey.id }),
      'unknown_key',
    ),
    spoilt('HAND-030', 'no handshake', without, 'unknown_key'),
    spoilt(
      'HAND-031',
      'another ephemeral key',
      shaken({ ephemeral: actors.mallory.manifest.manifest.x25519 }),
      'mismatch',
    ),
    spoilt(
      'HAND-031',
      'the fallback prekey in place of the one-time one',
      shaken({ prekey: actors.bob.prekeys.fallback.prekey.id }),
      'mismatch',
    ),
    spoilt(
      'HAND-031',
      'the session id of something else',
      (content) => ({ ...content, session: bytesOf(7) }),
      'mismatch',
    ),
    (() => {
      const { talk, content } = first('one_time');
      talk.refuse('bob', 'mallory', content, 'mismatch').refuse('mallory', 'alice', content, 'unknown_key');
      return talk.decrypt('bob', 'alice', content).vector('HAND-031', 'delivered as from another, or to another');
    })(),
    spoilt(
      'HAND-003',
      'a ciphertext that was altered',
      (content) => ({ ...content, ciphertext: flipped(String(content.ciphertext)) }),
      'bad_ciphertext',
    ),
    ...weakKeys(),
    spoilt('HAND-004', 'an unknown member of the handshake', shaken({ note: 'x' }), 'malformed'),
    spoilt('HAND-004', 'an ephemeral key of 31 bytes', shaken({ ephemeral: bytesOf(1, 31) }), 'malformed'),
    (() => {
      const { talk, content } = first('one_time');
      const late = talk.encrypt('alice', 'late');
      talk.decrypt('bob', 'alice', content).start('alice', 'bob', claimOf('bob', 'one_time'), 91);
      const second = talk.encrypt('alice', 'Hello again');
      talk.refuse('bob', 'alice', second, 'unknown_key').decrypt('bob', 'alice', late);
      return talk.vector('HAND-032', 'a one-time prekey that was used');
    })(),
    (() => {
      const { talk, content } = first('fallback');
      talk.decrypt('bob', 'alice', content).start('alice', 'bob', claimOf('bob', 'fallback'), 91);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'Hello again'));
      return talk.vector('HAND-032', 'a fallback prekey that was used');
    })(),
    ...([undefined, 'fallback', 'one_time'] as const).map((kind) => {
      const { talk, content } = first(kind);
      talk.decrypt('bob', 'alice', content).forget('bob').refuse('bob', 'alice', content, 'replayed');
      talk.start('alice', 'bob', claimOf('bob', 'fallback'), 91).decrypt('bob', 'alice', talk.encrypt('alice', 'anew'));
      return talk.vector('HAND-033', `a first message again, after the session is gone; ${kind ?? 'no'} prekey`);
    }),
    (() => {
      const { talk, content } = first('fallback');
      talk.decrypt('bob', 'alice', content).start('alice', 'bob', claimOf('bob', 'fallback'), 91);
      const second = talk.encrypt('alice', 'Hello again');
      talk.decrypt('bob', 'alice', second).forget('bob');
      talk.refuse('bob', 'alice', content, 'replayed').refuse('bob', 'alice', second, 'replayed');
      talk.start('alice', 'bob', claimOf('bob', 'fallback'), 92).decrypt('bob', 'alice', talk.encrypt('alice', 'anew'));
      return talk.vector('HAND-033', 'the first messages of two sessions again, after both are gone');
    })(),
    (() => {
      const { talk, content } = first('one_time');
      talk.lose('alice', 1000).refuse('bob', 'alice', talk.encrypt('alice', 'too far'), 'too_far');
      return talk.decrypt('bob', 'alice', content).vector('RAT-022', 'a first message with 1001 missing before it');
    })(),
    (() => {
      const { talk, content } = first();
      talk.decrypt('bob', 'alice', content).refuse('bob', 'alice', content, 'replayed');
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'next'));
      return talk.vector('RAT-021', 'a first message again, while the session is there');
    })(),
  ];
}

/** First messages with keys that nobody should take, and all else to fit. The good one that follows shows that nothing was consumed. */
function weakKeys(): JsonObject[] {
  const { alice, bob } = actors;
  const { signed, one_time: oneTime } = bob.prekeys;
  const zero = new Uint8Array(32);
  const refused = (name: string, from: Name | 'weak', content: JsonObject) => {
    const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
    talk.refuse('bob', from, content, 'bad_key').decrypt('bob', 'alice', talk.encrypt('alice', 'Hello'));
    return talk.vector('HAND-001', name);
  };
  const known = agree(alice.device.identity.secret, signed.prekey.key);
  // 9 + p stands for the base point, with which every agreement gives the other's public key.
  const publicKeys = [bob.manifest.manifest.x25519, signed.prekey.key, oneTime.prekey.key].map((key) =>
    fromBase64url(key),
  );
  const own = bytesOf(99);
  const agreed = [bob.manifest.manifest.x25519, signed.prekey.key, oneTime.prekey.key].map((key) => agree(own, key));
  return [
    ...smallPoints.map(([what, ephemeral]) => {
      const content = forgedFirst(alice.manifest.manifest, ephemeral, [known, zero, zero, zero]);
      return refused(`an ephemeral key of small order, and all else to fit: ${what}`, 'alice', content);
    }),
    refused(
      'an ephemeral key that is not below the prime, and all else to fit',
      'alice',
      forgedFirst(alice.manifest.manifest, aboveThePrime, [known, ...publicKeys]),
    ),
    refused(
      'from a device with an identity key of small order',
      'weak',
      forgedFirst(weak.manifest.manifest, agreementPair(fromBase64url(own)).public, [zero, ...agreed]),
    ),
  ];
}
