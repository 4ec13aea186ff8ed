import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chainLength, type EncryptedContent } from '../../src/e2ee/room-chain.ts';
import { decryptInRoom, type HeldChain, takeChain } from '../../src/e2ee/room-receiver.ts';
import { encryptForRoom, handOut, newChain, type OwnChain } from '../../src/e2ee/room-sender.ts';
import { flipBit } from './flip.ts';
import { codeOf, person } from './people.ts';

const room = '!room:example.org';
const place = { room_id: room, sender: '@alice:example.org' };
const alice = person('alice');
const readers = ['bob', 'carol', 'dora'].map((name) => person(name).manifest.manifest.ed25519);

function begin(): { own: OwnChain; held: HeldChain[] } {
  let own = newChain(alice.device, room, 0);
  const held = readers.map((reader) => {
    const handed = handOut(own, reader);
    own = handed.chain;
    return takeChain(handed.content, alice.manifest.manifest, []);
  });
  return { own, held };
}

function write(own: OwnChain, body: string) {
  return encryptForRoom(own, { type: 'eccp.room.message', content: { body } }, 1, readers);
}

function read(chain: HeldChain, content: EncryptedContent): { chain: HeldChain; body: unknown } {
  const { chain: next, payload } = decryptInRoom(chain, place, content);
  return { chain: next, body: payload.content.body };
}

describe('a room', () => {
  test('makes fresh chains', () => {
    const [one, two] = [newChain(alice.device, room, 0), newChain(alice.device, room, 0)];
    assert.notEqual(one.chain, two.chain);
    assert.notEqual(one.secret, two.secret);
    assert.notEqual(one.certificate.key, two.certificate.key);
  });

  test('is read as it was written, once, whatever gets lost, late or out of order', () => {
    const counts = fc.integer({ min: 1, max: chainLength });
    const orders = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(counts, orders, fc.nat({ max: 99 }), (count, random, lost) => {
        let { own, held } = begin();
        const written = Array.from({ length: count }, (_, i) => {
          const { chain, content } = write(own, `message ${i}`);
          own = chain;
          return content;
        });
        held = held.map((chain) => {
          let state = chain;
          const left = [...written];
          while (left.length > 0) {
            const [content] = left.splice((random.next().value ?? 0) % left.length, 1);
            if (content === undefined || (random.next().value ?? 0) % 100 < lost) continue;
            const heard = read(state, content);
            assert.equal(heard.body, `message ${content.index}`);
            state = JSON.parse(JSON.stringify(heard.chain));
            assert.equal(
              codeOf(() => read(state, content)),
              'replayed',
            );
          }
          return state;
        });
      }),
      { numRuns: 4 },
    );
  });

  test('takes no message in which a bit was flipped, and throws nothing but refusals', () => {
    const { own, held } = begin();
    const { content } = write(own, 'The pump is running again.');
    const [chain] = held;
    assert.ok(chain);
    const before = JSON.stringify(chain);
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        const altered = flipBit(content, bit);
        if (altered !== undefined)
          assert.notEqual(
            codeOf(() => read(chain, altered as EncryptedContent)),
            'ok',
          );
      }),
      { numRuns: 300 },
    );
    assert.equal(JSON.stringify(chain), before);
    assert.equal(read(chain, content).body, 'The pump is running again.');
  });

  test('takes no handed out chain in which a bit of the certificate or its signature was flipped', () => {
    const { content } = handOut(newChain(alice.device, room, 0), readers[0] ?? '');
    const { chain_key, index, ...signed } = content;
    fc.assert(
      fc.property(fc.nat(), (bit) => {
        const altered = flipBit(signed, bit);
        if (altered === undefined) return;
        const bad = { ...(altered as typeof signed), chain_key, index };
        assert.notEqual(
          codeOf(() => takeChain(bad, alice.manifest.manifest, [])),
          'ok',
        );
      }),
      { numRuns: 200 },
    );
  });
});
