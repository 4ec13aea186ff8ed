// A host that shows different logs to different nodes, and the evidence that convicts it (section 17.6).
import { canonical } from '../wire/canonical.ts';
import { isObject, type Json, type JsonObject, lookUp } from '../wire/json.ts';
import { keyIn } from '../wire/key-document.ts';
import { signJson, verifyJson } from '../wire/signature.ts';
import type { Entry, SequencedEvent, SignedKeyDocument } from '../wire/types.ts';
import { originEvent, sequenced } from './events.ts';
import type { FakePeer } from './fake-peer.ts';
import { nodeOf, PeerRoom } from './room.ts';

/** The room as it was before the entry with this `seq`: what is appended to it makes another branch. */
export function branchAt(room: PeerRoom, seq: number): PeerRoom {
  const branch = new PeerRoom(room.id);
  for (const item of room.log.slice(0, seq)) branch.append(item);
  return branch;
}

/** Another entry in the place of the newest, which the host signs as well. */
export function contradicting(host: FakePeer, room: PeerRoom): SequencedEvent {
  const branch = branchAt(room, room.head.seq);
  const sender = room.log[0]?.event.sender ?? '';
  const draft = { type: 'eccp.room.message', sender, content: { body: 'to others only' } };
  return sequenced(host.identity, branch, originEvent(host.identity, branch, draft));
}

/** Evidence of two entries under the newest key document of the host. */
export function evidenceOf(
  host: FakePeer,
  room: PeerRoom,
  items: readonly [SequencedEvent, SequencedEvent],
): JsonObject {
  const heads = items.map(({ entry, entry_signature }): JsonObject => ({ entry, entry_signature }));
  return { room_id: room.id, node: host.name, heads, documents: [host.identity.newest] };
}

/** Evidence that proves nothing, by the words in which scenarios ask for it. */
export const FALSE_EVIDENCE: Readonly<Record<string, (host: FakePeer, room: PeerRoom, other: FakePeer) => JsonObject>> =
  {
    'the same entry twice': (host, room) => {
      const item = newest(room);
      return evidenceOf(host, room, [item, item]);
    },
    'entries of different places': (host, room) =>
      evidenceOf(host, room, [newest(room), newest(branchAt(room, room.head.seq))]),
    'a signature that does not verify': (host, room) =>
      evidenceOf(host, room, [newest(room), { ...contradicting(host, room), entry_signature: 'A'.repeat(86) }]),
    'an entry of another room': (host, room) => {
      const item = contradicting(host, room);
      const entry = { ...item.entry, room_id: `!${'A'.repeat(43)}:${host.name}` };
      const entry_signature = signJson(host.identity.key.seed, 'eccp.entry-sig.v1', entry);
      return evidenceOf(host, room, [newest(room), { ...item, entry, entry_signature }]);
    },
    'an entry of another epoch': (host, room) => {
      const item = contradicting(host, room);
      const entry = { ...item.entry, epoch: 1 };
      const entry_signature = signJson(host.identity.key.seed, 'eccp.entry-sig.v1', entry);
      return evidenceOf(host, room, [newest(room), { ...item, entry, entry_signature }]);
    },
    'the document of another node': (host, room, other) => {
      const item = contradicting(host, room);
      const entry = { ...item.entry, host_key: other.identity.key.id };
      const entry_signature = signJson(other.identity.key.seed, 'eccp.entry-sig.v1', entry);
      return {
        ...evidenceOf(host, room, [newest(room), { ...item, entry, entry_signature }]),
        documents: [other.identity.newest],
      };
    },
  };

/** What is wrong with evidence that the node under test passed on. */
export function evidenceProblems(evidence: Json | undefined): string[] {
  const heads = lookUp(evidence, 'heads');
  const documents = lookUp(evidence, 'documents');
  if (!isObject(evidence) || !Array.isArray(heads) || !Array.isArray(documents)) return ['it is none'];
  const [signed] = documents as unknown as SignedKeyDocument[];
  const entries = heads.map((head) => lookUp(head, 'entry') as unknown as Entry);
  const [one, two] = entries;
  if (!signed || !one || !two) return ['it lacks an entry or the document'];
  const { document } = signed;
  const node = nodeOf(String(evidence.room_id));
  const holds = (head: Json, entry: Entry) => {
    const key = keyIn(document, entry.host_key);
    return key !== undefined && verifyJson(key, 'eccp.entry-sig.v1', entry, String(lookUp(head, 'entry_signature')));
  };
  return [
    ...(evidence.node === node && document.node === node ? [] : [`it is not about ${node}`]),
    ...(one.room_id === evidence.room_id && two.room_id === evidence.room_id ? [] : ['an entry is of another room']),
    ...(one.seq === two.seq && one.epoch === two.epoch ? [] : ['the entries have different places']),
    ...(canonical(one) === canonical(two) ? ['the entries are the same'] : []),
    ...heads.flatMap((head, index) => (holds(head, entries[index] ?? one) ? [] : [`signature ${index} does not hold`])),
  ];
}

function newest(room: PeerRoom): SequencedEvent {
  const item = room.log.at(-1);
  if (!item) throw new Error('the room has no entry');
  return item;
}
