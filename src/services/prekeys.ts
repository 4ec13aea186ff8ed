import type { Kysely } from 'kysely';
import { canonicalize, type Json } from '../core/canonical-json.ts';
import type { Manifest } from '../core/device-manifest.ts';
import { EccpError } from '../core/errors.ts';
import { readPrekey, type SignedPrekey } from '../core/prekey.ts';
import type {
  ClaimedKeys,
  ClaimKeysAnswer,
  ClaimKeysRequest,
  DeviceId,
  UploadKeysRequest,
  UserId,
} from '../generated/api.ts';
import { manifestOf } from '../storage/device-keys.ts';
import {
  addPrekeys,
  heldPrekeys,
  knownPrekeys,
  markFallbackUsed,
  savePrekey,
  takeOneTimePrekey,
} from '../storage/prekeys.ts';
import { nextPosition } from '../storage/stream.ts';
import type { Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { Session } from './sessions.ts';
import { amongSharing } from './shared-rooms.ts';

/** The most one-time prekeys of a device that wait (PRE-005). */
const maxPool = 500;

/** The prekeys of an upload, read and checked. */
export interface UploadedPrekeys {
  readonly replaced: readonly SignedPrekey[];
  readonly oneTime: readonly SignedPrekey[];
}

/** @throws EccpError those of readPrekey(); ECCP_BAD_SIGNATURE where there are prekeys and no manifest. */
export function readPrekeys(request: UploadKeysRequest, manifest: Manifest | undefined): UploadedPrekeys {
  const { signed_prekey, fallback_prekey, one_time_prekeys = [] } = request;
  if (manifest === undefined) {
    if (signed_prekey === undefined && fallback_prekey === undefined && one_time_prekeys.length === 0) {
      return { replaced: [], oneTime: [] };
    }
    throw new EccpError('ECCP_BAD_SIGNATURE', 'A device without a manifest has no key to sign prekeys with.'); // PRE-002
  }
  const signed = signed_prekey && readPrekey(signed_prekey as Json, 'signed', manifest, '/signed_prekey');
  const fallback = fallback_prekey && readPrekey(fallback_prekey as Json, 'fallback', manifest, '/fallback_prekey');
  return {
    replaced: [signed, fallback].filter((prekey) => prekey !== undefined),
    oneTime: one_time_prekeys.map((item, i) =>
      readPrekey(item as Json, 'one_time', manifest, `/one_time_prekeys/${i}`),
    ),
  };
}

/** Takes the prekeys of an upload into the pool of their device. @throws EccpError ECCP_KEY_ROLLBACK, ECCP_STATE_CONFLICT, ECCP_TOO_LARGE. */
export async function takePrekeys(
  trx: Kysely<Tables>,
  of: Session,
  { replaced, oneTime }: UploadedPrekeys,
): Promise<void> {
  const { signed, fallback, counts } = await heldPrekeys(trx, of.userId, of.deviceId);
  for (const next of replaced) {
    const held = next.prekey.kind === 'signed' ? signed : fallback;
    if (held !== undefined && canonicalize(held.prekey) === canonicalize(next.prekey)) continue;
    if (held !== undefined && next.prekey.created <= held.prekey.created) {
      throw new EccpError('ECCP_KEY_ROLLBACK', `A newer ${next.prekey.kind} prekey is held.`); // PRE-009
    }
    await savePrekey(trx, of, next);
  }
  if (oneTime.length === 0) return;
  const known = await knownPrekeys(trx, of);
  const count = known.size;
  const added = oneTime.filter(({ prekey: { id, key } }) => {
    const before = known.get(id);
    if (before !== undefined && before !== key) {
      throw new EccpError('ECCP_STATE_CONFLICT', `The id ${id} was given to another prekey.`); // PRE-007
    }
    known.set(id, key);
    return before === undefined; // PRE-008
  });
  if (counts.one_time + added.length > maxPool) {
    throw new EccpError('ECCP_TOO_LARGE', `A device leaves at most ${maxPool} one-time prekeys.`); // PRE-005
  }
  await addPrekeys(trx, of, added, count);
}

/** Hands out prekeys, each one-time prekey once (section 21.2). */
export class Claims {
  readonly #store: NodeStore;
  readonly #notifier: Notifier;

  constructor(store: NodeStore, notifier: Notifier) {
    this.#store = store;
    this.#notifier = notifier;
  }

  async claim({ userId }: Session, { devices }: ClaimKeysRequest): Promise<ClaimKeysAnswer> {
    const users = Object.keys(devices) as UserId[];
    const claimed = await this.#claimHere(devices, async (trx) => {
      const sharing = await amongSharing(trx, userId, users);
      return users.filter((user) => user === userId || sharing.has(user));
    });
    return { devices: claimed, failures: {} };
  }

  /** @param allowed whose devices may be claimed, of those who are wanted. */
  async #claimHere(
    wanted: ClaimKeysRequest['devices'],
    allowed: (trx: Kysely<Tables>) => Promise<readonly UserId[]>,
  ): Promise<ClaimKeysAnswer['devices']> {
    const claimed: ClaimKeysAnswer['devices'] = {};
    await this.#store.write(async (trx) => {
      const stream = await nextPosition(trx);
      for (const user of await allowed(trx)) {
        for (const device of wanted[user] ?? []) {
          const keys = await claimOf(trx, user, device, stream);
          if (keys === undefined) continue;
          claimed[user] ??= {};
          claimed[user][device] = keys;
        }
      }
    });
    this.#notifier.users(Object.keys(claimed) as UserId[]); // PRE-026
    return claimed;
  }
}

/** @returns undefined for a device that nobody can begin a conversation with. */
async function claimOf(
  trx: Kysely<Tables>,
  userId: UserId,
  deviceId: DeviceId,
  stream: number,
): Promise<ClaimedKeys | undefined> {
  const manifest = await manifestOf(trx, userId, deviceId);
  const { signed, fallback } = await heldPrekeys(trx, userId, deviceId);
  if (manifest === undefined || signed === undefined) return undefined;
  const of = { userId, deviceId };
  const oneTime = await takeOneTimePrekey(trx, of, stream);
  if (oneTime === undefined && fallback !== undefined) await markFallbackUsed(trx, of, stream); // PRE-021
  const prekey = oneTime ?? fallback;
  return { manifest, signed_prekey: signed, ...(prekey && { prekey }) } as ClaimedKeys;
}
