import type { JsonObject } from '../../src/core/canonical-json.ts';
import { fromBase64url } from '../../src/e2ee/bytes.ts';
import { bound } from '../../src/e2ee/json.ts';
import type { RatchetContent } from '../../src/e2ee/ratchet.ts';
import { bytesOf, Conversation, claimOf, shared } from './devices.ts';
import { aboveThePrime, smallPoints } from './handshake/forged.ts';
import { sealed, sealedUnder } from './ratchet/forged.ts';
import { sessions } from './ratchet/sessions.ts';
import { flipped } from './spoilt.ts';

/** What two devices send each other (spec/24-ratchet.md). */
export function ratchet(): JsonObject {
  return {
    about: 'Messages from device to device, step by step: in order, out of it, lost, and what is refused.',
    ...shared(),
    vectors: [...good(), ...bounds(), ...refused(), ...forged(), ...sessions()],
  };
}

/** Both have sent and received. */
function underWay(): Conversation {
  const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
  talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a0'));
  return talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b0'));
}

function good(): JsonObject[] {
  return [
    (() => {
      const talk = underWay();
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1')).decrypt('bob', 'alice', talk.encrypt('alice', 'a2'));
      talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b1')).decrypt('bob', 'alice', talk.encrypt('alice', 'a3'));
      return talk.vector('RAT-001', 'one after the other');
    })(),
    (() => {
      const talk = underWay();
      for (const body of ['a1', 'a2', 'a3']) talk.decrypt('bob', 'alice', talk.encrypt('alice', body));
      return talk.vector('RAT-002', 'three of one chain');
    })(),
    (() => {
      const talk = underWay();
      const sent = ['a1', 'a2', 'a3', 'a4'].map((body) => talk.encrypt('alice', body));
      for (const content of sent.reverse()) talk.decrypt('bob', 'alice', content);
      return talk.vector('RAT-020', 'four in reverse');
    })(),
    (() => {
      const talk = underWay();
      const late = [talk.encrypt('alice', 'a1'), talk.encrypt('alice', 'a2')];
      talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b1'));
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a3'));
      for (const content of late) talk.decrypt('bob', 'alice', content);
      return talk.vector('RAT-013', 'the end of a chain arrives after the next chain has begun');
    })(),
    (() => {
      const talk = underWay();
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1')).encrypt('alice', 'a2');
      const late = talk.encrypt('alice', 'a3');
      talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b1'));
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a4')).decrypt('bob', 'alice', late);
      talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b2')).decrypt('bob', 'alice', talk.encrypt('alice', 'a5'));
      return talk.vector('RAT-013', 'chains of one, three and one');
    })(),
    (() => {
      const talk = underWay();
      const [b1, a1] = [talk.encrypt('bob', 'b1'), talk.encrypt('alice', 'a1')];
      talk.decrypt('alice', 'bob', b1).decrypt('bob', 'alice', a1);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a2')).decrypt('alice', 'bob', talk.encrypt('bob', 'b2'));
      return talk.vector('RAT-012', 'messages that cross');
    })(),
    (() => {
      const talk = underWay().lose('alice', 3);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'Grüße\n\u2028'));
      return talk.vector('RAT-011', 'after three lost ones, a text outside ASCII');
    })(),
  ];
}

function bounds(): JsonObject[] {
  return [
    (() => {
      const talk = underWay().lose('alice', 1000);
      return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'there')).vector('RAT-022', '1000 missing before it');
    })(),
    (() => {
      const talk = underWay().lose('alice', 1);
      const last = talk.encrypt('alice', 'still within reach');
      talk.lose('alice', 999).refuse('bob', 'alice', talk.encrypt('alice', 'too far'), 'too_far');
      return talk.decrypt('bob', 'alice', last).vector('RAT-022', '1001 missing before it');
    })(),
    (() => {
      const talk = underWay();
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1')).lose('alice', 600);
      talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b1')).lose('alice', 400);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a'));
      return talk.vector('RAT-022', '600 and 400 missing in two chains');
    })(),
    (() => {
      const talk = underWay();
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1')).lose('alice', 599);
      const last = talk.encrypt('alice', 'still within reach');
      talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b1')).lose('alice', 401);
      return talk
        .refuse('bob', 'alice', talk.encrypt('alice', 'a'), 'too_far')
        .decrypt('bob', 'alice', last)
        .vector('RAT-022', '600 and 401 missing in two chains');
    })(),
    (() => {
      const talk = underWay();
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1')).lose('alice', 1);
      const last = talk.encrypt('alice', 'still within reach');
      talk.lose('alice', 999).refuse('bob', 'alice', talk.encrypt('alice', 'too far'), 'too_far');
      return talk.decrypt('bob', 'alice', last).vector('RAT-022', '1001 missing in a chain of which one was read');
    })(),
    (() => {
      const talk = underWay();
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1')).lose('alice', 1);
      const near = talk.encrypt('alice', 'still within reach');
      talk.lose('alice', 999).decrypt('alice', 'bob', talk.encrypt('bob', 'b1'));
      talk.refuse('bob', 'alice', talk.encrypt('alice', 'a2'), 'too_far').decrypt('bob', 'alice', near);
      return talk.vector('RAT-022', '1001 missing of the chain before');
    })(),
    (() => {
      const talk = underWay().lose('alice', 501);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'near')).lose('alice', 501);
      return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'far')).vector('RAT-022', '501 missing where 501 wait');
    })(),
    (() => {
      const talk = underWay();
      const [oldest, second] = [talk.encrypt('alice', 'oldest'), talk.encrypt('alice', 'second')];
      talk.lose('alice', 600).decrypt('bob', 'alice', talk.encrypt('alice', 'near'));
      talk.lose('alice', 399).decrypt('bob', 'alice', talk.encrypt('alice', 'far'));
      talk.refuse('bob', 'alice', oldest, 'replayed').decrypt('bob', 'alice', second);
      return talk.vector('RAT-023', 'the oldest of 1001 keys is gone, the next is not');
    })(),
  ];
}

function refused(): JsonObject[] {
  /** A bad message, then the good one that it was made from. */
  const spoilt = (rule: string, name: string, spoil: (content: RatchetContent) => JsonObject, code: string) => {
    const talk = underWay();
    const content = talk.encrypt('alice', 'a1');
    return talk.refuse('bob', 'alice', spoil(content), code).decrypt('bob', 'alice', content).vector(rule, name);
  };
  const changed = (changes: JsonObject) => (content: RatchetContent) => ({ ...content, ...changes });
  return [
    (() => {
      const talk = underWay();
      const content = talk.encrypt('alice', 'a1');
      return talk
        .decrypt('bob', 'alice', content)
        .refuse('bob', 'alice', content, 'replayed')
        .decrypt('bob', 'alice', talk.encrypt('alice', 'a2'))
        .vector('RAT-021', 'a message again');
    })(),
    (() => {
      const talk = underWay();
      const [a1, a2] = [talk.encrypt('alice', 'a1'), talk.encrypt('alice', 'a2')];
      talk.decrypt('bob', 'alice', a2).decrypt('bob', 'alice', a1).refuse('bob', 'alice', a1, 'replayed');
      return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a3')).vector('RAT-021', 'a late message again');
    })(),
    (() => {
      const talk = underWay();
      const a1 = talk.encrypt('alice', 'a1');
      talk.decrypt('bob', 'alice', a1).decrypt('alice', 'bob', talk.encrypt('bob', 'b1'));
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a2')).encrypt('bob', 'b2');
      talk.refuse('bob', 'alice', a1, 'bad_ciphertext').decrypt('bob', 'alice', talk.encrypt('alice', 'a3'));
      return talk.vector('RAT-024', 'a message of an earlier chain again');
    })(),
    spoilt(
      'RAT-024',
      'a ciphertext that was altered',
      (content) => ({ ...content, ciphertext: flipped(content.ciphertext) }),
      'bad_ciphertext',
    ),
    spoilt('RAT-010', 'another index', changed({ index: 2 }), 'bad_ciphertext'),
    spoilt('RAT-010', 'another number of messages before', changed({ previous: 0 }), 'bad_ciphertext'),
    spoilt(
      'RAT-010',
      'a handshake that was added',
      changed({ handshake: { ephemeral: bytesOf(9), signed_prekey: 'x' } }),
      'bad_ciphertext',
    ),
    spoilt('RAT-024', 'another ratchet key', changed({ key: bytesOf(9) }), 'bad_ciphertext'),
    spoilt('HAND-030', 'another session', changed({ session: bytesOf(7) }), 'unknown_key'),
    spoilt('HAND-004', 'an unknown member', changed({ note: 'x' }), 'malformed'),
    spoilt('HAND-004', 'no number of messages before', ({ previous: _, ...content }) => content, 'malformed'),
    spoilt('HAND-004', 'a negative index', changed({ index: -1 }), 'malformed'),
    spoilt('HAND-004', 'an index that is a text', changed({ index: '1' }), 'malformed'),
    spoilt('HAND-004', 'another algorithm', changed({ algorithm: 'eccp.ratchet.v2' }), 'malformed'),
    spoilt(
      'HAND-004',
      'a ciphertext with spare bits that are not zero',
      changed({ ciphertext: `${'A'.repeat(22)}B` }),
      'malformed',
    ),
    spoilt('HAND-004', 'a ciphertext shorter than a tag', changed({ ciphertext: 'A'.repeat(20) }), 'malformed'),
    ...[
      ['no JSON', 'Hello'],
      ['a member too many', '{"content":{},"note":1,"type":"org.example.note"}'],
      ['a content that is no object', '{"content":[],"type":"org.example.note"}'],
      ['a type of one segment', '{"content":{},"type":"note"}'],
      ['members out of order', '{"type":"org.example.note","content":{}}'],
      ['a key twice', '{"content":{},"content":{},"type":"org.example.note"}'],
    ].map(([name, text]) => {
      const talk = underWay();
      const a1 = talk.encrypt('alice', 'a1');
      return talk
        .refuse('bob', 'alice', sealed(talk, String(text)), 'malformed')
        .decrypt('bob', 'alice', a1)
        .vector('RAT-026', `a plaintext that is no payload: ${name}`);
    }),
    (() => {
      const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
      const first = talk.encrypt('alice', 'a0');
      const { handshake: _, ...rest } = first;
      const own = { ...rest, key: claimOf('bob').signed_prekey.prekey.key };
      talk.refuse('alice', 'bob', own, 'bad_ciphertext').decrypt('bob', 'alice', first);
      talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b0'));
      return talk.vector('RAT-024', 'an answer under the signed prekey');
    })(),
    (() => {
      const talk = underWay();
      const a1 = talk.encrypt('alice', 'a1');
      talk.decrypt('bob', 'alice', a1);
      return talk
        .refuse('bob', 'alice', { ...a1, key: bytesOf(9) }, 'bad_ciphertext')
        .decrypt('bob', 'alice', talk.encrypt('alice', 'a2'))
        .vector('RAT-024', 'another ratchet key while nothing was sent');
    })(),
  ];
}

/** Messages that alice makes in another way than she should, each followed by a good one. */
function forged(): JsonObject[] {
  const text = '{"content":{},"type":"org.example.note"}';
  const withKey = (name: string, key: string, agreed: (talk: Conversation) => Uint8Array) => {
    const talk = underWay();
    talk.refuse('bob', 'alice', sealedUnder(talk, key, agreed(talk)), 'bad_key');
    return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1')).vector('HAND-001', name);
  };
  const withoutUse = () => {
    const talk = underWay();
    talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1'));
    talk.refuse('bob', 'alice', sealed(talk, text, undefined, { previous: 2 ** 32 }), 'malformed');
    talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a2'));
    return talk.vector('HAND-004', 'a number of messages before of 2^32, where it has no use');
  };
  const withData = (name: string, adOf: (header: JsonObject) => Uint8Array) => {
    const talk = underWay();
    const a1 = talk.encrypt('alice', 'a1');
    const { ciphertext: _, ...header } = sealed(talk, text);
    talk.refuse('bob', 'alice', sealed(talk, text, adOf(header)), 'bad_ciphertext').decrypt('bob', 'alice', a1);
    return talk.vector('RAT-010', name);
  };
  return [
    ...smallPoints.map(([what, key]) => {
      return withKey(`a ratchet key of small order, and all else to fit: ${what}`, key, () => new Uint8Array(32));
    }),
    // 9 + p stands for the base point, with which the agreement gives bob's public key.
    withKey('a ratchet key that is not below the prime, and all else to fit', aboveThePrime, (talk) =>
      fromBase64url(talk.session('alice').theirs),
    ),
    withoutUse(),
    withData('no associated data', () => new Uint8Array()),
    withData('the associated data of rooms', (header) => bound('eccp.room-ad.v1', header)),
    withData('associated data without the index', ({ index: _, ...header }) => bound('eccp.ratchet-ad.v1', header)),
  ];
}
