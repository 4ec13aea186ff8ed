// eccp.recovery.v1 (chapter 27).
import type { Pin } from './account.ts';
import { fromBase64url, type Random, systemRandom, toBase64url, utf8 } from './bytes.ts';
import { E2eeError } from './error.ts';
import { ciphertext, constant, id, key, object, requireThat } from './form.ts';
import { bound, canonicalText, parseText } from './json.ts';
import { cipher, decrypted } from './schedule.ts';

/** What an account needs to outlive its devices. */
export type Recovery = {
  v: 1;
  account_key: { version: number; seed: string };
  pins: { [user: string]: Pin };
};

/** The content of the account data `eccp.recovery`. */
export type RecoveryBundle = {
  algorithm: 'eccp.recovery.v1';
  user: string;
  version: number;
  salt: string;
  ciphertext: string;
};

const version = (value: unknown, name: string) =>
  requireThat(Number.isSafeInteger(value) && (value as number) >= 1, name);
const checkBundle = object({ algorithm: constant('eccp.recovery.v1'), user: id, version, salt: key, ciphertext });
const checkPin = object({ version, ed25519: key });
const checkRecovery = object({
  v: constant(1),
  account_key: object({ version, seed: key }),
  pins: (value, name) => {
    requireThat(typeof value === 'object' && value !== null && !Array.isArray(value), name);
    for (const [user, pin] of Object.entries(value as object)) {
      id(user, name);
      checkPin(pin, `${name}.${user}`);
    }
  },
});

const info = 'eccp.recovery.v1';
const adDomain = 'eccp.recovery-ad.v1';

/**
 * Encrypts what an account needs.
 *
 * @param bundleVersion one more than that of the bundle before, 1 for the first.
 * @throws E2eeError malformed for what is not of the form of section 27.2
 */
export function sealRecovery(
  recoveryKey: Uint8Array,
  user: string,
  bundleVersion: number,
  recovery: Recovery,
  random: Random = systemRandom,
): RecoveryBundle {
  checkRecovery(recovery, 'recovery');
  const salt = random(32);
  const header = { algorithm: 'eccp.recovery.v1' as const, user, version: bundleVersion, salt: toBase64url(salt) };
  const by = cipher(recoveryKey, salt, info, bound(adDomain, header));
  return { ...header, ciphertext: toBase64url(by.encrypt(utf8(canonicalText(recovery)))) };
}

/**
 * Opens a bundle.
 *
 * @param known the highest version of a bundle that the client knows of, 0 for none.
 * @throws E2eeError malformed, mismatch, replayed, bad_ciphertext
 */
export function openRecovery(recoveryKey: Uint8Array, user: string, known: number, bundle: RecoveryBundle): Recovery {
  checkBundle(bundle, 'bundle');
  const { ciphertext: sealed, ...header } = bundle;
  if (bundle.user !== user) throw new E2eeError('mismatch', `the bundle of ${bundle.user}`);
  if (bundle.version < known) throw new E2eeError('replayed', 'there was a later bundle');
  const by = cipher(recoveryKey, fromBase64url(bundle.salt), info, bound(adDomain, header));
  const plaintext = decrypted(by, fromBase64url(sealed));
  const recovery = parseText(plaintext);
  checkRecovery(recovery, 'recovery');
  requireThat(toBase64url(utf8(canonicalText(recovery))) === toBase64url(plaintext), 'the form of the plaintext');
  return recovery as Recovery;
}
