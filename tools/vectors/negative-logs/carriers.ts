import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { newDocument, type SignedKeyDocument, signDocument } from '../../../src/core/key-document.ts';
import type { SigningKey } from '../../../src/core/signing.ts';
import { keyOf, otherHash } from '../fixed.ts';
import { LogWriter } from '../log-writer.ts';
import {
  alice,
  documentAfter,
  hostKey,
  hostOld,
  hostSecond,
  member,
  nina,
  olaf,
  remoteKey,
  remoteOld,
  remoteSecond,
  rita,
  state,
  zoe,
} from './scene.ts';
import { type Group, vector } from './vector.ts';

/** Events that carry key documents (LOG-044 to LOG-047, LOG-052). */
export const carriers: Group = ({ writer }) => {
  const next = keyOf(13);
  const both = [remoteKey.publicKey, next.publicKey];
  const carry = (rule: string, name: string, expected: string, documents: SignedKeyDocument[]) =>
    vector(rule, name, expected, writer.next(member(rita, rita, 'join', documents)));
  const third = (changes: JsonObject, signers: SigningKey[] = [remoteKey, next]) =>
    signDocument(documentAfter(remoteSecond, { keys: both, ...changes }), signers);
  const ofHost = signDocument(documentAfter(hostSecond, { keys: [hostKey.publicKey, next.publicKey] }), [
    hostKey,
    next,
  ]);
  const newcomer = keyOf(21);
  const checkpoint = {
    node: 'third.example',
    version: 3,
    prev_hash: otherHash,
    keys: [newcomer.publicKey],
    revoked: [keyOf(22).keyId],
  };
  const entering = signDocument(checkpoint, [newcomer]);
  const enter = (name: string, expected: string, documents: SignedKeyDocument[]) => {
    const draft = { ...member(zoe, zoe, 'join', documents), key: newcomer };
    return vector('LOG-047', name, expected, writer.next(draft));
  };
  const neutral = 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  const create = (room_version: string) => {
    const content = { room_version, node_keys: [newDocument('example.org', [hostOld])] };
    return new LogWriter(hostOld).next(state(alice, 'create', content));
  };
  return [
    vector('LOG-044', 'a create event', 'ok', create('1')),
    vector('LOG-023', 'a create event of another room version', 'ECCP_UNSUPPORTED_VERSION', create('2')),
    carry('LOG-045', 'the next key document', 'ok', [third({})]),
    carry('LOG-047', 'the key document that is in the state', 'ECCP_KEY_CONTINUITY', [remoteSecond]),
    carry('LOG-047', 'a version is left out', 'ECCP_KEY_CONTINUITY', [third({ version: 4 })]),
    carry('LOG-047', 'a prev_hash of another document', 'ECCP_KEY_CONTINUITY', [
      third({ prev_hash: remoteSecond.document.prev_hash }),
    ]),
    carry('LOG-047', 'a revocation is taken back', 'ECCP_KEY_CONTINUITY', [third({ revoked: [] })]),
    carry('LOG-047', 'a key document of another node', 'ECCP_KEY_CONTINUITY', [third({ node: 'example.org' })]),
    carry('LOG-047', 'no key of the document before signed', 'ECCP_BAD_SIGNATURE', [
      third({ keys: [next.publicKey] }, [next]),
    ]),
    carry('LOG-047', 'a listed key did not sign', 'ECCP_BAD_SIGNATURE', [third({}, [remoteKey])]),
    carry('LOG-047', 'a key that was revoked signed', 'ECCP_BAD_SIGNATURE', [third({}, [remoteKey, next, remoteOld])]),
    carry('LOG-047', 'a key of small order', 'ECCP_BAD_KEY', [third({ keys: [remoteKey.publicKey, neutral] })]),
    enter('a user of a new node brings its newest key document', 'ok', [entering]),
    enter('a user of a new node brings two key documents', 'ECCP_KEY_CONTINUITY', [
      entering,
      signDocument(documentAfter(entering, {}), [newcomer]),
    ]),
    vector(
      'LOG-048',
      'a user of a new node brings no key document',
      'ECCP_SENDER_MISMATCH',
      writer.next({ ...member(zoe, zoe, 'join'), key: newcomer }),
    ),
    carry('LOG-021', 'an empty list of key documents', 'ECCP_BAD_EVENT', []),
    vector(
      'RULE-055',
      'a user of the host who left brings its next key document',
      'ok',
      writer.next(member(olaf, olaf, 'leave', [ofHost])),
    ),
    vector(
      'LOG-052',
      'key documents in an invite',
      'ECCP_BAD_EVENT',
      writer.next(member(rita, nina, 'invite', [third({})])),
    ),
  ];
};
