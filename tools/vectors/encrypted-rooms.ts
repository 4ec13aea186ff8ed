import type { JsonObject } from '../../src/core/canonical-json.ts';
import { toBase64url } from '../../src/core/encoding.ts';
import { newDocument } from '../../src/core/key-document.ts';
import { keyOf, otherHash, startTime } from './fixed.ts';
import { type Draft, LogWriter } from './log-writer.ts';
import { alice, bob, dora, member, say, state } from './negative-logs/scene.ts';
import { vector } from './negative-logs/vector.ts';

const hostKey = keyOf(2);
const [accountKey, deviceKey, strangeKey] = [keyOf(21), keyOf(22), keyOf(23)];
const algorithm = { algorithm: 'eccp.room.v1' };

/** An encrypted room for verified moderators, and entries that may or may not follow in it (spec/29-encrypted-rooms.md). */
export function encryptedRooms(): JsonObject {
  const writer = new LogWriter(hostKey);
  const node_keys = [newDocument('example.org', [hostKey])];
  writer.add(state(alice, 'create', { room_version: '1', node_keys, require_verified: true }));
  writer.add(member(alice, alice, 'join'));
  writer.add(state(alice, 'power_levels', { users: { [alice]: 100 } }));
  writer.add(state(alice, 'visibility', { visibility: 'private' }));
  writer.add(state(alice, 'history_visibility', { history_visibility: 'joined' }));
  writer.add(member(alice, bob, 'invite'));
  writer.add(member(bob, bob, 'join'));
  writer.add(say(bob, 'in the open'));
  const last = writer.add(state(alice, 'encryption', algorithm));
  const one = (rule: string, name: string, expected: string, draft: Draft) =>
    vector(rule, name, expected, writer.next(draft));
  const power = (rule: string, name: string, expected: string, content: JsonObject) =>
    one(rule, name, expected, state(alice, 'power_levels', content));
  const users = (level: number) => ({ users: { [alice]: 100, [bob]: level } });
  const raise = (rule: string, name: string, expected: string, keys: JsonObject) =>
    power(rule, name, expected, { ...users(50), verified: { [bob]: keys } });
  const right = keysOf(bob);
  return {
    about: 'A valid log of an encrypted room in which power takes keys, and entries to apply after it.',
    room_id: writer.roomId,
    log: writer.log,
    vectors: [
      one('ENC-001', 'a readable message', 'ECCP_FORBIDDEN', say(alice, 'hello')),
      one('ENC-001', 'a message of a type of its own', 'ECCP_FORBIDDEN', {
        sender: bob,
        type: 'org.example.poll',
        content: {},
      }),
      one('ENC-001', 'an encrypted message', 'ok', { sender: bob, type: 'eccp.room.encrypted', content: secret() }),
      one('ENC-002', 'that the room is encrypted, once more', 'ECCP_FORBIDDEN', state(alice, 'encryption', algorithm)),
      one(
        'LOG-021',
        'an algorithm that nobody knows',
        'ECCP_BAD_EVENT',
        state(alice, 'encryption', { algorithm: 'x' }),
      ),
      one('ENC-004', 'a name', 'ok', state(alice, 'name', { name: 'Harbour' })),
      one('ENC-004', 'a member leaves', 'ok', member(bob, bob, 'leave')),
      one('ENC-004', 'a redaction', 'ok', {
        sender: alice,
        type: 'eccp.room.redaction',
        content: { redacts: { event_id: last.event_id, sender: alice } },
      }),
      power('ENC-021', 'power 50 without keys', 'ECCP_FORBIDDEN', users(50)),
      power('ENC-021', 'power 50 with keys of another user only', 'ECCP_FORBIDDEN', {
        ...users(50),
        verified: { [dora]: keysOf(dora) },
      }),
      power('ENC-024', 'power 49 without keys', 'ok', users(49)),
      power('ENC-022', 'power 50 for everybody', 'ECCP_FORBIDDEN', { ...users(0), users_default: 50 }),
      raise('ENC-021', 'power 50 with keys', 'ok', right),
      raise('ENC-023', 'keys that are those of another user', 'ECCP_BAD_EVENT', keysOf(dora)),
      raise('ENC-023', 'a manifest without a cross-signature', 'ECCP_BAD_EVENT', {
        ...right,
        manifest: { manifest: right.manifest.manifest, signature: right.manifest.signature },
      }),
      raise('ENC-023', 'a member of the keys that nobody knows', 'ECCP_BAD_EVENT', { ...right, more: 1 }),
      raise(
        'ENC-023',
        'an account key of small order',
        'ECCP_BAD_KEY',
        keysOf(bob, { ed25519: `AQ${'A'.repeat(41)}` }),
      ),
      raise(
        'ENC-023',
        'an account key of version 2 without the one before',
        'ECCP_KEY_CONTINUITY',
        keysOf(bob, { version: 2 }),
      ),
      raise('ENC-023', 'a cross-signature by another key', 'ECCP_BAD_SIGNATURE', {
        ...right,
        manifest: {
          ...right.manifest,
          cross_signature: strangeKey.sign('eccp.cross-sig.v1', right.manifest.manifest),
        },
      }),
      raise('ENC-023', 'a manifest with another signature', 'ECCP_BAD_SIGNATURE', {
        ...right,
        manifest: { ...right.manifest, signature: right.account_key.signature },
      }),
    ],
  };
}

/** What proves that a user's account vouches for a device. @param changes what is odd about the account key */
function keysOf(user: string, changes: JsonObject = {}) {
  const account_key = { v: 1, user, version: 1, ed25519: accountKey.publicKey, created: startTime, ...changes };
  const manifest = {
    v: 1,
    user,
    device: 'SOMEPHONE',
    ed25519: deviceKey.publicKey,
    x25519: toBase64url(Buffer.alloc(32).fill(9, 0, 1)),
    algorithms: ['eccp.room.v1'],
    created: startTime,
  };
  return {
    account_key: { account_key, signature: accountKey.sign('eccp.account-key-sig.v1', account_key) },
    manifest: {
      manifest,
      signature: deviceKey.sign('eccp.manifest-sig.v1', manifest),
      cross_signature: accountKey.sign('eccp.cross-sig.v1', manifest),
    },
  };
}

/** The form of an encrypted message, with nothing in it. */
function secret(): JsonObject {
  const signature = toBase64url(Buffer.alloc(64));
  return {
    ...algorithm,
    sender_device: 'SOMEPHONE',
    chain_id: otherHash,
    index: 0,
    ciphertext: 'A'.repeat(43),
    signature,
  };
}
