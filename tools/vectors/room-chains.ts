import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { fromBase64url, utf8 } from '../../src/e2ee/bytes.ts';
import { bound } from '../../src/e2ee/json.ts';
import { chainId, chainLifetime, type EncryptedContent, type RoomKeyContent } from '../../src/e2ee/room-chain.ts';
import { decryptInRoom, type HeldChain, takeChain } from '../../src/e2ee/room-receiver.ts';
import { encryptForRoom, handOut, newChain, type OwnChain } from '../../src/e2ee/room-sender.ts';
import { chainStep, seal } from '../../src/e2ee/schedule.ts';
import { signObject } from '../../src/e2ee/signature.ts';
import { actors, bytesOf, counting, type Name, say, shared } from './devices.ts';
import { otherHash, startTime } from './fixed.ts';
import { flipped } from './spoilt.ts';

const room_id = `!${otherHash}:example.org`;
const users = { alice: '@alice:example.org', bob: '@bob:remote.example', mallory: '@mallory:remote.example' };
const everybody: Name[] = ['alice', 'bob', 'mallory'];

/** Messages in rooms (spec/25-room-chains.md). */
export function roomChains(): JsonObject {
  return {
    about: 'Chains of room messages, step by step: handed out, written with, read, replaced, and what is refused.',
    ...shared(),
    vectors: [...good(), ...rotation(), ...badChains(), ...badMessages()],
  };
}

/** What devices do in a room, as the steps of a vector. alice writes. */
class Room {
  readonly steps: JsonObject[] = [];
  #own: OwnChain;
  readonly #held = new Map<Name, HeldChain>();
  #seed = 70;

  constructor() {
    this.#own = this.#newChain(startTime);
  }

  get own(): OwnChain {
    return this.#own;
  }

  /** A chain of alice's in place of the one before. */
  replace(now = startTime): this {
    this.#own = this.#newChain(now);
    return this;
  }

  #newChain(now: number): OwnChain {
    const own = newChain(actors.alice.device, room_id, now, counting(this.#seed));
    const [seed, chain_key] = [bytesOf(this.#seed), bytesOf(this.#seed + 1)];
    this.#seed += 2;
    const { certificate, signature } = own;
    this.#step({ do: 'chain', by: 'alice', room_id, now, seed, chain_key }, 'ok', {
      chain_id: chainId(certificate),
      certificate,
      signature,
    });
    return own;
  }

  handOut(to: Name): RoomKeyContent {
    const { chain, content } = handOut(this.#own, actors[to].manifest.manifest.ed25519);
    this.#own = chain;
    this.#step({ do: 'hand_out', by: 'alice', to }, 'ok', { content });
    return content;
  }

  take(by: Name, from: Name, content: RoomKeyContent): this {
    this.#held.set(by, takeChain(content, actors[from].manifest.manifest, []));
    return this.#step({ do: 'take', by, from, content }, 'ok');
  }

  refuseChain(by: Name, from: Name, content: Json, expected: string): this {
    return this.#step({ do: 'take', by, from, content }, expected);
  }

  encrypt(body: string, now = startTime, names = everybody): EncryptedContent {
    const payload = say(body);
    const { chain, content } = encryptForRoom(this.#own, payload, now, keysOf(names));
    this.#own = chain;
    this.#step({ do: 'encrypt', by: 'alice', payload, now, devices: names }, 'ok', { content });
    return content;
  }

  /** Encrypts what nobody reads. */
  lose(count: number): this {
    for (let i = 0; i < count; i++) {
      this.#own = encryptForRoom(this.#own, say('lost'), startTime, keysOf(everybody)).chain;
    }
    this.steps.push({ do: 'lose', by: 'alice', count, payload: say('lost'), now: startTime, devices: everybody });
    return this;
  }

  refuseToEncrypt(now: number, names: Name[]): this {
    return this.#step({ do: 'encrypt', by: 'alice', payload: say('x'), now, devices: names }, 'exhausted');
  }

  decrypt(by: Name, content: EncryptedContent): this {
    const held = this.#held.get(by);
    if (held === undefined) throw new Error(`${by} has no chain`);
    const { chain, payload } = decryptInRoom(held, { room_id, sender: users.alice }, content);
    this.#held.set(by, chain);
    return this.#step({ do: 'decrypt', by, room_id, sender: users.alice, content }, 'ok', { payload });
  }

  refuse(by: Name, content: Json, expected: string, place: JsonObject = {}): this {
    return this.#step({ do: 'decrypt', by, room_id, sender: users.alice, content, ...place }, expected);
  }

  vector(rule: string, name: string): JsonObject {
    return { name, rule, steps: this.steps };
  }

  #step(step: JsonObject, expected: string, result: JsonObject = {}): this {
    this.steps.push({ ...step, expected, ...result });
    return this;
  }
}

function keysOf(names: readonly Name[]): string[] {
  return names.map((name) => actors[name].manifest.manifest.ed25519);
}

/** bob has alice's chain from the start. */
function underWay(): Room {
  const room = new Room();
  return room.take('bob', 'alice', room.handOut('bob'));
}

function good(): JsonObject[] {
  return [
    (() => {
      const room = underWay();
      return room.decrypt('bob', room.encrypt('Hello')).vector('CHN-001', 'the first message');
    })(),
    (() => {
      const room = underWay();
      for (const body of ['one', 'two', 'Grüße\n\u2028']) room.decrypt('bob', room.encrypt(body));
      return room.vector('CHN-012', 'three in order');
    })(),
    (() => {
      const room = underWay();
      const sent = ['one', 'two', 'three', 'four'].map((body) => room.encrypt(body));
      for (const content of sent.reverse()) room.decrypt('bob', content);
      return room.vector('CHN-036', 'four in reverse');
    })(),
    (() => {
      const room = underWay();
      const first = room.encrypt('the first');
      room.lose(98).decrypt('bob', room.encrypt('the last')).decrypt('bob', first);
      return room.vector('CHN-036', 'the last of 100, then the first');
    })(),
    (() => {
      const room = underWay();
      const past = room.encrypt('before she came');
      room.take('mallory', 'alice', room.handOut('mallory')).refuse('mallory', past, 'replayed');
      const content = room.encrypt('after it');
      return room
        .decrypt('mallory', content)
        .decrypt('bob', content)
        .decrypt('bob', past)
        .vector('CHN-004', 'a device that came later');
    })(),
  ];
}

function rotation(): JsonObject[] {
  return [
    underWay().lose(100).refuseToEncrypt(startTime, everybody).vector('CHN-020', 'the 101st message'),
    (() => {
      const room = underWay();
      return room
        .decrypt('bob', room.encrypt('late', startTime + chainLifetime - 1))
        .vector('CHN-021', 'a millisecond before seven days');
    })(),
    underWay()
      .refuseToEncrypt(startTime + chainLifetime, everybody)
      .vector('CHN-021', 'after seven days'),
    underWay()
      .refuseToEncrypt(startTime - 1, everybody)
      .vector('CHN-021', 'a clock before the chain was made'),
    underWay()
      .refuseToEncrypt(startTime, ['alice', 'mallory'])
      .vector('CHN-022', 'a device that has the chain has left'),
    (() => {
      const room = underWay();
      return room
        .decrypt('bob', room.encrypt('Hello', startTime, ['bob']))
        .vector('CHN-022', 'a device that never had the chain has left');
    })(),
    (() => {
      const room = new Room();
      room.take('bob', 'alice', room.handOut('bob')).take('mallory', 'alice', room.handOut('mallory'));
      room.decrypt('mallory', room.encrypt('with her')).refuseToEncrypt(startTime, ['alice', 'bob']).replace();
      room.take('bob', 'alice', room.handOut('bob'));
      const content = room.encrypt('without her', startTime, ['alice', 'bob']);
      return room
        .refuse('mallory', content, 'unknown_key')
        .decrypt('bob', content)
        .vector('CHN-022', 'a new chain after somebody has left');
    })(),
    (() => {
      const room = underWay();
      room.decrypt('bob', room.encrypt('one', startTime, ['alice', 'bob']));
      return room.decrypt('bob', room.encrypt('two', startTime, everybody)).vector('CHN-023', 'a device that comes');
    })(),
  ];
}

function badChains(): JsonObject[] {
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

function badMessages(): JsonObject[] {
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
      return room.decrypt('bob', content).refuse('bob', content, 'replayed').vector('CHN-035', 'a message again');
    })(),
    (() => {
      const room = underWay();
      const [one, two] = [room.encrypt('one'), room.encrypt('two')];
      room.decrypt('bob', two).decrypt('bob', one).refuse('bob', one, 'replayed').refuse('bob', two, 'replayed');
      return room.vector('CHN-035', 'late messages again');
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
      (content, own) => forged(content, own, '{"content":{},"type":"org.example.note"}', false),
      'bad_ciphertext',
    ),
    spoilt(
      'CHN-037',
      'a plaintext that is no payload',
      (content, own) => forged(content, own, '"Hello"', true),
      'malformed',
    ),
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

/** What the owner of the chain could send in place of a message. */
function forged(content: EncryptedContent, own: OwnChain, text: string, isBound: boolean): JsonObject {
  const { ciphertext: _, signature: __, ...header } = content;
  const ad = bound('eccp.room-ad.v1', isBound ? { ...header, room_id, sender: users.alice } : header);
  const { messageKey } = chainStep(fromBase64url(own.chain));
  return signed({ ...header, ciphertext: seal(messageKey, 'eccp.room-message.v1', utf8(text), ad) }, own.secret);
}
