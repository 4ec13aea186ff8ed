import type { Kysely } from 'kysely';
import type { Json } from '../core/canonical-json.ts';
import {
  checkCrossSignature,
  followsAccountKey,
  followsManifest,
  followsRevocations,
  readAccountKey,
  readManifest,
  readRevocations,
  revokes,
  type SignedAccountKey,
  type SignedManifest,
} from '../core/device-manifest.ts';
import { EccpError } from '../core/errors.ts';
import { nodeOf } from '../core/ids.ts';
import type {
  AccountKeysRequest,
  DeviceId,
  KeysUploaded,
  NodeName,
  QueriedKeys,
  UploadKeysRequest,
  UserId,
  UserKeys,
  UsersKeys,
} from '../generated/api.ts';
import {
  accountKeysOf,
  dropCrossSignatures,
  type HeldAccountKeys,
  manifestOf,
  manifestsOf,
  saveAccountKeys,
  saveCrossSignature,
  saveManifest,
  userKeysOf,
} from '../storage/device-keys.ts';
import { heldPrekeys } from '../storage/prekeys.ts';
import type { Tables } from '../storage/tables.ts';
import { isActive } from './accounts.ts';
import type { DeviceLists } from './device-lists.ts';
import type { Devices } from './devices.ts';
import type { NodeStore } from './environment.ts';
import { readPrekeys, takePrekeys } from './prekeys.ts';
import type { RemoteKeys } from './remote-keys.ts';
import type { Session, Sessions } from './sessions.ts';
import { amongSharing, sharingWithNode } from './shared-rooms.ts';

export interface DeviceKeysOptions {
  store: NodeStore;
  sessions: Sessions;
  devices: Devices;
  lists: DeviceLists;
  remote: RemoteKeys;
  nodeName: string;
}

/** The keys of this node's users and their devices: taken where they are rightly signed, and told to those who may ask (chapter 20). */
export class DeviceKeys {
  readonly #options: DeviceKeysOptions;

  constructor(options: DeviceKeysOptions) {
    this.#options = options;
  }

  /** @throws EccpError those of `uploadKeys`; then nothing of the request is taken (PRE-004). */
  async upload(session: Session, request: UploadKeysRequest): Promise<KeysUploaded> {
    const { store, sessions, lists } = this.#options;
    const { userId, deviceId } = session;
    const signed =
      request.manifest && ofBody(() => readManifest(request.manifest as Json, userId, deviceId, '/manifest'));
    // A device's Ed25519 key never changes: what it signed can be checked before anybody has to wait for it.
    const said = signed ?? (await store.read((db) => manifestOf(db, userId, deviceId)));
    const prekeys = ofBody(() => readPrekeys(request, said?.manifest));
    const { concerned, counts } = await store.write(async (trx) => {
      await sessions.require(trx, session); // a device that is revoked meanwhile gets no keys
      const isNew = signed !== undefined && (await takeManifest(trx, session, signed));
      await takePrekeys(trx, session, prekeys);
      const { counts } = await heldPrekeys(trx, userId, deviceId);
      return { concerned: isNew ? await lists.changed(trx, userId) : undefined, counts };
    });
    if (concerned !== undefined) lists.tell(concerned);
    return { prekeys: counts };
  }

  /** @throws EccpError those of `putAccountKeys`; then nothing of the request is taken (MAN-001). */
  async putAccount(session: Session, request: AccountKeysRequest): Promise<void> {
    const { store, sessions, devices, lists } = this.#options;
    const { account_key, revocations, cross_signatures = {} } = request;
    const next = account_key && ofBody(() => readAccountKey(account_key as Json, session.userId, '/account_key'));
    const { removed, concerned } = await store.write(async (trx) => {
      await sessions.require(trx, session);
      const held = await accountKeysOf(trx, session.userId);
      const isNewKey = next !== undefined && followsAccountKey(next, held.accountKey);
      const accountKey = isNewKey ? next : held.accountKey;
      if (isNewKey) await dropCrossSignatures(trx, next.account_key);
      const isNewList = await this.#takeRevocations(trx, session, revocations as Json | undefined, held, accountKey);
      if (isNewKey && held.revocations !== undefined && revocations === undefined) {
        throw new EccpError('ECCP_KEY_CONTINUITY', 'The list of revocations needs a signature of the new key.'); // MAN-010
      }
      if (isNewKey && !isNewList) await saveAccountKeys(trx, session.userId, next, undefined);
      const removed = isNewList ? await this.#removeRevoked(trx, session.userId) : [];
      const isNewSignature = await takeCrossSignatures(trx, session.userId, cross_signatures, accountKey);
      const isChanged = isNewKey || isNewList || isNewSignature;
      return { removed, concerned: isChanged ? await lists.changed(trx, session.userId) : undefined };
    });
    for (const deviceId of removed) devices.ended(session.userId, deviceId);
    if (concerned !== undefined) lists.tell(concerned);
  }

  /** What each of these users has, of those whom the asking one may ask about; others are left out (MAN-030, MAN-031). */
  async query({ userId }: Session, users: readonly UserId[]): Promise<QueriedKeys> {
    const { store, remote } = this.#options;
    const { here, elsewhere } = await store.read(async (db) => {
      const sharing = await amongSharing(db, userId, users);
      const allowed = users.filter((user) => user === userId || sharing.has(user));
      return { here: await this.#keysOf(db, allowed), elsewhere: allowed.filter((user) => !this.#isOwn(user)) };
    });
    if (elsewhere.length === 0) return { users: here, failures: {} };
    const { users: theirs, failures } = await remote.query(elsewhere);
    return { users: { ...here, ...theirs }, failures };
  }

  /** What another node is told of users of this one (MAN-040, MAN-041). */
  async queryBy(node: NodeName, users: readonly UserId[]): Promise<UsersKeys> {
    return this.#options.store.read(async (db) => {
      const sharing = await sharingWithNode(db, node, users);
      return { users: await this.#keysOf(db, [...sharing]) };
    });
  }

  /** Of those who are this node's. */
  async #keysOf(db: Kysely<Tables>, users: readonly UserId[]): Promise<Record<UserId, UserKeys>> {
    const keys: Record<UserId, UserKeys> = {};
    for (const user of users) {
      if (this.#isOwn(user) && (await isActive(db, user))) keys[user] = await userKeysOf(db, user);
    }
    return keys;
  }

  #isOwn(userId: UserId): boolean {
    return nodeOf(userId) === this.#options.nodeName;
  }

  /** @returns whether it is another list, or the same under another key. */
  async #takeRevocations(
    trx: Kysely<Tables>,
    { userId }: Session,
    list: Json | undefined,
    held: HeldAccountKeys,
    accountKey: SignedAccountKey | undefined,
  ): Promise<boolean> {
    if (list === undefined) return false;
    if (accountKey === undefined) throw noAccountKey(); // MAN-021
    const next = ofBody(() => readRevocations(list, accountKey.account_key, '/revocations'));
    if (!followsRevocations(next, held.revocations) && accountKey === held.accountKey) return false;
    await saveAccountKeys(trx, userId, accountKey, next);
    return true;
  }

  /** Takes everything from the devices that the list in force names by id or key (MAN-024). @returns their ids. */
  async #removeRevoked(trx: Kysely<Tables>, userId: UserId): Promise<DeviceId[]> {
    const { revocations } = await accountKeysOf(trx, userId);
    const named = new Set(revocations?.revocations.revoked.map(({ device }) => device as DeviceId));
    for (const { manifest } of await manifestsOf(trx, userId)) {
      if (revokes(revocations, manifest)) named.add(manifest.device as DeviceId);
    }
    const removed: DeviceId[] = [];
    for (const deviceId of named) {
      if (await this.#options.devices.remove(trx, userId, deviceId)) removed.push(deviceId);
    }
    return removed;
  }
}

/** @returns whether the manifest, or its cross-signature, is another than what was held. */
async function takeManifest(
  trx: Kysely<Tables>,
  { userId, deviceId }: Session,
  next: SignedManifest,
): Promise<boolean> {
  const { accountKey, revocations } = await accountKeysOf(trx, userId);
  if (revokes(revocations, next.manifest)) throw new EccpError('ECCP_KEY_REVOKED', 'The device or its key is revoked.'); // MAN-025
  const { cross_signature } = next;
  if (cross_signature !== undefined) {
    if (accountKey === undefined) throw noAccountKey();
    checkCrossSignature(next.manifest, cross_signature, accountKey.account_key); // MAN-018
  }
  const held = await manifestOf(trx, userId, deviceId);
  if (!followsManifest(next, held)) {
    if (cross_signature === undefined || cross_signature === held?.cross_signature) return false;
  }
  await saveManifest(trx, next);
  return true;
}

/** @returns whether any is another than what was held. */
async function takeCrossSignatures(
  trx: Kysely<Tables>,
  userId: UserId,
  signatures: { readonly [device: string]: string },
  accountKey: SignedAccountKey | undefined,
): Promise<boolean> {
  let isChanged = false;
  for (const [device, crossSignature] of Object.entries(signatures)) {
    const held = await manifestOf(trx, userId, device as DeviceId);
    if (held === undefined) throw new EccpError('ECCP_NOT_FOUND', 'The account has no manifest of such a device.'); // MAN-019
    if (accountKey === undefined) throw noAccountKey();
    checkCrossSignature(held.manifest, crossSignature, accountKey.account_key); // MAN-018
    if (held.cross_signature === crossSignature) continue;
    await saveCrossSignature(trx, userId, device as DeviceId, crossSignature);
    isChanged = true;
  }
  return isChanged;
}

/** What reads an object out of a request's body: that it is out of form, or another user's, is a fault of the body. */
export function ofBody<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EccpError) || error.errcode !== 'ECCP_BAD_EVENT') throw error;
    throw new EccpError('ECCP_BAD_PARAM', error.message, error.details);
  }
}

function noAccountKey(): EccpError {
  return new EccpError('ECCP_BAD_SIGNATURE', 'The account has no account key that could have signed this.');
}
