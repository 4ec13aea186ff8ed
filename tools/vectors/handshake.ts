import type { JsonObject } from '../../src/core/canonical-json.ts';
import { hashObject } from '../../src/e2ee/json.ts';
import type { Claim, Manifest, Prekey, SignedManifest, SignedPrekey } from '../../src/e2ee/manifest.ts';
import { signObject } from '../../src/e2ee/signature.ts';
import { actors, bytesOf, Conversation, claimOf, type Name, shared } from './devices.ts';
import { flipped } from './spoilt.ts';

/** How two devices agree on a first secret (spec/23-handshake.md). */
export function handshake(): JsonObject {
  return {
    about: 'Handshakes between devices, step by step: claimed keys, first messages, and what is refused.',
    ...shared(),
    vectors: [...good(), ...badClaims(), ...badMessages()],
  };
}

function good(): JsonObject[] {
  return [
    begun('one_time').vector('HAND-021', 'with a one-time prekey'),
    begun('fallback').vector('HAND-021', 'with a fallback prekey'),
    begun().vector('HAND-020', 'without a prekey'),
    untilAnswer().vector('HAND-023', 'the handshake goes with every message until there is an answer'),
  ];
}

function begun(kind?: 'one_time' | 'fallback'): Conversation {
  const talk = new Conversation().start('alice', 'bob', claimOf('bob', kind), 90);
  return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'Hello'));
}

function untilAnswer(): Conversation {
  const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
  const [first, second] = [talk.encrypt('alice', 'one'), talk.encrypt('alice', 'two')];
  talk.decrypt('bob', 'alice', second).decrypt('bob', 'alice', first);
  talk.decrypt('alice', 'bob', talk.encrypt('bob', 'an answer'));
  return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'three'));
}

function badClaims(): JsonObject[] {
  const claim = claimOf('bob', 'one_time');
  const { manifest, signed_prekey: signed } = claim;
  const oneTime = actors.bob.prekeys.one_time;
  const refused = (rule: string, name: string, bad: Claim | JsonObject, code: string) =>
    new Conversation().refusedStart('alice', 'bob', bad, code).vector(rule, name);
  const { cross_signature: _, ...uncrossed } = manifest;
  return [
    refused(
      'HAND-010',
      'a manifest with a flipped signature',
      {
        ...claim,
        manifest: { ...manifest, signature: flipped(manifest.signature) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-010',
      'a manifest signed by another device',
      {
        ...claim,
        manifest: { ...manifest, signature: sign('mallory', 'eccp.manifest-sig.v1', manifest.manifest) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-010',
      'a manifest altered and cross-signed again',
      {
        ...claim,
        manifest: recrossed({ ...manifest.manifest, x25519: bytesOf(9) }, manifest),
      } as Claim,
      'bad_signature',
    ),
    refused('HAND-011', 'the manifest of another user', claimOf('mallory', 'one_time'), 'mismatch'),
    refused(
      'HAND-011',
      'the manifest of another device of the user',
      {
        ...claim,
        manifest: resigned({ ...manifest.manifest, device: 'BOB00002' }),
      } as Claim,
      'mismatch',
    ),
    refused(
      'HAND-012',
      'a manifest that nobody cross-signed',
      { ...claim, manifest: uncrossed } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-012',
      'a manifest that another account key cross-signed',
      {
        ...claim,
        manifest: { ...manifest, cross_signature: signWith(bytesOf(50), 'eccp.cross-sig.v1', manifest.manifest) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-012',
      'the own signature in place of the cross-signature',
      {
        ...claim,
        manifest: { ...manifest, cross_signature: manifest.signature },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-002',
      'a manifest whose key is of small order, and signs everything',
      {
        manifest: smallOrder(manifest.manifest),
        signed_prekey: { ...signed, signature: ofNeutral },
        prekey: { ...oneTime, signature: ofNeutral },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-013',
      'a signed prekey with a flipped signature',
      {
        ...claim,
        signed_prekey: { ...signed, signature: flipped(signed.signature) },
      } as Claim,
      'bad_signature',
    ),
    refused(
      'HAND-013',
      'a one-time prekey that another device signed',
      {
        ...claim,
        prekey: { ...oneTime, signature: sign('mallory', 'eccp.prekey-sig.v1', oneTime.prekey) },
      } as Claim,
      'bad_signature',
    ),
    ...['eccp.x3dh.v1', 'eccp.ratchet.v1'].map((algorithm) => {
      const algorithms = manifest.manifest.algorithms.filter((one) => one !== algorithm);
      const other = resigned({ ...manifest.manifest, algorithms });
      return refused('HAND-019', `a device without ${algorithm}`, { ...claim, manifest: other } as Claim, 'mismatch');
    }),
    refused(
      'HAND-014',
      'a signed prekey of another device',
      { ...claim, signed_prekey: actors.mallory.prekeys.signed } as Claim,
      'mismatch',
    ),
    refused(
      'HAND-014',
      'a one-time prekey as the signed one',
      { ...claim, signed_prekey: oneTime } as Claim,
      'mismatch',
    ),
    refused('HAND-014', 'a signed prekey as the one-time one', { ...claim, prekey: signed } as Claim, 'mismatch'),
    ...[0, 1].map((byte) =>
      refused(
        'HAND-001',
        `a signed prekey of small order: u = ${byte}`,
        { ...claim, signed_prekey: smallPrekey(signed.prekey, byte) } as Claim,
        'bad_key',
      ),
    ),
    refused(
      'HAND-001',
      'a one-time prekey of small order, of order 8',
      { ...claim, prekey: withKey(oneTime.prekey, order8) } as Claim,
      'bad_key',
    ),
    refused(
      'HAND-001',
      'a one-time prekey that is not below the prime',
      { ...claim, prekey: withKey(oneTime.prekey, aboveThePrime) } as Claim,
      'bad_key',
    ),
    refused(
      'HAND-001',
      'an identity key of small order',
      {
        ...claim,
        manifest: resigned({ ...manifest.manifest, x25519: bytesOf(0) }),
      } as Claim,
      'bad_key',
    ),
  ];
}

function badMessages(): JsonObject[] {
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
    ...[
      ['of small order', bytesOf(0)],
      ['that is not below the prime', aboveThePrime],
    ].map(([what, ephemeral = '']) => {
      return spoilt(
        'HAND-001',
        `an ephemeral key ${what}, in a session that fits`,
        withEphemeral(ephemeral),
        'bad_key',
      );
    }),
    spoilt('HAND-004', 'an unknown member of the handshake', shaken({ note: 'x' }), 'malformed'),
    spoilt('HAND-004', 'an ephemeral key of 31 bytes', shaken({ ephemeral: bytesOf(1, 31) }), 'malformed'),
    (() => {
      const { talk, content } = first('one_time');
      talk.decrypt('bob', 'alice', content).start('alice', 'bob', claimOf('bob', 'one_time'), 91);
      const second = talk.encrypt('alice', 'Hello again');
      return talk.refuse('bob', 'alice', second, 'unknown_key').vector('HAND-032', 'a one-time prekey that was used');
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
      return talk.vector('HAND-033', `a first message again, after the session is gone; ${kind ?? 'no'} prekey`);
    }),
    (() => {
      const { talk, content } = first();
      talk.decrypt('bob', 'alice', content).refuse('bob', 'alice', content, 'replayed');
      return talk.vector('RAT-021', 'a first message again, while the session is there');
    })(),
  ];
}

/** The encodings of the neutral element and of 1, and what the former signs whatever the message: R is the base point, S is 1. */
const neutral = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
const base = Buffer.from(`58${'66'.repeat(31)}`, 'hex');
const ofNeutral = Buffer.concat([base, neutral]).toString('base64url');
/** A point of order 8, and an encoding of 9 + p. */
const order8 = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex').toString(
  'base64url',
);
const aboveThePrime = Buffer.from(`f6${'ff'.repeat(30)}7f`, 'hex').toString('base64url');

/** With another ephemeral key, and the session id that follows from it. */
function withEphemeral(ephemeral: string): (content: JsonObject) => JsonObject {
  const party = ({ user, device, ed25519, x25519 }: Manifest) => ({ user, device, ed25519, x25519 });
  const transcript = {
    v: 1,
    initiator: party(actors.alice.manifest.manifest),
    responder: party(actors.bob.manifest.manifest),
    ephemeral,
    signed_prekey: actors.bob.prekeys.signed.prekey.key,
    prekey: actors.bob.prekeys.one_time.prekey.key,
  };
  return (content) => ({
    ...content,
    session: hashObject('eccp.session.v1', transcript),
    handshake: { ...(content.handshake as JsonObject), ephemeral },
  });
}

function signWith(secret: string, domain: string, object: JsonObject): string {
  return signObject(secret, domain, object);
}

function sign(by: Name, domain: string, object: JsonObject): string {
  return signWith(actors[by].device.signing.secret, domain, object);
}

function recrossed(manifest: Manifest, { signature }: SignedManifest): SignedManifest {
  return { manifest, signature, cross_signature: signWith(bytesOf(30), 'eccp.cross-sig.v1', manifest) };
}

/** As bob's device and account would sign it. */
function resigned(manifest: Manifest): SignedManifest {
  return recrossed(manifest, { manifest, signature: sign('bob', 'eccp.manifest-sig.v1', manifest) });
}

/** With the neutral element as the key. */
function smallOrder(manifest: Manifest): SignedManifest {
  return recrossed({ ...manifest, ed25519: neutral.toString('base64url') }, { manifest, signature: ofNeutral });
}

function withKey(prekey: Prekey, key: string): SignedPrekey {
  const changed = { ...prekey, key };
  return { prekey: changed, signature: sign('bob', 'eccp.prekey-sig.v1', changed) };
}

/** u = 0 or 1, both of small order. */
function smallPrekey(prekey: Prekey, u: number): SignedPrekey {
  const bytes = Buffer.alloc(32);
  bytes[0] = u;
  return withKey(prekey, bytes.toString('base64url'));
}
