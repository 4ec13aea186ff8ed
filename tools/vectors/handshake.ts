import type { JsonObject } from '../../src/core/canonical-json.ts';
import { actors, Conversation, claimOf, shared } from './devices.ts';
import { badClaims } from './handshake/claims.ts';
import { weak } from './handshake/forged.ts';
import { badMessages } from './handshake/messages.ts';

/** How two devices agree on a first secret (spec/23-handshake.md). */
export function handshake(): JsonObject {
  return {
    about: 'Handshakes between devices, step by step: claimed keys, first messages, and what is refused.',
    devices: { ...(shared().devices as JsonObject), weak: weakDevice() },
    vectors: [...good(), ...badClaims(), ...badMessages()],
  };
}

/** It only sends what is in the vectors. */
function weakDevice(): JsonObject {
  const { device, manifest } = weak;
  const secrets = { ed25519: device.signing.secret, x25519: device.identity.secret, prekeys: [] };
  return { account_key: actors.mallory.accountKey, manifest, secrets };
}

function good(): JsonObject[] {
  return [
    begun('one_time').vector('HAND-021', 'with a one-time prekey'),
    begun('fallback').vector('HAND-021', 'with a fallback prekey'),
    begun().vector('HAND-020', 'without a prekey'),
    untilAnswer().vector('HAND-023', 'the handshake goes with every message until there is an answer'),
    begunLate().vector('HAND-023', 'only the fourth message arrives, and says how it all began'),
  ];
}

function begun(kind?: 'one_time' | 'fallback'): Conversation {
  const talk = new Conversation().start('alice', 'bob', claimOf('bob', kind), 90);
  return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'Hello'));
}

function begunLate(): Conversation {
  const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90).lose('alice', 3);
  return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'Hello'));
}

function untilAnswer(): Conversation {
  const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
  const [first, second] = [talk.encrypt('alice', 'one'), talk.encrypt('alice', 'two')];
  talk.decrypt('bob', 'alice', second).decrypt('bob', 'alice', first);
  talk.decrypt('alice', 'bob', talk.encrypt('bob', 'an answer'));
  return talk.decrypt('bob', 'alice', talk.encrypt('alice', 'three'));
}
