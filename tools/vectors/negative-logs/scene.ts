import type { JsonObject } from '../../../src/core/canonical-json.ts';
import type { SequencedEvent } from '../../../src/core/event.ts';
import {
  documentHash,
  type KeyDocument,
  newDocument,
  type SignedKeyDocument,
  signDocument,
} from '../../../src/core/key-document.ts';
import { keyOf } from '../fixed.ts';
import { type Draft, LogWriter } from '../log-writer.ts';

export const [alice, bob, dora] = ['@alice:example.org', '@bob:example.org', '@dora:example.org'] as const;
/** A member, a banned user and a stranger, on the other node. */
export const [rita, mallory, nina] = [
  '@rita:remote.example',
  '@mallory:remote.example',
  '@nina:remote.example',
] as const;

/** On the host, which he has left. */
export const olaf = '@olaf:example.org';

/** Invited, on a node that the room has no keys of. */
export const zoe = '@zoe:third.example';

/** Each node has had two keys: it revoked the first in the log. */
export const [hostOld, hostKey, remoteOld, remoteKey] = [keyOf(1), keyOf(2), keyOf(11), keyOf(12)] as const;
const hostFirst = newDocument('example.org', [hostOld]);
const remoteFirst = newDocument('remote.example', [remoteOld]);
export const hostSecond = replaced(hostFirst, hostOld, hostKey);
export const remoteSecond = replaced(remoteFirst, remoteOld, remoteKey);

export const levels: JsonObject = {
  users: { [alice]: 100, [bob]: 50, [dora]: 50 },
  events: { 'eccp.room.power_levels': 50 },
};

export interface Scene {
  /** At the end of the log, where alice has the last word. */
  writer: LogWriter;
  /** The last entry, a message. */
  last: SequencedEvent;
  /** The entry that named the room first; another has replaced it. */
  firstName: SequencedEvent;
}

/** A private room on example.org: bob and dora are moderators, olaf has left, rita of remote.example is a member, mallory is banned, zoe invited. */
export function writeLog(): Scene {
  const writer = new LogWriter(hostOld);
  writer.add(state(alice, 'create', { room_version: '1', node_keys: [hostFirst] }));
  writer.add(member(alice, alice, 'join'));
  writer.add(state(alice, 'power_levels', levels));
  writer.add(state(alice, 'visibility', { visibility: 'private' }));
  writer.add(state(alice, 'history_visibility', { history_visibility: 'joined' }));
  const firstName = writer.add(state(alice, 'name', { name: 'Before' }));
  for (const user of [bob, dora]) {
    writer.add(member(alice, user, 'invite'));
    writer.add(member(user, user, 'join'));
  }
  writer.add(member(alice, olaf, 'invite'));
  writer.add(member(olaf, olaf, 'join'));
  writer.add(member(olaf, olaf, 'leave'));
  writer.add(member(alice, rita, 'invite'));
  writer.add({ ...member(rita, rita, 'join', [remoteFirst]), key: remoteOld });
  writer.add(member(alice, mallory, 'ban'));
  writer.add(member(alice, zoe, 'invite'));
  writer.add({ ...say(rita, 'hello'), key: remoteOld });
  writer.add(state(alice, 'name', { name: 'After' }));
  writer.add(member(rita, rita, 'join', [remoteSecond]));
  writer.hostKey = hostKey;
  writer.add(member(alice, alice, 'join', [hostSecond]));
  return { writer, last: writer.add(say(alice, 'the last word')), firstName };
}

/** The next document of a node, with some members changed, signed by its keys and those of the one before. */
export function documentAfter(before: SignedKeyDocument, changes: Partial<KeyDocument>): KeyDocument {
  const { document } = before;
  return { ...document, version: document.version + 1, prev_hash: documentHash(document), ...changes };
}

function replaced(before: SignedKeyDocument, old: typeof hostOld, next: typeof hostOld): SignedKeyDocument {
  const document = documentAfter(before, { keys: [next.publicKey], revoked: [old.keyId] });
  return signDocument(document, [next, old]);
}

/** A state event with an empty state key, of one of the types that start with `eccp.room.`. */
export function state(sender: string, type: string, content: JsonObject): Draft {
  return { ...by(sender), type: `eccp.room.${type}`, stateKey: '', content };
}

/** @param documents the key documents that it carries, if any. */
export function member(sender: string, target: string, membership: string, documents?: SignedKeyDocument[]): Draft {
  const content = { membership, ...(documents && { node_keys: documents }) };
  return { ...by(sender), type: 'eccp.room.member', stateKey: target, content };
}

export function say(sender: string, body: string): Draft {
  return { ...by(sender), type: 'eccp.room.message', content: { body } };
}

/** A sender, with the key of its node at the end of the log. */
export function by(sender: string): Pick<Draft, 'sender' | 'key'> {
  return sender.endsWith(':remote.example') ? { sender, key: remoteKey } : { sender };
}
