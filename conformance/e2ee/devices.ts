// A device of the suite's own: its keys, and the look at those of others (sections 23.2 to 23.4).
import { canonical } from '../wire/canonical.ts';
import { hashJson } from '../wire/hash.ts';
import type { Json } from '../wire/json.ts';
import { bytes, requireForm } from './forms.ts';
import { Pairwise, type RatchetContent } from './pairwise.ts';
import { hkdf, none, publicOf, requireAgreementKey, requireSigned, x25519 } from './primitives.ts';
import { Refusal } from './refusal.ts';

export type Party = { user: string; device: string; ed25519: string; x25519: string };
export type Manifest = Party & { v: number; algorithms: string[]; created: number };
export type Signed<Name extends string, T> = { [name in Name]: T } & { signature: string };
export type SignedManifest = Signed<'manifest', Manifest> & { cross_signature?: string };
export type Prekey = {
  v: number;
  user: string;
  device: string;
  kind: string;
  id: string;
  key: string;
  created: number;
};
export type SignedPrekey = Signed<'prekey', Prekey>;
export type Claim = { manifest: SignedManifest; signed_prekey: SignedPrekey; prekey?: SignedPrekey };

export type Revocations = { v: number; user: string; version: number; revoked: { device: string; ed25519: string }[] };

/** What is known of a device and its user before. */
export interface Known {
  held?: Manifest;
  revocations?: Revocations;
}

/** @throws Refusal malformed, mismatch, bad_signature, replayed, revoked */
export function trusted(
  signed: SignedManifest,
  user: string,
  device: string,
  accountKey: string,
  { held, revocations }: Known = {},
): Manifest {
  requireForm('SignedManifest', signed);
  const { manifest, signature, cross_signature } = signed;
  if (manifest.user !== user || manifest.device !== device) throw new Refusal('mismatch', 'another device');
  requireSigned(manifest.ed25519, 'eccp.manifest-sig.v1', manifest, signature);
  requireSigned(accountKey, 'eccp.cross-sig.v1', manifest, cross_signature ?? '');
  requireAgreementKey(manifest.x25519);
  if (held !== undefined && held.ed25519 !== manifest.ed25519) throw new Refusal('mismatch', 'another key');
  const isNew = held !== undefined && canonical(held) !== canonical(manifest);
  if (isNew && manifest.created <= held.created) throw new Refusal('replayed', 'an old manifest');
  const gone = revocations?.revoked ?? [];
  if (gone.some(({ device, ed25519 }) => device === manifest.device || ed25519 === manifest.ed25519)) {
    throw new Refusal('revoked', 'the user revoked it');
  }
  return manifest;
}

/** @throws Refusal mismatch, bad_signature, replayed */
export function trustedRevocations(
  { revocations, signature }: Signed<'revocations', Revocations>,
  user: string,
  accountKey: string,
  held?: Revocations,
): Revocations {
  if (revocations.user !== user) throw new Refusal('mismatch', 'the list of another user');
  requireSigned(accountKey, 'eccp.revocations-sig.v1', revocations, signature);
  if (held === undefined || canonical(held) === canonical(revocations)) return revocations;
  const names = revocations.revoked.map((item) => canonical(item));
  const isWhole = held.revoked.every((item) => names.includes(canonical(item)));
  if (revocations.version <= held.version || !isWhole) throw new Refusal('replayed', 'an old list');
  return revocations;
}

function prekeyOf({ prekey, signature }: SignedPrekey, manifest: Manifest, kinds: string): Prekey {
  const isTheirs = prekey.user === manifest.user && prekey.device === manifest.device;
  if (!isTheirs || !kinds.split(' ').includes(prekey.kind))
    throw new Refusal('mismatch', 'a prekey for another purpose');
  requireSigned(manifest.ed25519, 'eccp.prekey-sig.v1', prekey, signature);
  return prekey;
}

interface OwnPrekey {
  kind: string;
  id: string;
  /** Of X25519, base64url. */
  secret: string;
}

/** The private keys of a device, and which sessions began with them. Refusals change nothing. */
export class OwnDevice {
  readonly party: Party;
  readonly #identity: Uint8Array;
  readonly #prekeys = new Map<string, OwnPrekey>();
  readonly #accepted = new Map<string, Set<string>>();

  /** @param identity the X25519 private key that belongs to the party's `x25519`. */
  constructor(party: Party, identity: Uint8Array, prekeys: readonly OwnPrekey[]) {
    this.party = party;
    this.#identity = identity;
    for (const prekey of prekeys) this.#prekeys.set(prekey.id, prekey);
  }

  /** @param ephemeral the private key, which has to be fresh but for vectors. */
  begin(
    claim: Claim,
    user: string,
    device: string,
    accountKey: string,
    ephemeral: Uint8Array,
    known: Known = {},
  ): Pairwise {
    requireForm('ClaimedKeys', claim);
    const manifest = trusted(claim.manifest, user, device, accountKey, known);
    for (const algorithm of ['eccp.x3dh.v1', 'eccp.ratchet.v1']) {
      if (!manifest.algorithms.includes(algorithm)) throw new Refusal('mismatch', `without ${algorithm}`);
    }
    const signed = prekeyOf(claim.signed_prekey, manifest, 'signed');
    const extra = claim.prekey === undefined ? undefined : prekeyOf(claim.prekey, manifest, 'one_time fallback');
    const secrets = [
      x25519(this.#identity, signed.key),
      x25519(ephemeral, manifest.x25519),
      x25519(ephemeral, signed.key),
    ];
    if (extra !== undefined) secrets.push(x25519(ephemeral, extra.key));
    const shared = publicOf(ephemeral);
    const session = idOf(this.party, manifest, shared, signed.key, extra?.key);
    const handshake = { ephemeral: shared, signed_prekey: signed.id, ...(extra ? { prekey: extra.id } : {}) };
    return Pairwise.begun(session, firstRoot(session, secrets), signed.key, handshake);
  }

  /** Takes a first message of a device whose manifest is trusted. */
  accept(sender: Manifest, content: RatchetContent): { pairwise: Pairwise; payload: Json } {
    requireForm('RatchetContent', content);
    const { handshake, session } = content;
    if (handshake === undefined) throw new Refusal('unknown_key', 'no session');
    const signed = this.#prekeys.get(handshake.signed_prekey);
    if (signed?.kind !== 'signed') throw new Refusal('unknown_key', 'no signed prekey');
    if (this.#accepted.get(signed.id)?.has(session)) throw new Refusal('replayed', 'a session that began before');
    const extra = handshake.prekey === undefined ? undefined : this.#prekeys.get(handshake.prekey);
    if (handshake.prekey !== undefined && (extra === undefined || extra.kind === 'signed')) {
      throw new Refusal('unknown_key', 'no prekey');
    }
    const own = bytes(signed.secret);
    const extraKey = extra && publicOf(bytes(extra.secret));
    if (idOf(sender, this.party, handshake.ephemeral, publicOf(own), extraKey) !== session) {
      throw new Refusal('mismatch', 'another transcript');
    }
    const secrets = [
      x25519(own, sender.x25519),
      x25519(this.#identity, handshake.ephemeral),
      x25519(own, handshake.ephemeral),
    ];
    if (extra !== undefined) secrets.push(x25519(bytes(extra.secret), handshake.ephemeral));
    const pairwise = Pairwise.answering(session, firstRoot(session, secrets), own);
    const payload = pairwise.decrypt(content);
    if (extra?.kind === 'one_time') this.#prekeys.delete(extra.id);
    this.#accepted.set(signed.id, (this.#accepted.get(signed.id) ?? new Set()).add(session));
    return { pairwise, payload };
  }
}

function idOf(from: Party, to: Party, ephemeral: string, signed_prekey: string, prekey: string | undefined): string {
  const party = ({ user, device, ed25519, x25519 }: Party) => ({ user, device, ed25519, x25519 });
  const keys = { ephemeral, signed_prekey, ...(prekey === undefined ? {} : { prekey }) };
  return hashJson('eccp.session.v1', { v: 1, initiator: party(from), responder: party(to), ...keys });
}

function firstRoot(session: string, secrets: Uint8Array[]): Uint8Array {
  const info = Buffer.concat([Buffer.from('eccp.x3dh.v1\0'), bytes(session)]);
  return hkdf(none, Buffer.concat([Buffer.alloc(32, 0xff), ...secrets]), info, 32);
}
