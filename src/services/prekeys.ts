import type { Kysely } from 'kysely';
import { canonicalize, type Json } from '../core/canonical-json.ts';
import { type Manifest, readManifest } from '../core/device-manifest.ts';
import { EccpError } from '../core/errors.ts';
import { nodeOf } from '../core/ids.ts';
import { isObject } from '../core/members.ts';
import { readPrekey, type SignedPrekey } from '../core/prekey.ts';
import type {
  ClaimedDevices,
  ClaimedKeys,
  ClaimKeysAnswer,
  ClaimKeysRequest,
  DeviceId,
  NodeName,
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
  withdrawOneTimePrekeys,
} from '../storage/prekeys.ts';
import { nextPosition } from '../storage/stream.ts';
import type { Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { AskKeys } from './remote-keys.ts';
import type { Session } from './sessions.ts';
import { amongSharing, sharingWithNode } from './shared-rooms.ts';

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

export interface ClaimsOptions {
  store: NodeStore;
  notifier: Notifier;
  ask: AskKeys;
  nodeName: string;
}

/** Hands out prekeys, each one-time prekey once (section 21.2), and fetches those of other nodes. */
export class Claims {
  readonly #options: ClaimsOptions;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  async claim({ userId }: Session, { devices }: ClaimKeysRequest): Promise<ClaimKeysAnswer> {
    const users = Object.keys(devices) as UserId[];
    let allowed: UserId[] = [];
    const claimed = await this.#claimHere(devices, async (trx) => {
      const sharing = await amongSharing(trx, userId, users);
      allowed = users.filter((user) => user === userId || sharing.has(user));
      return allowed;
    });
    const answer: ClaimKeysAnswer = { devices: claimed, failures: {} };
    const byNode = Map.groupBy(allowed, (user) => nodeOf(user) as NodeName);
    byNode.delete(this.#options.nodeName as NodeName);
    await Promise.all([...byNode].map(([node, some]) => this.#claimThere(node, some, devices, answer)));
    return answer;
  }

  /** What another node gets of users of this one (PRE-030, PRE-031). */
  async claimBy(node: NodeName, { devices }: ClaimKeysRequest): Promise<ClaimedDevices> {
    const users = Object.keys(devices) as UserId[];
    return { devices: await this.#claimHere(devices, async (trx) => [...(await sharingWithNode(trx, node, users))]) };
  }

  /** Asks one node, and adds what it gives, or why it gives nothing (PRE-032, PRE-034). */
  async #claimThere(
    node: NodeName,
    users: readonly UserId[],
    wanted: ClaimKeysRequest['devices'],
    answer: ClaimKeysAnswer,
  ): Promise<void> {
    const devices = Object.fromEntries(users.map((user) => [user, wanted[user] ?? []]));
    try {
      const given = await this.#options.ask.claim(node, { devices });
      for (const user of users) {
        for (const device of wanted[user] ?? []) {
          const keys = readClaimed(given, user, device);
          if (keys === undefined) continue;
          answer.devices[user] ??= {};
          answer.devices[user][device] = keys;
        }
      }
    } catch (error) {
      if (!(error instanceof EccpError)) throw error;
      answer.failures[node] = { errcode: error.errcode, error: error.message };
    }
  }

  /** Hands out none of the one-time prekeys of now any more (PRE-027): devices learn by sync that new ones are wanted. */
  async withdraw(): Promise<void> {
    await this.#options.store.write(async (trx) => withdrawOneTimePrekeys(trx, await nextPosition(trx)));
  }

  /** @param allowed whose devices may be claimed, of those who are wanted. */
  async #claimHere(
    wanted: ClaimKeysRequest['devices'],
    allowed: (trx: Kysely<Tables>) => Promise<readonly UserId[]>,
  ): Promise<ClaimKeysAnswer['devices']> {
    const claimed: ClaimKeysAnswer['devices'] = {};
    await this.#options.store.write(async (trx) => {
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
    this.#options.notifier.users(Object.keys(claimed) as UserId[]); // PRE-026
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

/** @returns undefined for what is not there, or is not rightly signed (PRE-033). */
function readClaimed(given: Json, userId: UserId, deviceId: DeviceId): ClaimedKeys | undefined {
  const ofUser = isObject(given) && isObject(given.devices) ? given.devices[userId] : undefined;
  const claimed = isObject(ofUser) ? ofUser[deviceId] : undefined;
  if (!isObject(claimed)) return undefined;
  try {
    const manifest = readManifest(claimed.manifest, userId, deviceId, '/manifest');
    const signed_prekey = readPrekey(claimed.signed_prekey, 'signed', manifest.manifest, '/signed_prekey');
    const { prekey } = claimed;
    if (prekey === undefined) return { manifest, signed_prekey } as ClaimedKeys;
    const kind =
      isObject(prekey) && isObject(prekey.prekey) && prekey.prekey.kind === 'fallback' ? 'fallback' : 'one_time';
    return { manifest, signed_prekey, prekey: readPrekey(prekey, kind, manifest.manifest, '/prekey') } as ClaimedKeys;
  } catch (error) {
    if (error instanceof EccpError) return undefined;
    throw error;
  }
}
