// What a device knows of the keys of users: nothing that a node says of them counts unless the account key that is pinned says so.
import {
  type AccountKey,
  compareAccountKey,
  E2eeError,
  type Expected,
  type Manifest,
  type Revocations,
  verifyAccountKey,
  verifyManifest,
  verifyRevocations,
} from '../../../src/e2ee.ts';
import type { NodeApi, UserKeys } from './node-api.ts';

export class KnownKeys {
  /** The account key of each user, as it was seen first, for the users to compare. */
  readonly pins = new Map<string, AccountKey>();
  readonly #api: NodeApi;
  readonly #devices = new Map<string, Manifest[]>();
  /** Of every device that was ever seen, by user and device. */
  readonly #manifests = new Map<string, Manifest>();
  readonly #revocations = new Map<string, Revocations>();

  constructor(api: NodeApi) {
    this.#api = api;
  }

  /** Takes note of `device_lists` of a sync: the keys of these users are asked for again before they are used. */
  forget(users: readonly string[]): void {
    for (const user of users) this.#devices.delete(user);
  }

  /** The devices that the users stand by. */
  async devicesOf(users: readonly string[]): Promise<Manifest[]> {
    const unknown = users.filter((user) => !this.#devices.has(user));
    if (unknown.length > 0) {
      const path = '/keys/query';
      const answer = await this.#api.call<{ users: { [user: string]: UserKeys } }>('POST', path, { users: unknown });
      for (const [user, keys] of Object.entries(answer.users)) this.#take(user, keys);
    }
    return users.flatMap((user) => this.#devices.get(user) ?? []);
  }

  /** A device that its user stands by. @throws E2eeError unknown_key */
  async device(user: string, device: string): Promise<Manifest> {
    const isMeant = (manifest: Manifest) => manifest.device === device;
    let found = (await this.devicesOf([user])).find(isMeant);
    if (found === undefined) {
      this.forget([user]); // it may be newer than what was asked for
      found = (await this.devicesOf([user])).find(isMeant);
    }
    if (found === undefined) throw new E2eeError('unknown_key', `${user} has no device ${device}`);
    return found;
  }

  /** What has to be true of what a claim gives for a device. */
  expected(user: string, device: string): Expected {
    const [accountKey, held] = [this.pins.get(user)?.ed25519, this.#manifests.get(`${user} ${device}`)];
    if (accountKey === undefined) throw new E2eeError('unknown_key', `${user} has no account key`);
    const revocations = this.#revocations.get(user);
    return { user, device, accountKey, ...(held ? { held } : {}), ...(revocations ? { revocations } : {}) };
  }

  #take(user: string, { account_key, revocations, manifests }: UserKeys): void {
    if (account_key === undefined) return;
    const pinned = this.pins.get(user);
    const shown = verifyAccountKey(account_key, user);
    // A client shows that to its user, who finds out why (HAND-045).
    if (pinned && compareAccountKey(account_key, user, pinned) === 'reset')
      throw new E2eeError('bad_signature', `the account key of ${user} is another one`);
    this.pins.set(user, shown);
    const accountKey = shown.ed25519;
    const held = this.#revocations.get(user);
    if (revocations === undefined && held) throw new E2eeError('replayed', `${user} had revoked devices`);
    if (revocations) {
      const known = { user, accountKey, ...(held ? { held } : {}) };
      this.#revocations.set(user, verifyRevocations(revocations, known));
    }
    this.#devices.set(
      user,
      manifests.flatMap((signed) => this.#vouchedFor(user, signed)),
    );
  }

  /** The manifest, or nothing for a device that the user does not stand by. */
  #vouchedFor(user: string, signed: UserKeys['manifests'][number]): Manifest[] {
    try {
      const manifest = verifyManifest(signed, this.expected(user, signed.manifest.device));
      this.#manifests.set(`${user} ${manifest.device}`, manifest);
      return [manifest];
    } catch (error) {
      if (error instanceof E2eeError) return [];
      throw error;
    }
  }
}
