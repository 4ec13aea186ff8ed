// What a client knows of the keys of users: nothing that a node says of them counts unless the account key that is pinned says so (section 23.2).
import { type Known, type Manifest, trusted, trustedRevocations } from '../e2ee/devices.ts';
import { requireSigned } from '../e2ee/primitives.ts';
import { Refusal } from '../e2ee/refusal.ts';
import type { UserKeys } from './link.ts';

type Ask = (users: readonly string[]) => Promise<{ [user: string]: UserKeys }>;

export class KnownKeys {
  readonly #ask: Ask;
  /** The account key of each user, as it was seen first. People compare it by another way; the suite's need not. */
  readonly #pins = new Map<string, string>();
  readonly #revocations = new Map<string, NonNullable<Known['revocations']>>();
  /** Of every device that was ever seen, by user and device. */
  readonly #manifests = new Map<string, Manifest>();
  /** The devices that each user stands by, until the keys change. */
  readonly #devices = new Map<string, Manifest[]>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** The keys of these users are asked for again before they are used. */
  forget(users: readonly string[]): void {
    for (const user of users) this.#devices.delete(user);
  }

  /** The devices that the users stand by. @throws Refusal where what a node says of one cannot be. */
  async devicesOf(users: readonly string[]): Promise<Manifest[]> {
    const unknown = users.filter((user) => !this.#devices.has(user));
    if (unknown.length > 0) {
      for (const [user, keys] of Object.entries(await this.#ask(unknown))) this.#take(user, keys);
    }
    return users.flatMap((user) => this.#devices.get(user) ?? []);
  }

  /** A device that its user stands by. @throws Refusal unknown_key */
  async device(user: string, device: string): Promise<Manifest> {
    const found = (await this.devicesOf([user])).find((manifest) => manifest.device === device);
    if (found === undefined) throw new Refusal('unknown_key', `${user} stands by no device ${device}`);
    return found;
  }

  /** The account key of a user. @throws Refusal unknown_key */
  accountKey(user: string): string {
    const pinned = this.#pins.get(user);
    if (pinned === undefined) throw new Refusal('unknown_key', `${user} has no account key`);
    return pinned;
  }

  /** What has to be true of a manifest of a device, besides. */
  before(user: string, device: string): Known {
    const [held, revocations] = [this.#manifests.get(`${user} ${device}`), this.#revocations.get(user)];
    return { ...(held ? { held } : {}), ...(revocations ? { revocations } : {}) };
  }

  #take(user: string, { account_key: signed, revocations, manifests }: UserKeys): void {
    if (signed === undefined) return;
    const key = signed.account_key;
    requireSigned(key.ed25519, 'eccp.account-key-sig.v1', key, signed.signature);
    const pinned = this.#pins.get(user) ?? key.ed25519;
    if (key.user !== user || key.ed25519 !== pinned)
      throw new Refusal('mismatch', `the account key of ${user} is another`);
    const held = this.#revocations.get(user);
    if (held && !revocations) throw new Refusal('replayed', `${user} had revoked devices`);
    if (revocations) this.#revocations.set(user, trustedRevocations(revocations, user, pinned, held));
    this.#pins.set(user, pinned);
    const stoodBy = manifests.flatMap((one) => {
      if (one.cross_signature === undefined) return []; // of the account, says its node; its user does not
      const { device } = one.manifest;
      return [trusted(one, user, device, pinned, this.before(user, device))];
    });
    for (const manifest of stoodBy) this.#manifests.set(`${user} ${manifest.device}`, manifest);
    this.#devices.set(user, stoodBy);
  }
}
