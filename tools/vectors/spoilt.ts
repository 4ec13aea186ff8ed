import { fromBase64url, toBase64url } from '../../src/core/encoding.ts';
import { order, toBytes, toNumber } from './curve.ts';

/** A signature with a bit of R flipped. */
export function flipped(signature: string): string {
  const bytes = fromBase64url(signature);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  return toBase64url(bytes);
}

/** A signature with S + L in place of S: the same to whoever reduces S (ID-072). */
export function raised(signature: string): string {
  const bytes = fromBase64url(signature);
  return toBase64url(Buffer.concat([bytes.subarray(0, 32), toBytes(toNumber(bytes.subarray(32)) + order)]));
}
