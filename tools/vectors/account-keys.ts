import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import {
  type AccountKey,
  newAccountKey,
  nextAccountKey,
  type Pin,
  type SignedAccountKey,
} from '../../src/e2ee/account.ts';
import { signObject } from '../../src/e2ee/signature.ts';
import { bytesOf, counting } from './devices.ts';
import { otherHash, startTime } from './fixed.ts';
import { flipped } from './spoilt.ts';

const user = '@bob:remote.example';
const domain = 'eccp.account-key-sig.v1';
const first = newAccountKey(user, startTime, counting(30));
const before = first.signed.account_key;
const second = nextAccountKey(before, first.pair.secret, startTime + 1, counting(31));
const third = nextAccountKey(second.signed.account_key, second.pair.secret, startTime + 2, counting(32));
const lost = nextAccountKey(before, undefined, startTime + 1, counting(33));
const pin = ({ version, ed25519 }: AccountKey): Pin => ({ version, ed25519 });

/** An account key with other members, signed again by itself and by the first one. */
function altered(changes: JsonObject, base = second): SignedAccountKey {
  const account_key = { ...base.signed.account_key, ...changes } as AccountKey;
  return {
    account_key,
    signature: signObject(base.pair.secret, domain, account_key),
    prev_signature: signObject(first.pair.secret, domain, account_key),
  };
}

/** What a client is shown as the account key of a user, and what it has pinned (spec/23-handshake.md, section 23.5). */
export function accountKeys(): JsonObject {
  return {
    about: 'Account keys that a client is shown: the one that it pinned, one that continues it, a reset, and bad ones.',
    user,
    vectors: [...taken(), ...refused()],
  };
}

function vector(
  rule: string,
  name: string,
  shown: SignedAccountKey | JsonObject,
  pinned: AccountKey | Pin | undefined,
) {
  return { name, rule, account_key: shown as Json, ...(pinned ? { pinned } : {}) };
}

function taken(): JsonObject[] {
  const of = (
    rule: string,
    name: string,
    shown: { signed: SignedAccountKey },
    is: string,
    pinned?: AccountKey | Pin,
  ) => {
    return { ...vector(rule, name, shown.signed, pinned), expected: 'ok', is };
  };
  return [
    of('HAND-040', 'a first account key on first contact', first, 'first'),
    of('HAND-040', 'a third account key on first contact', third, 'first'),
    of('HAND-042', 'the one that is pinned', first, 'pinned', before),
    of('HAND-042', 'the one of which version and key are pinned', second, 'pinned', pin(second.signed.account_key)),
    of('HAND-044', 'the second, signed by the first', second, 'continuation', before),
    of('HAND-044', 'the second, with version and key of the first pinned', second, 'continuation', pin(before)),
    of('HAND-044', 'the third, signed by the second', third, 'continuation', second.signed.account_key),
    of('HAND-045', 'the second, after the first was lost', lost, 'reset', before),
    of('HAND-045', 'the second, after the first was lost, with version and key pinned', lost, 'reset', pin(before)),
    of('HAND-045', 'the third, with the first pinned', third, 'reset', before),
  ];
}

function refused(): JsonObject[] {
  const { prev_signature: _signature, ...alone } = altered({ version: 1 });
  const of = (
    rule: string,
    name: string,
    expected: string,
    shown: SignedAccountKey | JsonObject,
    pinned?: AccountKey | Pin,
  ) => ({ ...vector(rule, name, shown, pinned), expected });
  const other = newAccountKey(user, startTime, counting(40));
  const stranger = newAccountKey('@mallory:remote.example', startTime, counting(50));
  const { signed } = second;
  const { prev: _, ...rootless } = signed.account_key;
  return [
    of('HAND-042', 'the first, with the second pinned', 'replayed', first.signed, signed.account_key),
    of(
      'HAND-042',
      'the first, with version and key of the second pinned',
      'replayed',
      first.signed,
      pin(signed.account_key),
    ),
    of('HAND-042', 'another first one', 'replayed', other.signed, before),
    of('HAND-042', 'another first one, with version and key pinned', 'replayed', other.signed, pin(before)),
    of(
      'HAND-042',
      'the key that is pinned, made at another time',
      'replayed',
      newAccountKey(user, startTime + 9, counting(30)).signed,
      before,
    ),
    of(
      'HAND-043',
      'a flipped signature of the first',
      'bad_signature',
      { ...signed, prev_signature: flipped(signed.prev_signature ?? '') },
      before,
    ),
    of(
      'HAND-043',
      'the own signature in place of that of the first',
      'bad_signature',
      { ...signed, prev_signature: signed.signature },
      pin(before),
    ),
    of('HAND-043', 'a key that follows another one', 'mismatch', altered({ prev: otherHash }), before),
    of(
      'HAND-043',
      'a reset that follows another one',
      'mismatch',
      nextAccountKey(other.signed.account_key, undefined, startTime + 1, counting(41)).signed,
      before,
    ),
    of('HAND-002', 'a flipped signature', 'bad_signature', {
      ...first.signed,
      signature: flipped(first.signed.signature),
    }),
    of(
      'HAND-002',
      'a second key without a signature of its own',
      'bad_signature',
      { ...signed, signature: signed.prev_signature ?? '' },
      before,
    ),
    of('HAND-002', 'a signature in the domain of cross-signatures', 'bad_signature', {
      ...first.signed,
      signature: signObject(first.pair.secret, 'eccp.cross-sig.v1', before),
    }),
    of('HAND-041', 'the account key of another user', 'mismatch', stranger.signed),
    of('HAND-040', 'a first key with `prev`', 'malformed', altered({ version: 1 })),
    of('HAND-040', 'a first key with `prev` alone', 'malformed', alone),
    of('HAND-040', 'a first key with `prev_signature`', 'malformed', {
      ...first.signed,
      prev_signature: signObject(other.pair.secret, domain, before),
    }),
    of('HAND-040', 'a second key without `prev`', 'malformed', {
      account_key: rootless,
      signature: signObject(second.pair.secret, domain, rootless),
    }),
    of('HAND-004', 'the version 0', 'malformed', altered({ version: 0 })),
    of('HAND-004', 'an unknown member', 'malformed', altered({ note: 'x' })),
    of('HAND-004', 'a key of 31 bytes', 'malformed', altered({ ed25519: bytesOf(1, 31) })),
  ];
}
