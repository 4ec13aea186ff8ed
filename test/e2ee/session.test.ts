import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dropPrekeys, newPrekeys, prekeyGrace } from '../../src/e2ee/device.ts';
import { acceptSession, startSession } from '../../src/e2ee/handshake.ts';
import type { Claim } from '../../src/e2ee/manifest.ts';
import type { RatchetContent, Session } from '../../src/e2ee/ratchet.ts';
import { flipBit } from './flip.ts';
import { codeOf, hear, pair, person, say } from './people.ts';

describe('a handshake', () => {
  test('has a fresh ephemeral key each time', () => {
    const [alice, bob] = [person('alice'), person('bob')];
    const [one, two] = [0, 1].map(() => startSession(alice.device, bob.claim, bob.expected));
    assert.notEqual(one?.handshake?.ephemeral, two?.handshake?.ephemeral);
    assert.notEqual(one?.session, two?.session);
  });

  test('uses prekeys for 30 days after they were replaced', () => {
    const { device } = person('bob', 'fallback');
    const old = device.prekeys;
    let next = newPrekeys(device, 'signed', 1, 1000).device;
    next = newPrekeys(next, 'fallback', 1, 1000).device;
    next = newPrekeys(next, 'one_time', 5, 1000).device;
    assert.equal(next.prekeys.length, 9);
    const kept = dropPrekeys(next, 1000 + prekeyGrace - 1).prekeys.map(({ id }) => id);
    for (const { id } of old) assert.ok(kept.includes(id));
    const left = dropPrekeys(next, 1000 + prekeyGrace).prekeys;
    assert.deepEqual(left.map(({ kind }) => kind).sort(), ['fallback', ...Array(5).fill('one_time'), 'signed']);
    for (const { id } of old) assert.ok(!left.some((prekey) => prekey.id === id));
  });
});

describe('what begins a session', () => {
  test('is not taken with a bit flipped, in the first message or in what a node gives', () => {
    const [alice, bob] = [person('alice'), person('bob')];
    const { content } = say(startSession(alice.device, bob.claim, bob.expected), 'hello');
    const before = JSON.stringify(bob.device);
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        const altered = flipBit(content, bit) as RatchetContent | undefined;
        const accept = () => acceptSession(bob.device, alice.manifest.manifest, altered as RatchetContent);
        if (altered !== undefined) assert.notEqual(codeOf(accept), 'ok');
      }),
      { numRuns: 200 },
    );
    for (const part of ['manifest', 'signed_prekey', 'prekey'] as const) {
      fc.assert(
        fc.property(fc.nat(), (bit) => {
          const altered = flipBit(bob.claim[part], bit);
          const start = () => startSession(alice.device, { ...bob.claim, [part]: altered } as Claim, bob.expected);
          if (altered !== undefined) assert.notEqual(codeOf(start), 'ok');
        }),
        { numRuns: 100 },
      );
    }
    assert.equal(JSON.stringify(bob.device), before);
    const { device } = acceptSession(bob.device, alice.manifest.manifest, content);
    assert.ok(!device.prekeys.some(({ kind }) => kind === 'one_time'));
  });
});

type Act = { do: 'send' | 'deliver' | 'lose' | 'repeat'; by: 'alice' | 'bob'; which: number };
const acts = fc.array(
  fc.record({
    do: fc.constantFrom('send', 'send', 'deliver', 'deliver', 'lose', 'repeat'),
    by: fc.constantFrom('alice', 'bob'),
    which: fc.nat(),
  }) as fc.Arbitrary<Act>,
  { maxLength: 60 },
);

describe('a session', () => {
  test('decrypts to what was sent, once, in any interleaving of sends, losses, deliveries and repeats', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const state: { [name in 'alice' | 'bob']: Session } = pair();
        /** On the way to the named one, and what arrived there. */
        const onTheWay = { alice: [] as Sent[], bob: [] as Sent[] };
        const arrived = { alice: [] as Sent[], bob: [] as Sent[] };
        let sent = 0;
        for (const { do: what, by, which } of list) {
          const queue = onTheWay[by];
          const at = which % Math.max(queue.length, 1);
          if (what === 'send') {
            const body = `message ${sent++}`;
            const { session, content } = say(state[by], body);
            state[by] = session;
            onTheWay[by === 'alice' ? 'bob' : 'alice'].push({ body, content });
          } else if (what === 'repeat') {
            const again = arrived[by][which % Math.max(arrived[by].length, 1)];
            const before = JSON.stringify(state[by]);
            if (again)
              assert.match(
                codeOf(() => hear(state[by], again.content)),
                /^(replayed|bad_ciphertext)$/,
              );
            assert.equal(JSON.stringify(state[by]), before);
          } else {
            const [message] = queue.splice(at, 1);
            if (what === 'lose' || message === undefined) continue;
            const heard = hear(state[by], message.content);
            assert.equal(heard.body, message.body);
            state[by] = JSON.parse(JSON.stringify(heard.session));
            arrived[by].push(message);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('takes no message in which a bit was flipped, and throws nothing but refusals', () => {
    const { alice, bob } = pair();
    const { content } = say(alice, 'The pump is running again.');
    const before = JSON.stringify(bob);
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        const altered = flipBit(content, bit);
        if (altered !== undefined)
          assert.notEqual(
            codeOf(() => hear(bob, altered as RatchetContent)),
            'ok',
          );
      }),
      { numRuns: 400 },
    );
    assert.equal(JSON.stringify(bob), before);
    assert.equal(hear(bob, content).body, 'The pump is running again.');
  });

  test('refuses whatever else comes in place of a message', () => {
    const { bob } = pair();
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        assert.equal(
          codeOf(() => hear(bob, value as RatchetContent)),
          'malformed',
        );
      }),
    );
  });
});

interface Sent {
  body: string;
  content: RatchetContent;
}
