// Which of several sessions a device uses, and what two devices hear of each other whatever happens on the way.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RatchetContent } from '../../src/e2ee/ratchet.ts';
import { encryptTo, keptSessions, sessionWith } from '../../src/e2ee/sessions.ts';
import { codeOf } from './people.ts';
import { Talker } from './talker.ts';

describe('the sessions of a device', () => {
  test('are kept, four with each other device', () => {
    const [alice, bob, carol] = [new Talker('alice'), new Talker('bob'), new Talker('carol')];
    alice.begin(carol);
    for (let i = 0; i < 6; i++) alice.begin(bob);
    assert.equal(alice.sessions.length, keptSessions + 1);
    assert.equal(alice.sessions.filter(({ peer }) => peer.ed25519 === carol.key).length, 1);
    assert.equal(sessionWith(alice.sessions, bob.key)?.session, alice.sessions[0]?.session);
    assert.equal(sessionWith([], bob.key), undefined);
    assert.equal(
      codeOf(() => encryptTo([], bob.key, { type: 'org.example.note', content: {} })),
      'unknown_key',
    );
  });

  test('are each with one device: a message of a session that comes from another one is refused', () => {
    const [alice, bob, mallory] = [new Talker('alice'), new Talker('bob'), new Talker('mallory')];
    alice.begin(bob);
    assert.equal(bob.hear(alice, alice.say(bob, 'one')), 'one');
    const content = alice.say(bob, 'two');
    const before = bob.state();
    assert.equal(
      codeOf(() => bob.hear(mallory, content)),
      'mismatch',
    );
    assert.equal(bob.state(), before);
    assert.equal(bob.hear(alice, content), 'two');
  });

  test('become one where two devices began at once, so that each new message heals it', () => {
    const [alice, bob] = [new Talker('alice'), new Talker('bob')];
    alice.begin(bob);
    bob.begin(alice);
    const [a0, b0] = [alice.say(bob, 'a0'), bob.say(alice, 'b0')];
    assert.notEqual(a0.session, b0.session);
    assert.equal(bob.hear(alice, a0), 'a0');
    assert.equal(alice.hear(bob, b0), 'b0');
    const a1 = alice.say(bob, 'a1');
    assert.equal(bob.hear(alice, a1), 'a1');
    const b1 = bob.say(alice, 'b1');
    assert.equal(b1.session, a1.session);
    assert.notEqual(b1.key, b0.key);
    assert.equal(alice.hear(bob, b1), 'b1');
    assert.equal(alice.say(bob, 'a2').session, b1.session);
  });

  type Act = { do: 'send' | 'deliver' | 'lose' | 'repeat' | 'begin'; byFirst: boolean; which: number };
  const acts = fc.array(
    fc.record({
      do: fc.constantFrom('send', 'send', 'send', 'deliver', 'deliver', 'lose', 'repeat', 'begin'),
      byFirst: fc.boolean(),
      which: fc.nat(),
    }) as fc.Arbitrary<Act>,
    { minLength: 30, maxLength: 70 },
  );

  test('give what was said, once, from the first message on, in any interleaving, or a refusal that changes nothing', () => {
    const verdicts = new Map<string, number>();
    fc.assert(
      fc.property(acts, (list) => {
        const [alice, bob] = [new Talker('alice'), new Talker('bob')];
        const onTheWay = new Map([alice, bob].map((to) => [to, [] as { body: string; content: RatchetContent }[]]));
        const arrived = new Map([alice, bob].map((to) => [to, [] as RatchetContent[]]));
        let begun = 0;
        for (const [i, { do: what, byFirst, which }] of list.entries()) {
          const [by, other] = byFirst ? [alice, bob] : [bob, alice];
          const [queue, read] = [onTheWay.get(by) ?? [], arrived.get(by) ?? []];
          if (what === 'begin' || (what === 'send' && by.sessions.length === 0)) {
            by.begin(other);
            begun++;
          }
          if (what === 'send') onTheWay.get(other)?.push({ body: `${i}`, content: by.say(other, `${i}`) });
          if (what === 'repeat' && read.length > 0) {
            const before = by.state();
            const code = codeOf(() => by.hear(other, read[which % read.length] as RatchetContent));
            // Of a session that had to go for newer ones, and that the device itself began, nothing is remembered.
            assert.match(
              code,
              begun > keptSessions ? /^(replayed|bad_ciphertext|unknown_key)$/ : /^(replayed|bad_ciphertext)$/,
            );
            assert.equal(by.state(), before);
          }
          if (what !== 'deliver' && what !== 'lose') continue;
          const [message] = queue.splice(which % Math.max(queue.length, 1), 1);
          if (message === undefined || what === 'lose') continue;
          const before = by.state();
          let heard: unknown;
          const code = codeOf(() => {
            heard = by.hear(other, message.content);
          });
          verdicts.set(code, (verdicts.get(code) ?? 0) + 1);
          if (code === 'ok') {
            assert.equal(heard, message.body);
            read.push(message.content);
            continue;
          }
          // Only what belongs to a session that had to go for newer ones.
          assert.ok(begun > keptSessions, `${code} after ${begun} sessions`);
          assert.match(code, /^(replayed|unknown_key)$/);
          assert.equal(by.state(), before);
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
    assert.ok((verdicts.get('ok') ?? 0) > 100, JSON.stringify([...verdicts]));
  });
});
