import type { SequencedEvent } from '../../../src/core/event.ts';
import type { SigningKey } from '../../../src/core/signing.ts';
import { keyOf } from '../fixed.ts';
import type { Draft } from '../log-writer.ts';
import { flipped, raised } from '../spoilt.ts';
import { alice, hostKey, hostOld, remoteKey, remoteOld, rita, say } from './scene.ts';
import { type Group, vector } from './vector.ts';

/** Keys that may not sign, and signatures that do not verify (LOG-048 to LOG-051). */
export const signatures: Group = ({ writer, last }) => {
  const stranger = keyOf(99);
  const by = (name: string, expected: string, rule: string, draft: Draft) =>
    vector(rule, name, expected, writer.next(draft));
  const host = (name: string, expected: string, rule: string, key: SigningKey) =>
    vector(rule, name, expected, writer.next(say(alice, 'hello'), { hostKey: key }));
  const bad = (name: string, change: (item: SequencedEvent) => unknown) =>
    vector('LOG-051', name, 'ECCP_BAD_SIGNATURE', writer.next(say(rita, 'hello'), { item: (it) => void change(it) }));
  return [
    by('the event under a key of the host’s node, not the sender’s', 'ECCP_SENDER_MISMATCH', 'LOG-048', {
      ...say(rita, 'hello'),
      key: hostKey,
    }),
    by('the event under a key of nobody', 'ECCP_SENDER_MISMATCH', 'LOG-048', { ...say(rita, 'hello'), key: stranger }),
    by('the event under a key that its node revoked', 'ECCP_KEY_REVOKED', 'LOG-049', {
      ...say(rita, 'hello'),
      key: remoteOld,
    }),
    host('the entry under a key that the host revoked', 'ECCP_KEY_REVOKED', 'LOG-049', hostOld),
    host('the entry under a key of the other node', 'ECCP_BAD_SIGNATURE', 'LOG-051', remoteKey),
    host('the entry under a key of nobody', 'ECCP_BAD_SIGNATURE', 'LOG-051', stranger),
    bad('the event’s signature with a bit flipped', (it) => (it.signature = flipped(it.signature))),
    bad('the entry’s signature with a bit flipped', (it) => (it.entry_signature = flipped(it.entry_signature))),
    bad('the signature of another event', (it) => (it.signature = last.signature)),
    bad('the signature of another entry', (it) => (it.entry_signature = last.entry_signature)),
    bad('the event signed in the domain of entries', (it) => {
      it.signature = remoteKey.sign('eccp.entry-sig.v1', it.event);
    }),
    bad('the entry signed in the domain of events', (it) => {
      it.entry_signature = hostKey.sign('eccp.event-sig.v1', it.entry);
    }),
    bad('the event’s signature with S + L', (it) => (it.signature = raised(it.signature))),
    bad('the entry’s signature with S + L', (it) => (it.entry_signature = raised(it.entry_signature))),
  ];
};
