// Mutants of chapter 27: client libraries.
import type { Mutant } from './mutant.ts';

const KEY = 'src/e2ee/recovery-key.ts';
const RECOVERY = 'src/e2ee/recovery.ts';
const OPEN = 'const plaintext = decrypted(by, fromBase64url(sealed));';
const UPPER = "const plain = text.toUpperCase().replace(/[\\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');";

/** Takes what decrypts with other associated data, too. */
function alsoUnder(ad: string): string {
  return `let plaintext: Uint8Array;
  try {
    plaintext = decrypted(by, fromBase64url(sealed));
  } catch {
    plaintext = decrypted(cipher(recoveryKey, fromBase64url(bundle.salt), info, bound(adDomain, ${ad})), fromBase64url(sealed));
  }`;
}

export const mutants: readonly Mutant[] = [
  {
    requirement: 'REC-001',
    breaks: 'leaves zero bytes at the beginning of the check out',
    file: KEY,
    find: 'const text = [...base32(concat(key, checkOf(key)))];',
    put: 'const check = checkOf(key); const text = [...base32(concat(key, check[0] === 0 ? concat(check.subarray(1), new Uint8Array(1)) : check))];',
  },
  {
    requirement: 'REC-002',
    breaks: 'reads no small letters',
    file: KEY,
    find: UPPER,
    put: UPPER.replace('.toUpperCase()', ''),
  },
  {
    requirement: 'REC-002',
    breaks: 'leaves no white space out',
    file: KEY,
    find: UPPER,
    put: UPPER.replace('\\s', ''),
  },
  {
    requirement: 'REC-002',
    breaks: 'leaves spaces out, but no line breaks',
    file: KEY,
    find: UPPER,
    put: UPPER.replace('\\s', ' '),
  },
  {
    requirement: 'REC-002',
    breaks: 'wants hyphens',
    file: KEY,
    find: '&& values.length === characters',
    put: "&& values.length === characters && text.includes('-')",
  },
  {
    requirement: 'REC-002',
    breaks: 'does not take O as 0',
    file: KEY,
    find: ".replaceAll('O', '0')",
    put: '',
  },
  {
    requirement: 'REC-002',
    breaks: 'does not take I as 1',
    file: KEY,
    find: '/[IL]/g',
    put: '/L/g',
  },
  {
    requirement: 'REC-002',
    breaks: 'does not take L as 1',
    file: KEY,
    find: '/[IL]/g',
    put: '/I/g',
  },
  {
    requirement: 'REC-003',
    breaks: 'reads a key of which the last character is missing',
    file: KEY,
    find: 'values.length === characters',
    put: '(values.length === characters || values.length === characters - 1)',
    more: [
      {
        file: KEY,
        find: 'every((byte, i) => byte === both[keySize + i])',
        put: 'every((byte, i) => i === 3 || byte === both[keySize + i])',
      },
    ],
  },
  {
    requirement: 'REC-003',
    breaks: 'leaves characters after the key out',
    file: KEY,
    find: 'values.length === characters',
    put: 'values.length >= characters',
  },
  {
    requirement: 'REC-003',
    breaks: 'takes U as V',
    file: KEY,
    find: ".replaceAll('O', '0')",
    put: ".replaceAll('O', '0').replaceAll('U', 'V')",
  },
  {
    requirement: 'REC-003',
    breaks: 'takes characters that it does not know as the last of the alphabet',
    file: KEY,
    find: '&& !values.includes(-1)',
    put: '',
  },
  {
    requirement: 'REC-003',
    breaks: 'takes letters of other alphabets as capitals',
    file: KEY,
    find: '/^[0-9A-Za-z\\s-]*$/.test(text) &&',
    put: '',
  },
  {
    requirement: 'REC-003',
    breaks: 'does not look at the check',
    file: KEY,
    find: 'if (!checkOf(key).every((byte, i) => byte === both[keySize + i]))',
    put: 'if (false)',
  },
  {
    requirement: 'REC-010',
    breaks: 'takes of the salt what stands before its first zero byte',
    file: RECOVERY,
    find: 'const by = cipher(recoveryKey, fromBase64url(bundle.salt), info, bound(adDomain, header));',
    put: 'const salt = fromBase64url(bundle.salt); const by = cipher(recoveryKey, salt.includes(0) ? salt.subarray(0, salt.indexOf(0)) : salt, info, bound(adDomain, header));',
  },
  {
    requirement: 'REC-011',
    breaks: 'takes a bundle under another version',
    file: RECOVERY,
    find: OPEN,
    put: alsoUnder('{ ...header, version: header.version - 1 }'),
  },
  {
    requirement: 'REC-011',
    breaks: 'takes a bundle that was made for another user',
    file: RECOVERY,
    find: OPEN,
    put: alsoUnder("{ ...header, user: '@alice:example.org' }"),
  },
  {
    requirement: 'REC-012',
    breaks: 'leaves `pins` out where there are none',
    file: RECOVERY,
    find: 'by.encrypt(utf8(canonicalText(recovery)))',
    put: "by.encrypt(utf8(canonicalText(recovery).replace('\"pins\":{},', '')))",
  },
  {
    requirement: 'REC-012',
    breaks: 'opens no bundle without pins',
    file: RECOVERY,
    find: 'const recovery = parseText(plaintext);',
    put: "const recovery = parseText(plaintext); requireThat(!Buffer.from(plaintext).includes('\"pins\":{}'), 'pins');",
  },
  {
    requirement: 'REC-014',
    breaks: 'opens the bundle of another user',
    file: RECOVERY,
    find: 'if (bundle.user !== user)',
    put: 'if (false)',
  },
  {
    requirement: 'REC-015',
    breaks: 'opens a bundle that was replaced',
    file: RECOVERY,
    find: 'if (bundle.version < known)',
    put: 'if (false)',
  },
  {
    requirement: 'REC-015',
    breaks: 'opens only the version that it knows of',
    file: RECOVERY,
    find: 'if (bundle.version < known)',
    put: 'if (known > 0 && bundle.version !== known)',
  },
  {
    requirement: 'REC-016',
    breaks: 'says of a bundle that does not decrypt that it is malformed',
    file: RECOVERY,
    find: OPEN,
    put: `let plaintext: Uint8Array;
  try {
    plaintext = decrypted(by, fromBase64url(sealed));
  } catch {
    requireThat(bundle.version !== 3 || bundle.user !== '@alice:example.org', 'it does not decrypt');
    plaintext = decrypted(by, fromBase64url(sealed));
  }`,
  },
  {
    requirement: 'REC-016',
    breaks: 'takes a plaintext that is not in canonical form',
    file: RECOVERY,
    find: "requireThat(toBase64url(utf8(canonicalText(recovery))) === toBase64url(plaintext), 'the form of the plaintext');",
    put: '',
  },
  {
    requirement: 'REC-016',
    breaks: 'does not look at the form of the plaintext',
    file: RECOVERY,
    find: "const recovery = parseText(plaintext); checkRecovery(recovery, 'recovery');",
    put: 'const recovery = parseText(plaintext);',
  },
];
