import { hashJson } from './hash.ts';
import type { Json } from './json.ts';
import { carriedProblems, keyIn } from './key-document.ts';
import { formProblems, isSelfMembership, nonceProblems, redactionProblems } from './log-form.ts';
import { verifyJson } from './signature.ts';
import type { Event, KeyDocument, SequencedEvent, SignedKeyDocument } from './types.ts';

/** What a replay checks about every entry. */
export const LOG_CHECKS = [
  'form',
  'nonce',
  'redaction',
  'event_id',
  'content_hash',
  'chain',
  'keys',
  'signature',
  'anchor',
  'replaces',
  'state_root',
  'host_ts',
] as const;

/** One thing that is wrong with a log. */
export interface LogProblem {
  /** The entry's place in the log. */
  seq: number;
  /** Which of the checks found it. */
  check: (typeof LOG_CHECKS)[number];
  message: string;
}

/** A room's log replayed from its first entry, and everything that is wrong with it. */
export interface Replay {
  problems: LogProblem[];
  /** `type` and `state_key` joined by a space, to the event id in force at the end. */
  state: Map<string, string>;
  /** The hash of the last entry. */
  head: string | null;
}

/** The hash that names an event: `$` before it is the event id, `!` before it and `:node` after it the room id. */
export function eventHash(event: Event): string {
  return hashJson('eccp.event.v1', event);
}

/** The hash of the content with its nonce. */
export function contentHash(content: Json, nonce: string): string {
  return hashJson('eccp.content.v1', { content, nonce });
}

/** The state root of a set of state events. */
export function stateRoot(state: ReadonlyMap<string, string>): string {
  const rows = [...state].map(([key, id]) => [...splitKey(key), id]);
  return hashJson(
    'eccp.state.v1',
    rows.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1])),
  );
}

/**
 * Replays a whole log as anybody can who holds it: the form, the nonces, the redactions, the hashes, the chain, signatures under the
 * key documents that the log itself carries, anchors, what each state event replaces, and the state root after each entry. The rules of chapter 9 are not checked here.
 * @param log every entry from seq 0 on, in order.
 */
export function replayLog(log: SequencedEvent[]): Replay {
  const problems: LogProblem[] = [];
  const state = new Map<string, string>();
  const documents = new Map<string, KeyDocument>();
  const memberships = new Map<string, Json | undefined>();
  const hashes: string[] = [];
  const nonces = new Set<string>();
  const first = log[0];
  let host = first ? nodeOf(first.event.sender) : '';
  let epoch = 0;
  const roomId = first ? `!${eventHash(first.event)}:${host}` : '';
  let clock = 0;
  for (const [seq, item] of log.entries()) {
    const { event, entry } = item;
    const say = (check: LogProblem['check'], message: string) => problems.push({ seq, check, message });
    const same = (check: LogProblem['check'], what: string, actual?: Json, expected?: Json) => {
      if (actual !== expected)
        say(check, `${what} is ${JSON.stringify(actual)}, recomputed ${JSON.stringify(expected)}`);
    };
    for (const message of formProblems(item, seq)) say('form', message);
    for (const message of nonceProblems(item, nonces)) say('nonce', message);
    for (const message of redactionProblems(item, log)) say('redaction', message);
    same('event_id', 'event_id', item.event_id, `$${eventHash(event)}`);
    same('event_id', 'entry.event_id', entry.event_id, item.event_id);
    if (item.content && item.nonce)
      same('content_hash', 'content_hash', event.content_hash, contentHash(item.content, item.nonce));
    same('chain', 'entry.room_id', entry.room_id, roomId);
    same('chain', 'event.room_id', event.room_id, seq === 0 ? undefined : roomId);
    same('chain', 'entry.seq', entry.seq, seq);
    same('chain', 'entry.prev', entry.prev, hashes[seq - 1] ?? null);
    same('chain', 'entry.epoch', entry.epoch, epoch);
    if (entry.host_ts < clock) say('host_ts', `host_ts ${entry.host_ts} is before the previous entry's ${clock}`);
    clock = entry.host_ts;

    const node = nodeOf(event.sender);
    const carried = carriedKeys(item);
    for (const message of carriedProblems(carried, node, documents.get(node))) say('keys', message);
    const newest = carried.at(-1)?.document;
    if (newest) documents.set(node, newest);
    checkSignature(say, 'signature', documents.get(node), event.origin_key, 'eccp.event-sig.v1', event, item.signature);
    checkSignature(
      say,
      'entry_signature',
      documents.get(host),
      entry.host_key,
      'eccp.entry-sig.v1',
      entry,
      item.entry_signature,
    );

    checkAnchor(say, event, seq, hashes);
    if (event.state_key !== undefined) {
      const key = `${event.type} ${event.state_key}`;
      if (event.replaces === undefined) say('replaces', 'the state event has no replaces');
      else if (!kickOrBan(item, memberships)) same('replaces', 'replaces', event.replaces, state.get(key) ?? null);
      state.set(key, item.event_id);
      if (event.type === 'eccp.room.member') memberships.set(event.state_key, item.content?.membership);
    }
    if (newest) state.set(`eccp.node.keys ${node}`, item.event_id);
    same('state_root', 'state_root', entry.state_root, stateRoot(state));
    hashes.push(hashJson('eccp.entry.v1', entry));
    if (event.type === 'eccp.room.host' && typeof item.content?.node === 'string') {
      host = item.content.node; // its entry was the last one of the host before
      epoch += 1;
    }
  }
  return { problems, state, head: hashes.at(-1) ?? null };
}

type Say = (check: LogProblem['check'], message: string) => void;

function checkSignature(
  say: Say,
  what: string,
  document: KeyDocument | undefined,
  id: string,
  domain: string,
  value: Json,
  signature: string,
): void {
  const key = document && keyIn(document, id);
  if (key === undefined) {
    say('keys', `${what} is made with ${id}, which no key document in force lists`);
    return;
  }
  try {
    if (!verifyJson(key, domain, value, signature)) say('signature', `${what} does not verify under ${id}`);
  } catch (error) {
    say('signature', `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkAnchor(say: Say, event: Event, seq: number, hashes: string[]): void {
  const free = event.type === 'eccp.room.create' || isSelfMembership(event);
  const { anchor } = event;
  if (!anchor) {
    if (!free) say('anchor', 'the event has no anchor');
    return;
  }
  const back = seq - anchor.seq;
  if (free) say('anchor', 'an event of this kind has no anchor');
  else if (back < 1 || back > 1000) say('anchor', `the anchor points ${back} entries back`);
  else if (hashes[anchor.seq] !== anchor.hash) say('anchor', `the anchor's hash is not that of entry ${anchor.seq}`);
}

/** A kick or a ban holds whatever it replaces; lifting a ban is compared like any state. */
function kickOrBan({ event, content }: SequencedEvent, memberships: ReadonlyMap<string, Json | undefined>): boolean {
  if (event.type !== 'eccp.room.member' || event.state_key === undefined || event.state_key === event.sender)
    return false;
  return (
    content?.membership === 'ban' || (content?.membership === 'leave' && memberships.get(event.state_key) !== 'ban')
  );
}

function carriedKeys({ event, content }: SequencedEvent): SignedKeyDocument[] {
  const carrier = event.type === 'eccp.room.create' || isSelfMembership(event);
  const documents = content?.node_keys;
  return carrier && Array.isArray(documents) ? (documents as SignedKeyDocument[]) : [];
}

function nodeOf(userId: string): string {
  return userId.slice(userId.indexOf(':') + 1);
}

function splitKey(key: string): [string, string] {
  const space = key.indexOf(' '); // neither types nor state keys contain one
  return [key.slice(0, space), key.slice(space + 1)];
}

function order(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
