// Fresh identities for the suite's simulated clients: accounts, devices, and what they publish (chapters 20, 21 and 23).
import { randomBytes } from 'node:crypto';
import { toBase64url } from '../wire/hash.ts';
import { signJson } from '../wire/signature.ts';
import {
  type Manifest,
  OwnDevice,
  type Party,
  type Prekey,
  type Revocations,
  type Signed,
  type SignedManifest,
  type SignedPrekey,
} from './devices.ts';
import { publicOf, publicSigningKey } from './primitives.ts';

/** The account of a user, with its account key. */
export class Account {
  readonly user: string;
  /** Of the account key. */
  readonly seed = fresh();
  #revocations: Revocations | undefined;

  constructor(user: string) {
    this.user = user;
  }

  /** The account key, which others pin. */
  get key(): string {
    return publicSigningKey(this.seed);
  }

  /** Signs an object of chapter 20 in its domain: an account key, a manifest, a list. */
  sign(domain: string, object: Manifest | Revocations | { [member: string]: string | number }): string {
    return signJson(this.seed, domain, object);
  }

  /** The account key as it is published. @param created the time, in milliseconds since 1970. */
  published(created: number) {
    const account_key = { v: 1, user: this.user, version: 1, ed25519: this.key, created };
    return { account_key, signature: this.sign('eccp.account-key-sig.v1', account_key) };
  }

  /** The list of revocations with one device more. */
  revoke({ device, ed25519 }: Party): Signed<'revocations', Revocations> {
    const { version = 0, revoked = [] } = this.#revocations ?? {};
    const list = [...revoked, { device, ed25519 }];
    this.#revocations = { v: 1, user: this.user, version: version + 1, revoked: list };
    return { revocations: this.#revocations, signature: this.sign('eccp.revocations-sig.v1', this.#revocations) };
  }
}

/** A device with fresh keys, and what others get to see of it. */
export class Identity {
  readonly device: OwnDevice;
  readonly manifest: SignedManifest;
  readonly signed: SignedPrekey;
  readonly oneTime: readonly SignedPrekey[];
  readonly fallback: SignedPrekey;
  /** Of the device's Ed25519 key. */
  readonly seed = fresh();

  /** @param now the device's clock, in milliseconds since 1970. */
  constructor(account: Account, device: string, now: number, oneTime = 0) {
    const identity = fresh();
    const manifest: Manifest = {
      v: 1,
      user: account.user,
      device,
      ed25519: publicSigningKey(this.seed),
      x25519: publicOf(identity),
      algorithms: ['eccp.x3dh.v1', 'eccp.ratchet.v1', 'eccp.room.v1'],
      created: now,
    };
    const signature = signJson(this.seed, 'eccp.manifest-sig.v1', manifest);
    this.manifest = { manifest, signature, cross_signature: account.sign('eccp.cross-sig.v1', manifest) };
    const own: { kind: string; id: string; secret: string }[] = [];
    const prekey = (kind: string): SignedPrekey => {
      const secret = fresh();
      const id = toBase64url(randomBytes(8));
      own.push({ kind, id, secret: toBase64url(secret) });
      const made: Prekey = { v: 1, user: account.user, device, kind, id, key: publicOf(secret), created: now };
      return { prekey: made, signature: signJson(this.seed, 'eccp.prekey-sig.v1', made) };
    };
    this.signed = prekey('signed');
    this.fallback = prekey('fallback');
    this.oneTime = Array.from({ length: oneTime }, () => prekey('one_time'));
    this.device = new OwnDevice(manifest, identity, own);
  }
}

function fresh(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}
