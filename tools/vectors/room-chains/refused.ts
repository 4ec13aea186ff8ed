import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { fromBase64url, utf8 } from '../../../src/e2ee/bytes.ts';
import { bound } from '../../../src/e2ee/json.ts';
import type { EncryptedContent, RoomKeyContent } from '../../../src/e2ee/room-chain.ts';
import type { OwnChain } from '../../../src/e2ee/room-sender.ts';
import { chainStep, seal } from '../../../src/e2ee/schedule.ts';
import { signObject } from '../../../src/e2ee/signature.ts';
import { actors, bytesOf, type Name } from '../devices.ts';
import { otherHash, startTime } from '../fixed.ts';
import { flipped } from '../spoilt.ts';
import { Room, room_id, underWay, users } from './room.ts';

/** Chains that a client does not take. */
export function badChains(): JsonObject[] {
  /** A bad chain, then the good one. */
  const spoilt = (
    rule: string,
    name: string,
    from: Name,
    spoil: (content: RoomKeyContent) => JsonObject,
    code: string,
  ) => {
    const room = new Room();
    const content = room.handOut('bob');
    room.refuseChain('bob', from, spoil(content), code).take('bob', 'alice', content);
    return room.decrypt('bob', room.encrypt('Hello')).vector(rule, name);
  };
  const certified = (changes: JsonObject, signer: Name | undefined) => (content: RoomKeyContent) => {
    const certificate = { ...content.certificate, ...changes };
    const secret = signer && actors[signer].device.signing.secret;
    const signature = secret ? signObject(secret, 'eccp.chain-sig.v1', certificate) : content.signature;
    return { ...content, certificate, signature };
  };
  return [
    spoilt(
      'CHN-002',
      'a certificate that was altered',
      'alice',
      certified({ created: startTime + 1 }, undefined),
      'bad_signature',
    ),
    spoilt(
      'CHN-030',
      'a certificate with a flipped signature',
      'alice',
      (content) => ({ ...content, signature: flipped(content.signature) }),
      'bad_signature',
    ),
    spoilt('CHN-030', 'a certificate that another device signed', 'alice', certified({}, 'mallory'), 'bad_signature'),
    spoilt(
      'CHN-030',
      'a signature in the domain of messages',
      'alice',
      (content) => ({
        ...content,
        signature: signObject(actors.alice.device.signing.secret, 'eccp.room-message-sig.v1', content.certificate),
      }),
      'bad_signature',
    ),
    spoilt('CHN-031', 'the chain of alice from mallory', 'mallory', (content) => ({ ...content }), 'mismatch'),
    spoilt(
      'CHN-031',
      'the chain of another user, on a device of the same id',
      'alice',
      certified({ user: users.mallory }, 'alice'),
      'mismatch',
    ),
    spoilt(
      'CHN-031',
      'the chain of another device of alice',
      'alice',
      certified({ device: 'ALICE002' }, 'alice'),
      'mismatch',
    ),
    spoilt('HAND-004', 'a chain from message 100 on', 'alice', (content) => ({ ...content, index: 100 }), 'malformed'),
    spoilt('HAND-004', 'an unknown member of the certificate', 'alice', certified({ note: 'x' }, 'alice'), 'malformed'),
    spoilt(
      'HAND-004',
      'a chain key of 31 bytes',
      'alice',
      (content) => ({ ...content, chain_key: bytesOf(1, 31) }),
      'malformed',
    ),
    (() => {
      const room = underWay();
      const again = room.handOut('bob');
      room.decrypt('bob', room.encrypt('one')).refuseChain('bob', 'alice', again, 'replayed');
      return room.decrypt('bob', room.encrypt('two')).vector('CHN-032', 'a chain again');
    })(),
  ];
}

/** Messages that a client does not take. */
export function badMessages(): JsonObject[] {
  /** A bad message, then the good one that it was made from. */
  const spoilt = (
    rule: string,
    name: string,
    spoil: (content: EncryptedContent, own: OwnChain) => JsonObject,
    code: string,
    place: JsonObject = {},
  ) => {
    const room = underWay();
    const before = room.own;
    const content = room.encrypt('Hello');
    return room.refuse('bob', spoil(content, before), code, place).decrypt('bob', content).vector(rule, name);
  };
  const changed = (changes: JsonObject) => (content: EncryptedContent) => ({ ...content, ...changes });
  const resigned = (changes: JsonObject) => (content: EncryptedContent, own: OwnChain) =>
    signed({ ...content, ...changes }, own.secret);
  const same = (content: EncryptedContent) => ({ ...content });
  return [
    (() => {
      const room = underWay();
      const content = room.encrypt('Hello');
      room.decrypt('bob', content).refuse('bob', content, 'replayed').decrypt('bob', room.encrypt('next'));
      return room.vector('CHN-035', 'a message again');
    })(),
    (() => {
      const room = underWay();
      const [one, two] = [room.encrypt('one'), room.encrypt('two')];
      room.decrypt('bob', two).decrypt('bob', one).refuse('bob', one, 'replayed').refuse('bob', two, 'replayed');
      return room.decrypt('bob', room.encrypt('three')).vector('CHN-035', 'late messages again');
    })(),
    spoilt('CHN-033', 'another chain', changed({ chain_id: otherHash }), 'unknown_key'),
    spoilt('CHN-033', 'in another room', same, 'mismatch', { room_id: `!${otherHash}:remote.example` }),
    spoilt('CHN-033', 'from another sender', same, 'mismatch', { sender: users.mallory }),
    spoilt('CHN-033', 'from another device, signed by the chain', resigned({ sender_device: 'ALICE002' }), 'mismatch'),
    spoilt(
      'CHN-034',
      'a flipped signature',
      (content) => ({ ...content, signature: flipped(content.signature) }),
      'bad_signature',
    ),
    spoilt(
      'CHN-034',
      'a ciphertext that was altered',
      (content) => ({ ...content, ciphertext: flipped(content.ciphertext) }),
      'bad_signature',
    ),
    spoilt(
      'CHN-034',
      'signed by the device in place of the chain',
      (content) => signed({ ...content }, actors.alice.device.signing.secret),
      'bad_signature',
    ),
    spoilt(
      'CHN-034',
      'by a member who has the chain',
      (content) => signed({ ...content }, actors.bob.device.signing.secret),
      'bad_signature',
    ),
    spoilt(
      'CHN-011',
      'a signature without the room',
      (content, own) => {
        const { signature: _, ...rest } = content;
        return { ...content, signature: signObject(own.secret, 'eccp.room-message-sig.v1', rest) };
      },
      'bad_signature',
    ),
    ...['algorithm', 'room_id', 'sender', 'sender_device', 'chain_id', 'index', 'ciphertext'].map((member) =>
      spoilt(
        'CHN-011',
        `a signature without \`${member}\``,
        (content, own) => {
          const { signature: _, ...rest } = content;
          const said = without({ ...rest, room_id, sender: users.alice }, member);
          return { ...content, signature: signObject(own.secret, 'eccp.room-message-sig.v1', said) };
        },
        'bad_signature',
      ),
    ),
    spoilt(
      'CHN-037',
      'a ciphertext that was altered and signed again',
      (content, own) => signed({ ...content, ciphertext: flipped(content.ciphertext) }, own.secret),
      'bad_ciphertext',
    ),
    spoilt('CHN-010', 'another index, signed again', resigned({ index: 1 }), 'bad_ciphertext'),
    spoilt(
      'CHN-010',
      'encrypted without the room, and signed',
      (content, own) => forged(content, own, payload, (said) => without(without(said, 'room_id'), 'sender')),
      'bad_ciphertext',
    ),
    ...['algorithm', 'room_id', 'sender', 'sender_device', 'chain_id', 'index'].map((member) =>
      spoilt(
        'CHN-010',
        `encrypted without \`${member}\`, and signed`,
        (content, own) => forged(content, own, payload, (said) => without(said, member)),
        'bad_ciphertext',
      ),
    ),
    spoilt('CHN-037', 'a plaintext that is no payload', (content, own) => forged(content, own, '"Hello"'), 'malformed'),
    spoilt('HAND-004', 'the index 100', resigned({ index: 100 }), 'malformed'),
    spoilt('HAND-004', 'an unknown member', changed({ note: 'x' }), 'malformed'),
    spoilt('HAND-004', 'another algorithm', changed({ algorithm: 'eccp.room.v2' }), 'malformed'),
  ];
}

/** The message signed again, as the chain's owner would. */
function signed(content: JsonObject, secret: string): JsonObject {
  const { signature: _, ...rest } = content;
  const signature = signObject(secret, 'eccp.room-message-sig.v1', { ...rest, room_id, sender: users.alice });
  return { ...content, signature };
}

const payload = '{"content":{},"type":"org.example.note"}';

/** What the owner of the chain could send in place of a message. @param bind what becomes of the associated data. */
function forged(
  content: EncryptedContent,
  own: OwnChain,
  text: string,
  bind: (said: JsonObject) => JsonObject = (said) => said,
): JsonObject {
  const { ciphertext: _, signature: __, ...header } = content;
  const ad = bound('eccp.room-ad.v1', bind({ ...header, room_id, sender: users.alice }));
  const { messageKey } = chainStep(fromBase64url(own.chain));
  return signed({ ...header, ciphertext: seal(messageKey, 'eccp.room-message.v1', utf8(text), ad) }, own.secret);
}

function without(object: JsonObject, member: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== member));
}
