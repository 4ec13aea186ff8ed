// Somebody has copied all that a device stores: what they can read with it, whatever they try, and from when on no more.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dropPrekeys, newPrekeys, prekeyGrace } from '../../src/e2ee/device.ts';
import type { RatchetContent } from '../../src/e2ee/ratchet.ts';
import type { EncryptedContent, RoomKeyContent } from '../../src/e2ee/room-chain.ts';
import { decryptInRoom, type HeldChain, takeChain } from '../../src/e2ee/room-receiver.ts';
import { encryptForRoom, handOut, newChain, type OwnChain } from '../../src/e2ee/room-sender.ts';
import { Attacker } from './attacker.ts';
import { Talker } from './talker.ts';

/** All of a device's state, at this moment. */
function copyOf({ device, sessions }: Talker, ...more: unknown[]): Attacker {
  return new Attacker(device, sessions, ...more);
}

/** What an attacker reads of a message. */
function bodyFor(attacker: Attacker, from: Talker, content: RatchetContent): unknown {
  return attacker.read(content, from.self.manifest.manifest)?.content.body;
}

/** Two devices that have each heard the other. */
function two(): { alice: Talker; bob: Talker } {
  const [alice, bob] = [new Talker('alice'), new Talker('bob')];
  alice.begin(bob);
  bob.hear(alice, alice.say(bob, 'hello'));
  alice.hear(bob, bob.say(alice, 'hello too'));
  return { alice, bob };
}

describe('between two devices', () => {
  test('each message is read with the state before it, and none with the states of either side after it', () => {
    const [alice, bob] = [new Talker('alice'), new Talker('bob')];
    alice.begin(bob);
    const passed: { from: Talker; content: RatchetContent }[] = [];
    const pass = (from: Talker, to: Talker) => {
      const before = copyOf(to);
      const body = `message ${passed.length}`;
      const content = from.say(to, body);
      assert.equal(to.hear(from, content), body);
      assert.equal(bodyFor(before, from, content), body, `the attack is too weak for ${body}`);
      passed.push({ from, content });
      for (const after of [copyOf(alice), copyOf(bob)]) assert.equal(bodyFor(after, from, content), undefined, body);
    };
    for (const by of [alice, alice, bob, bob, alice, bob, alice]) pass(by, by === alice ? bob : alice);
    for (const after of [copyOf(alice), copyOf(bob)]) {
      for (const { from, content } of passed) assert.equal(bodyFor(after, from, content), undefined);
    }
  });

  test('a message that has not come is read with the key that waits for it, and not once it has come', () => {
    const { alice, bob } = two();
    const [late, lost, read] = ['late', 'lost', 'read'].map((body) => alice.say(bob, body));
    assert.ok(late && lost && read);
    bob.hear(alice, read);
    alice.hear(bob, bob.say(alice, 'an answer'));
    bob.hear(alice, alice.say(bob, 'in another chain'));
    const waiting = copyOf(bob);
    assert.deepEqual(
      [late, lost, read].map((content) => bodyFor(waiting, alice, content)),
      ['late', 'lost', undefined],
    );
    bob.hear(alice, late);
    const after = copyOf(bob);
    assert.deepEqual(
      [late, lost, read].map((content) => bodyFor(after, alice, content)),
      [undefined, 'lost', undefined],
    );
  });

  test('without a one-time prekey the first message is read until the other prekeys are deleted', () => {
    for (const kind of ['fallback', 'none'] as const) {
      const [alice, bob] = [new Talker('alice'), new Talker('bob', kind)];
      alice.begin(bob, false);
      const first = alice.say(bob, 'the first');
      bob.hear(alice, first);
      alice.hear(bob, bob.say(alice, 'an answer'));
      const second = alice.say(bob, 'after the answer');
      bob.hear(alice, second);
      const later = copyOf(bob);
      assert.equal(bodyFor(later, alice, first), 'the first'); // as section 23.6 says
      assert.equal(bodyFor(later, alice, second), undefined);
      for (const replaced of ['signed', 'fallback'] as const) {
        bob.device = newPrekeys(bob.device, replaced, 1, 1).device;
      }
      bob.device = dropPrekeys(bob.device, 1 + prekeyGrace);
      assert.equal(bodyFor(copyOf(bob), alice, first), undefined);
    }
  });

  for (const victim of ['alice', 'bob'] as const) {
    test(`with a copy of ${victim} one reads along until the next round trip, and nothing after it`, () => {
      const { alice, bob } = two();
      bob.hear(alice, alice.say(bob, 'before'));
      const [own, other] = victim === 'alice' ? [alice, bob] : [bob, alice];
      const copied = copyOf(own);
      const pass = (from: Talker, to: Talker, body: string) => {
        const content = from.say(to, body);
        assert.equal(to.hear(from, content), body);
        return bodyFor(copied, from, content);
      };
      for (let i = 0; i < 4; i++) assert.equal(pass(other, own, `along ${i}`), `along ${i}`);
      pass(own, other, 'an answer under a key that is new');
      for (let i = 0; i < 3; i++) {
        assert.equal(pass(other, own, 'after the round trip'), undefined);
        assert.equal(pass(own, other, 'and after that'), undefined);
      }
    });
  }

  test('one side alone heals nothing by sending', () => {
    const { alice, bob } = two();
    const copied = copyOf(bob);
    for (let i = 0; i < 10; i++) assert.equal(bodyFor(copied, alice, alice.say(bob, `${i}`)), `${i}`);
  });
});

describe('in a room', () => {
  const room_id = '!room:example.org';
  const payload = { type: 'eccp.room.message', content: { body: 'in the room' } };

  /** alice writes, bob reads. */
  class Room {
    readonly alice: Talker;
    readonly bob: Talker;
    own: OwnChain;
    held: HeldChain | undefined;
    #clock = 0;

    constructor() {
      ({ alice: this.alice, bob: this.bob } = two());
      this.own = newChain(this.alice.device, room_id, 0);
    }

    get place() {
      return { room_id, sender: this.alice.device.user };
    }

    /** Makes a chain and hands it to bob over the session. @returns what goes over the wire. */
    rotate(): RatchetContent {
      const { chain, content } = handOut(newChain(this.alice.device, room_id, ++this.#clock), this.bob.key);
      this.own = chain;
      const over = this.alice.tell(this.bob, { type: 'eccp.room_key', content });
      const key = this.bob.take(this.alice, over).content as unknown as RoomKeyContent;
      this.held = takeChain(key, this.alice.self.manifest.manifest, []);
      return over;
    }

    write(): EncryptedContent {
      const { chain, content } = encryptForRoom(this.own, payload, this.#clock, [this.bob.key]);
      this.own = chain;
      return content;
    }

    read(content: EncryptedContent): void {
      assert.ok(this.held);
      const { chain, payload: said } = decryptInRoom(this.held, this.place, content);
      assert.deepEqual(said, payload);
      this.held = chain;
    }

    /** Everything that alice or bob stores. */
    copy(of: 'alice' | 'bob'): Attacker {
      return of === 'alice' ? copyOf(this.alice, this.own) : copyOf(this.bob, this.held);
    }

    roundTrip(): void {
      const { alice, bob } = this;
      alice.hear(bob, bob.say(alice, 'one way'));
      bob.hear(alice, alice.say(bob, 'and back'));
      alice.hear(bob, bob.say(alice, 'and again'));
    }
  }

  test('each message is read with the state before it, and none with the states of either side after it', () => {
    const room = new Room();
    const keys = [room.rotate()];
    const read: EncryptedContent[] = [];
    for (let i = 0; i < 4; i++) {
      const before = [room.copy('alice'), room.copy('bob')];
      const content = room.write();
      room.read(content);
      for (const attacker of before) assert.deepEqual(attacker.readInRoom(room.place, content), payload);
      read.push(content);
      for (const side of ['alice', 'bob'] as const) {
        const after = room.copy(side);
        for (const key of keys) assert.equal(bodyFor(after, room.alice, key), undefined);
        for (const one of read) assert.equal(after.readInRoom(room.place, one), undefined, `by ${side}`);
      }
    }
  });

  test('a message that has not come is read with the key that waits for it, and not once it has come', () => {
    const room = new Room();
    room.rotate();
    const [late, next] = [room.write(), room.write()];
    room.read(next);
    assert.deepEqual(room.copy('bob').readInRoom(room.place, late), payload);
    assert.equal(room.copy('bob').readInRoom(room.place, next), undefined);
    room.read(late);
    assert.equal(room.copy('bob').readInRoom(room.place, late), undefined);
  });

  for (const victim of ['alice', 'bob'] as const) {
    test(`with a copy of ${victim} one reads on until the rotation after the next round trip, and no longer`, () => {
      const room = new Room();
      room.rotate();
      room.read(room.write());
      const copied = room.copy(victim);
      const isRead = () => {
        const content = room.write();
        room.read(content);
        return copied.readInRoom(room.place, content) !== undefined;
      };
      assert.ok(isRead());
      // A rotation alone heals nothing: the copy has the session over which the chain is handed out.
      assert.equal(copied.read(room.rotate(), room.alice.self.manifest.manifest)?.type, 'eccp.room_key');
      assert.ok(isRead());
      room.roundTrip();
      assert.ok(isRead(), 'the chain is the same');
      assert.equal(copied.read(room.rotate(), room.alice.self.manifest.manifest), undefined);
      for (let i = 0; i < 3; i++) assert.ok(!isRead());
    });
  }
});
