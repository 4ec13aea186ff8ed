import { EccpError } from './errors.ts';

/** Bytes as base64url without padding (JSON-030). */
export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

/**
 * The bytes that a base64url text stands for. Every byte string has one text: padding, other alphabets, white space and
 * non-zero spare bits in the last character are refused.
 *
 * @param length how many bytes it must be, when that is known.
 * @throws EccpError ECCP_BAD_ENCODING
 */
export function fromBase64url(text: string, length?: number): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) {
    throw new EccpError('ECCP_BAD_ENCODING', 'not base64url without padding'); // JSON-031
  }
  if (length !== undefined && bytes.length !== length) {
    throw new EccpError('ECCP_BAD_ENCODING', `${bytes.length} bytes where ${length} are expected`); // JSON-032
  }
  return bytes;
}
