import { canonicalize, type Json, type JsonObject } from '../../src/core/canonical-json.ts';
import type { SequencedEvent } from '../../src/core/event.ts';
import type { SignedKeyDocument } from '../../src/core/key-document.ts';
import { type HashDomain, hash } from '../../src/core/signing.ts';
import { keyOf, nonceOf } from './fixed.ts';
import { roomLog } from './room-log.ts';

/** Every hash of the protocol, one domain after the other (spec/03-identifiers.md section 3.8, spec/07-log.md section 7.1). */
export function hashes(): JsonObject {
  const log = roomLog().entries as { sequenced: SequencedEvent; canonical_state: string }[];
  const [first, , , , , message] = log.map((entry) => entry.sequenced);
  const chain = first?.content?.node_keys as SignedKeyDocument[] | undefined;
  const document = chain?.[0]?.document;
  const root = log[0]?.canonical_state;
  if (first === undefined || message === undefined || document === undefined || root === undefined)
    throw new Error('room-log.json has no such entries');
  const node = first.event.sender.slice(first.event.sender.indexOf(':') + 1);
  const byBytes = (name: string, publicKey: Uint8Array) => {
    const value = hash('eccp.key.v1', publicKey);
    const bytes = Buffer.from(publicKey).toString('hex');
    return { name, rule: 'ID-070', domain: 'eccp.key.v1', bytes, hash: value, id: `ed25519:${value}` };
  };
  return {
    about: 'Every hash that names or chains something, over the canonical form of a value or over bytes.',
    vectors: [
      of('LOG-003', 'a create event, whose hash is also in the room’s id', 'eccp.event.v1', first.event, '$'),
      of('LOG-004', 'the id of the room that it founds', 'eccp.event.v1', first.event, '!', `:${node}`),
      of('LOG-003', 'a message event', 'eccp.event.v1', message.event, '$'),
      of('JSON-022', 'an event with its members in another order', 'eccp.event.v1', backwards(message.event), '$'),
      of('LOG-008', 'the first entry, without an entry before it', 'eccp.entry.v1', first.entry),
      of('LOG-008', 'a later entry', 'eccp.entry.v1', message.entry),
      of('LOG-005', 'a content outside ASCII, with its nonce', 'eccp.content.v1', {
        content: { body: 'Grüße\n"\u2028"' },
        nonce: nonceOf(6),
      }),
      of('LOG-005', 'an empty content', 'eccp.content.v1', { content: {}, nonce: nonceOf(0) }),
      of('LOG-005', 'the same content with another nonce', 'eccp.content.v1', { content: {}, nonce: nonceOf(255) }),
      of('LOG-042', 'a state', 'eccp.state.v1', JSON.parse(root) as Json),
      of('LOG-042', 'a state of nothing', 'eccp.state.v1', []),
      of('ID-082', 'a key document', 'eccp.key-document.v1', document),
      byBytes('the key of the seed 01 01 … 01', Buffer.from(keyOf(1).publicKey, 'base64url')),
      byBytes('32 zero bytes, which are no key but have an id', Buffer.alloc(32)),
    ],
  };
}

/** @param before,after what stands around the hash in an id; a hash without them is used as it is. */
function of(rule: string, name: string, domain: HashDomain, value: Json, before = '', after = ''): JsonObject {
  const canonical = canonicalize(value);
  const hashed = hash(domain, canonical);
  const id = `${before}${hashed}${after}`;
  return { name, rule, domain, value, canonical, hash: hashed, ...(id === hashed ? {} : { id }) };
}

function backwards(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).reverse());
}
