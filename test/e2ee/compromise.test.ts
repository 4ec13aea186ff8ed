// Somebody has copied the state of a device: what they can read, and from when on no more.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Session } from '../../src/e2ee/ratchet.ts';
import { codeOf, hear, pair, say } from './people.ts';

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
