// Mutants of chapter 24: client libraries.
import type { Mutant } from './mutant.ts';

const RATCHET = 'src/e2ee/ratchet.ts';
const SESSIONS = 'src/e2ee/sessions.ts';
const OPEN = 'const payload = readPayload(open(messageKey, info, sealed, bound(adDomain, header)));';

/** Takes what decrypts with other associated data, too. */
function alsoUnder(ad: string): string {
  return `let plaintext: Uint8Array;
  try {
    plaintext = open(messageKey, info, sealed, bound(adDomain, header));
  } catch {
    plaintext = open(messageKey, info, sealed, ${ad});
  }
  const payload = readPayload(plaintext);`;
}

export const mutants: readonly Mutant[] = [
  {
    requirement: 'RAT-001',
    breaks: 'exchanges root and chain key after a chain of two messages',
    file: RATCHET,
    find: 'return { ...session, root, sending: { ...pair, chain, index: 0 } };',
    put: 'return session.previous === 2 ? { ...session, root: chain, sending: { ...pair, chain: root, index: 0 } } : { ...session, root, sending: { ...pair, chain, index: 0 } };',
  },
  {
    requirement: 'RAT-002',
    breaks: 'decrypts the third message in order with the next chain key',
    file: RATCHET,
    find: 'const { messageKey, next } = chainStep(fromBase64url(chain)); return { messageKey,',
    put: 'const { messageKey, next } = chainStep(fromBase64url(chain)); return { messageKey: index === 2 && receiving.index === 2 ? next : messageKey,',
  },
  {
    requirement: 'RAT-010',
    breaks: 'takes messages without associated data',
    file: RATCHET,
    find: OPEN,
    put: alsoUnder('new Uint8Array(0)'),
  },
  {
    requirement: 'RAT-010',
    breaks: 'takes messages with the associated data of rooms',
    file: RATCHET,
    find: OPEN,
    put: alsoUnder("bound('eccp.room-ad.v1', header)"),
  },
  {
    requirement: 'RAT-010',
    breaks: 'takes messages whose index was not bound',
    file: RATCHET,
    find: OPEN,
    put: alsoUnder('bound(adDomain, (({ index: _, ...rest }) => rest)(header))'),
  },
  {
    requirement: 'RAT-010',
    breaks: 'takes messages to which a handshake was added',
    file: RATCHET,
    find: OPEN,
    put: alsoUnder('bound(adDomain, (({ handshake: _, ...rest }) => rest)(header))'),
  },
  {
    requirement: 'RAT-010',
    breaks: 'takes messages with another number of messages before',
    file: RATCHET,
    find: OPEN,
    put: alsoUnder('bound(adDomain, { ...header, previous: header.previous === 0 ? 1 : header.previous - 1 })'),
  },
  {
    requirement: 'RAT-011',
    breaks: 'escapes letters outside ASCII in the plaintext',
    file: RATCHET,
    find: 'return utf8(canonicalText(payload));',
    put: String.raw`return utf8(canonicalText(payload).replaceAll('ü', '\\u00fc'));`,
  },
  {
    requirement: 'RAT-012',
    breaks: 'makes another ratchet pair after a message under a key that it answered already',
    file: RATCHET,
    find: 'const { handshake: _, ...answered } = next;',
    put: 'const { handshake: _, ...answered } = next; if (session.theirs === content.key && !content.handshake) delete answered.sending;',
  },
  {
    requirement: 'RAT-013',
    breaks: 'says of a chain of more than two messages that it had two',
    file: RATCHET,
    find: 'previous: sending.index,',
    put: 'previous: Math.min(sending.index, 2),',
  },
  {
    requirement: 'RAT-020',
    breaks: 'reads the message before the newest, but none before that',
    file: RATCHET,
    find: 'skipped: [...session.skipped, ...before, ...skipped].slice(-maxSkipped),',
    put: 'skipped: [...session.skipped, ...before, ...skipped.slice(-1)].slice(-maxSkipped),',
  },
  {
    requirement: 'RAT-020',
    breaks: 'forgets all other keys that wait when one was used',
    file: RATCHET,
    find: 'const skipped = session.skipped.filter((one) => one !== waiting);',
    put: 'const skipped: Skipped[] = [];',
  },
  {
    requirement: 'RAT-021',
    breaks: 'reads a late message again',
    file: RATCHET,
    find: 'const skipped = session.skipped.filter((one) => one !== waiting);',
    put: 'const { skipped } = session;',
  },
  {
    requirement: 'RAT-021',
    breaks: 'keeps the key of the message that it read last',
    file: RATCHET,
    find: 'skipped: [...session.skipped, ...before, ...skipped].slice(-maxSkipped),',
    put: 'skipped: [...session.skipped, ...before, ...skipped].slice(-maxSkipped), ...{ last: { theirs, index, key: toBase64url(messageKey) } },',
    more: [
      {
        file: RATCHET,
        find: "if (index < receiving.index) throw new E2eeError('replayed'",
        put: `const { last } = session as { last?: { theirs: string; index: number; key: string } };
  if (last?.theirs === theirs && last.index === index) return { messageKey: fromBase64url(last.key), next: session };
  if (index < receiving.index) throw new E2eeError('replayed'`,
      },
    ],
  },
  {
    requirement: 'RAT-021',
    breaks: 'says of a message that it read before that it does not decrypt',
    file: RATCHET,
    find: "throw new E2eeError('replayed', 'the message was read, or its key is gone');",
    put: "throw new E2eeError('bad_ciphertext', 'the message was read, or its key is gone');",
  },
  {
    requirement: 'RAT-022',
    breaks: 'reads a message with 1001 missing before it',
    file: RATCHET,
    find: 'if (index - from.index > most)',
    put: 'if (index - from.index > most + 1)',
  },
  {
    requirement: 'RAT-022',
    breaks: 'reads no message with 1000 missing before it',
    file: RATCHET,
    find: 'if (index - from.index > most)',
    put: 'if (index - from.index >= most && index > from.index)',
  },
  {
    requirement: 'RAT-022',
    breaks: 'counts what is missing in each chain for itself',
    file: RATCHET,
    find: 'if (skipped.length + content.index > maxSkipped)',
    put: 'if (content.index > maxSkipped)',
    more: [
      {
        file: RATCHET,
        find: 'skip(theirs, receiving, index, maxSkipped - before.length)',
        put: 'skip(theirs, receiving, index, maxSkipped)',
      },
    ],
  },
  {
    requirement: 'RAT-022',
    breaks: 'does not count what is missing of the chain before',
    file: RATCHET,
    find: 'skip(session.theirs, receiving, content.previous, maxSkipped)',
    put: 'skip(session.theirs, receiving, content.previous, 100 * maxSkipped)',
    more: [
      {
        file: RATCHET,
        find: 'if (skipped.length + content.index > maxSkipped)',
        put: 'if (content.index > maxSkipped)',
      },
      {
        file: RATCHET,
        find: 'skip(theirs, receiving, index, maxSkipped - before.length)',
        put: 'skip(theirs, receiving, index, maxSkipped)',
      },
    ],
  },
  {
    requirement: 'RAT-022',
    breaks: 'counts the keys that wait already to those that would come',
    file: RATCHET,
    find: 'if (index - from.index > most)',
    put: 'if (index - from.index > most - session.skipped.length)',
    more: [
      { file: RATCHET, find: 'function skip( theirs: string,', put: 'function skip(session: Session, theirs: string,' },
      { file: RATCHET, find: 'skip(theirs, receiving, index,', put: 'skip(session, theirs, receiving, index,' },
      { file: RATCHET, find: 'skip(session.theirs, receiving,', put: 'skip(session, session.theirs, receiving,' },
    ],
  },
  {
    requirement: 'RAT-023',
    breaks: 'keeps every key that waits',
    file: RATCHET,
    find: '...skipped].slice(-maxSkipped)',
    put: '...skipped]',
  },
  {
    requirement: 'RAT-023',
    breaks: 'deletes the newest keys, not the oldest',
    file: RATCHET,
    find: '...skipped].slice(-maxSkipped)',
    put: '...skipped].slice(0, maxSkipped)',
  },
  {
    requirement: 'RAT-023',
    breaks: 'deletes one key too many',
    file: RATCHET,
    find: '...skipped].slice(-maxSkipped)',
    put: '...skipped].slice(1 - maxSkipped)',
  },
  {
    requirement: 'RAT-024',
    breaks: 'knows no key for a message under the key that it began with',
    file: RATCHET,
    find: "throw new E2eeError('bad_ciphertext', 'nothing was sent under this key');",
    put: "throw new E2eeError('unknown_key', 'nothing was sent under this key');",
  },
  {
    requirement: 'RAT-024',
    breaks: 'knows no key for an answer to nothing',
    file: RATCHET,
    find: "throw new E2eeError('bad_ciphertext', 'nothing was sent that this could answer');",
    put: "throw new E2eeError('unknown_key', 'nothing was sent that this could answer');",
  },
  {
    requirement: 'RAT-026',
    breaks: 'takes a plaintext whose members are out of order',
    file: RATCHET,
    find: "requireThat(toBase64url(utf8(canonicalText(payload))) === toBase64url(plaintext), 'the form of the payload');",
    put: '',
  },
  {
    requirement: 'RAT-026',
    breaks: 'takes a plaintext with a key twice',
    file: RATCHET,
    find: 'const payload = parseText(plaintext);',
    put: "const payload = JSON.parse(Buffer.from(plaintext).toString().replace(/^[^{]/, 'null'));",
    more: [
      {
        file: RATCHET,
        find: "requireThat(toBase64url(utf8(canonicalText(payload))) === toBase64url(plaintext), 'the form of the payload');",
        put: "requireThat(JSON.stringify(payload).length < plaintext.length || canonicalText(payload) === Buffer.from(plaintext).toString(), 'the form of the payload');",
      },
    ],
  },
  {
    requirement: 'RAT-026',
    breaks: 'takes a plaintext with a member too many',
    file: RATCHET,
    find: "const payload = parseText(plaintext); checkPayload(payload, 'payload');",
    put: `const payload = parseText(plaintext);
  anyObject(payload, 'payload');
  const { type, content } = payload as Payload;
  checkPayload({ type, content }, 'payload');`,
  },
  {
    requirement: 'RAT-026',
    breaks: 'takes a content that is no object',
    file: RATCHET,
    find: "const payload = parseText(plaintext); checkPayload(payload, 'payload');",
    put: `const payload = parseText(plaintext);
  anyObject(payload, 'payload');
  checkPayload({ ...(payload as Payload), content: {} }, 'payload');`,
  },
  {
    requirement: 'RAT-026',
    breaks: 'takes a type of one segment',
    file: RATCHET,
    find: "const payload = parseText(plaintext); checkPayload(payload, 'payload');",
    put: `const payload = parseText(plaintext);
  if (typeof (payload as Payload)?.type === 'string' && !(payload as Payload).type.includes('.')) return payload as Payload;
  checkPayload(payload, 'payload');`,
  },
  {
    requirement: 'RAT-026',
    breaks: 'says of a plaintext that is no JSON that the message does not decrypt',
    file: RATCHET,
    find: 'const payload = parseText(plaintext);',
    put: `const payload = (() => {
    try {
      return parseText(plaintext);
    } catch {
      throw new E2eeError('bad_ciphertext', 'no JSON');
    }
  })();`,
  },
  {
    requirement: 'RAT-030',
    breaks: 'encrypts with the newest session, whether it was heard of or not',
    file: SESSIONS,
    find: 'return ofDevice.find(({ handshake }) => handshake === undefined) ?? ofDevice[0];',
    put: 'return ofDevice[0];',
  },
  {
    requirement: 'RAT-030',
    breaks: 'encrypts with the oldest session while there is no answer',
    file: SESSIONS,
    find: '?? ofDevice[0];',
    put: '?? ofDevice.at(-1);',
  },
  {
    requirement: 'RAT-030',
    breaks: 'stays with the session in which it was answered first',
    file: SESSIONS,
    find: 'return ofDevice.find((',
    put: 'return ofDevice.findLast((',
  },
  {
    requirement: 'RAT-031',
    breaks: 'keeps 5 sessions with a device',
    file: SESSIONS,
    find: 'export const keptSessions = 4;',
    put: 'export const keptSessions = 5;',
  },
  {
    requirement: 'RAT-031',
    breaks: 'keeps 3 sessions with a device',
    file: SESSIONS,
    find: 'export const keptSessions = 4;',
    put: 'export const keptSessions = 3;',
  },
  {
    requirement: 'RAT-031',
    breaks: 'deletes the session that began first, whatever was decrypted in it',
    file: SESSIONS,
    find: 'return { device, sessions: addSession(sessions, session), payload };',
    put: `const isHeld = sessions.some((one) => one.session === session.session);
  const kept = isHeld ? sessions.map((one) => (one.session === session.session ? session : one)) : addSession(sessions, session);
  return { device, sessions: kept, payload };`,
  },
];
