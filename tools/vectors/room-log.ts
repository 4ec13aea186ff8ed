import { canonicalize, type JsonObject } from '../../src/core/canonical-json.ts';
import { toBase64url } from '../../src/core/encoding.ts';
import { entryHash } from '../../src/core/event.ts';
import { newDocument } from '../../src/core/key-document.ts';
import { keyFrom } from './fixed.ts';
import { type Draft, LogWriter } from './log-writer.ts';

const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
const alice = '@alice:example.org';

/** The log that spec/07-log.md section 7.11 quotes from. */
export function roomLog(): JsonObject {
  const key = keyFrom(seed);
  const writer = new LogWriter(key);
  const state = (type: string, content: JsonObject, stateKey = ''): Draft => ({
    sender: alice,
    type: `eccp.room.${type}`,
    stateKey,
    content,
  });
  const drafts: Draft[] = [
    state('create', { room_version: '1', node_keys: [newDocument('example.org', [key])] }),
    state('member', { membership: 'join' }, alice),
    state('power_levels', { users: { [alice]: 100 } }),
    state('visibility', { visibility: 'private' }),
    state('history_visibility', { history_visibility: 'joined' }),
    { sender: alice, type: 'eccp.room.message', content: { body: 'Grüße' } },
  ];
  const entries = drafts.map((draft) => {
    const sequenced = writer.add(draft);
    return {
      sequenced,
      canonical_content: canonicalize({ content: sequenced.content ?? {}, nonce: sequenced.nonce ?? '' }),
      canonical_event: canonicalize(sequenced.event),
      canonical_state: writer.canonicalState(),
      canonical_entry: canonicalize(sequenced.entry),
      entry_hash: entryHash(sequenced.entry),
    };
  });
  return {
    description:
      'The first entries of a room, with everything that is hashed on the way. All signatures are by one key, made from the seed.',
    seed: toBase64url(seed),
    public_key: key.publicKey,
    key_id: key.keyId,
    room_id: writer.roomId,
    entries,
  };
}
