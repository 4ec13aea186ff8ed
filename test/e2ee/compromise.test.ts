// Somebody has copied the state of a device: what they can read, and from when on no more.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Session } from '../../src/e2ee/ratchet.ts';
import { decryptInRoom, type HeldChain, takeChain } from '../../src/e2ee/room-receiver.ts';
import { encryptForRoom, handOut, newChain, type OwnChain } from '../../src/e2ee/room-sender.ts';
import { codeOf, hear, pair, person, say } from './people.ts';

/** Sends a message and receives it. */
function pass(from: Session, to: Session, body: string) {
  const { session, content } = say(from, body);
  return { from: session, to: hear(to, content).session, content };
}

describe('between two devices', () => {
  test('what was read before cannot be read with a state copied after', () => {
    let { alice, bob } = pair();
    const before = [];
    for (const body of ['one', 'two', 'three']) {
      const there = pass(alice, bob, body);
      const back = pass(there.to, there.from, `${body}, yes`);
      before.push(there.content, back.content);
      [alice, bob] = [back.to, back.from];
    }
    for (const content of before) {
      for (const copied of [alice, bob])
        assert.notEqual(
          codeOf(() => hear(copied, content)),
          'ok',
        );
    }
  });

  test('a state holds no key of a message that was read, sent, or of a chain that ended', () => {
    const { alice, bob } = pair();
    const there = pass(alice, bob, 'one');
    const secrets = [bob.root, bob.sending?.secret, bob.sending?.chain, there.from.sending?.chain];
    assert.ok(secrets.every((secret) => secret !== undefined));
    const kept = JSON.stringify(there.to);
    assert.ok(!kept.includes(bob.root) && !kept.includes(bob.sending?.secret ?? '?'), 'a key of the state before');
    assert.equal(there.to.sending, undefined);
    assert.deepEqual(there.to.skipped, []);
    assert.ok(!JSON.stringify(pass(there.from, there.to, 'two').from).includes(there.from.sending?.chain ?? '?'));
  });

  test('after the next round trip nothing more can be read with the copy', () => {
    const { alice, bob } = pair();
    let copied = bob;
    const first = pass(alice, bob, 'still read along');
    copied = hear(copied, first.content).session; // shows that the copy is worth something
    const answer = pass(first.to, first.from, 'an answer under a key that is new');
    const healed = pass(answer.to, answer.from, 'not read along');
    for (const state of [bob, copied])
      assert.equal(
        codeOf(() => hear(state, healed.content)),
        'bad_ciphertext',
      );
    const onward = pass(healed.to, healed.from, 'nor this');
    for (const state of [bob, copied])
      assert.equal(
        codeOf(() => hear(state, onward.content)),
        'bad_ciphertext',
      );
  });
});

describe('in a room', () => {
  const place = { room_id: '!room:example.org', sender: '@alice:example.org' };
  const [alice, bob, carol] = [person('alice'), person('bob'), person('carol')];
  const keyOf = ({ manifest }: typeof bob) => manifest.manifest.ed25519;
  const payload = { type: 'eccp.room.message', content: { body: 'x' } };
  const write = (own: OwnChain, readers = [bob, carol]) => encryptForRoom(own, payload, 1, readers.map(keyOf));
  const read = (chain: HeldChain, content: Parameters<typeof decryptInRoom>[2]) => decryptInRoom(chain, place, content);

  function begin(reader: typeof bob): { own: OwnChain; held: HeldChain } {
    const { chain, content } = handOut(newChain(alice.device, place.room_id, 0), keyOf(reader));
    return { own: chain, held: takeChain(content, alice.manifest.manifest, []) };
  }

  test('what was read or written before cannot be read with the state of either side', () => {
    let { own, held } = begin(bob);
    const before = [];
    for (let i = 0; i < 5; i++) {
      const written = write(own);
      held = read(held, written.content).chain;
      own = written.chain;
      before.push(written.content);
    }
    const ofSender: HeldChain = { ...held, chain: own.chain, index: own.index, skipped: [] };
    for (const content of before) {
      for (const copied of [held, ofSender])
        assert.equal(
          codeOf(() => read(copied, content)),
          'replayed',
        );
    }
    // The index is only a number: a thief sets it back, and still has no key.
    for (const copied of [held, ofSender]) {
      const setBack = { ...copied, index: 0 };
      for (const content of before)
        assert.equal(
          codeOf(() => read(setBack, content)),
          'bad_ciphertext',
        );
    }
  });

  test('with a copy one reads on until the chain is replaced, and no longer', () => {
    const { own, held: copied } = begin(carol);
    const along = write(own);
    assert.equal(
      codeOf(() => read(copied, along.content)),
      'ok',
    );
    assert.equal(
      codeOf(() => write(along.chain, [bob])),
      'exhausted',
    ); // carol has left
    const replaced = handOut(newChain(alice.device, place.room_id, 1), keyOf(bob));
    const held = takeChain(replaced.content, alice.manifest.manifest, [copied.id]);
    const { content } = write(replaced.chain, [bob]);
    assert.equal(
      codeOf(() => read(held, content)),
      'ok',
    );
    assert.equal(
      codeOf(() => read(copied, content)),
      'unknown_key',
    );
    const guessed = { ...copied, id: held.id, certificate: held.certificate }; // all but the chain key is public
    assert.equal(
      codeOf(() => read(guessed, content)),
      'bad_ciphertext',
    );
  });
});
