// The suite's own recovery bundle (chapter 27).
import { createHash } from 'node:crypto';
import { canonical } from '../wire/canonical.ts';
import { toBase64url } from '../wire/hash.ts';
import { isObject, type Json, type JsonObject } from '../wire/json.ts';
import { bytes, requireForm } from './forms.ts';
import { bound, open, seal } from './primitives.ts';
import { Refusal } from './refusal.ts';

export type Bundle = { algorithm: string; user: string; version: number; salt: string; ciphertext: string };

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export function spell(key: Uint8Array): string {
  const bits = [...key, ...check(key)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const text = (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
  return (text.match(/.{4}/g) ?? []).join('-');
}

/** @throws Refusal malformed */
export function unspell(text: string): Uint8Array {
  const plain = text.replace(/[-\s]/g, '').toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1');
  if (/[^0-9a-z\s-]/i.test(text) || !/^[0-9A-HJKMNP-TV-Z]{32}$/.test(plain))
    throw new Refusal('malformed', 'no recovery key');
  const bits = [...plain].map((character) => ALPHABET.indexOf(character).toString(2).padStart(5, '0')).join('');
  const all = Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2));
  const key = all.slice(0, 16);
  if (toBase64url(check(key)) !== toBase64url(all.slice(16))) throw new Refusal('malformed', 'a slip of the pen');
  return key;
}

function check(key: Uint8Array): Uint8Array {
  return createHash('sha256').update('eccp.recovery-key.v1\0').update(key).digest().subarray(0, 4);
}

export function lock(key: Uint8Array, user: string, version: number, recovery: JsonObject, salt: Uint8Array): Bundle {
  const header = { algorithm: 'eccp.recovery.v1', user, version, salt: toBase64url(salt) };
  const ad = bound('eccp.recovery-ad.v1', header);
  const ciphertext = toBase64url(seal(key, salt, 'eccp.recovery.v1', Buffer.from(canonical(recovery)), ad));
  return { ...header, ciphertext };
}

/** @throws Refusal */
export function unlock(key: Uint8Array, user: string, known: number, bundle: Bundle): Json {
  requireForm('RecoveryBundle', bundle);
  if (bundle.user !== user) throw new Refusal('mismatch', 'another user');
  if (bundle.version < known) throw new Refusal('replayed', 'an old bundle');
  const { ciphertext, ...header } = bundle;
  const ad = bound('eccp.recovery-ad.v1', header);
  const plain = open(key, bytes(bundle.salt), 'eccp.recovery.v1', bytes(ciphertext), ad);
  const value = read(plain);
  const isKey = (text: unknown) => typeof text === 'string' && /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text);
  const isVersion = (number: unknown) => Number.isSafeInteger(number) && Number(number) >= 1;
  const has = (object: Json | undefined, members: string): object is JsonObject =>
    isObject(object) && Object.keys(object).sort().join(' ') === members;
  if (!has(value, 'account_key pins v') || value.v !== 1 || !isObject(value.pins))
    throw new Refusal('malformed', 'no recovery');
  const { account_key: own } = value;
  const good =
    has(own, 'seed version') &&
    isKey(own.seed) &&
    isVersion(own.version) &&
    Object.values(value.pins).every(
      (pin) => has(pin, 'ed25519 version') && isKey(pin.ed25519) && isVersion(pin.version),
    );
  if (!good) throw new Refusal('malformed', 'no recovery');
  return value;
}

function read(plain: Uint8Array): Json {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
    const value = JSON.parse(text) as Json;
    if (canonical(value) === text) return value;
  } catch {}
  throw new Refusal('malformed', 'not in canonical form');
}
