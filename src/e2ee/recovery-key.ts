// The recovery key as people write it down (section 27.1).
import { concat, type Random, systemRandom } from './bytes.ts';
import { E2eeError } from './error.ts';
import { hashBytes } from './json.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const keySize = 16;
const checkSize = 4;
const characters = ((keySize + checkSize) * 8) / 5;

/** A fresh recovery key. */
export function newRecoveryKey(random: Random = systemRandom): Uint8Array {
  return random(keySize);
}

/** Eight groups of four characters, with a check against slips of the pen. */
export function writeRecoveryKey(key: Uint8Array): string {
  const text = [...base32(concat(key, checkOf(key)))];
  return Array.from({ length: characters / 4 }, (_, i) => text.slice(4 * i, 4 * i + 4).join('')).join('-');
}

/**
 * The key that somebody typed in.
 *
 * @throws E2eeError malformed (REC-003)
 */
export function readRecoveryKey(text: string): Uint8Array {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  const values = [...plain].map((character) => alphabet.indexOf(character));
  // Other alphabets have letters that become Latin ones as capitals.
  const isPlain = /^[0-9A-Za-z\s-]*$/.test(text) && values.length === characters && !values.includes(-1);
  if (!isPlain) throw new E2eeError('malformed', 'not a recovery key');
  const both = new Uint8Array(keySize + checkSize);
  for (let bit = 0; bit < characters * 5; bit++) {
    const isSet = ((values[Math.floor(bit / 5)] ?? 0) >> (4 - (bit % 5))) & 1;
    both[bit >> 3] = ((both[bit >> 3] ?? 0) << 1) | isSet;
  }
  const key = both.slice(0, keySize);
  if (!checkOf(key).every((byte, i) => byte === both[keySize + i])) {
    throw new E2eeError('malformed', 'the recovery key has a mistake in it');
  }
  return key;
}

function checkOf(key: Uint8Array): Uint8Array {
  return hashBytes('eccp.recovery-key.v1', key).subarray(0, checkSize);
}

/** Of 20 bytes, which are 32 characters with no bit left over. */
function base32(bytes: Uint8Array): string {
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  let text = '';
  for (let i = 0; i < characters; i++) {
    text = (alphabet[Number(number & 31n)] ?? '') + text;
    number >>= 5n;
  }
  return text;
}
