import type { JsonObject } from '../core/canonical-json.ts';

/** The smallest size class, in bytes. */
const minBytes = 1024;
/** The largest: the most that a transaction may be. */
const maxBytes = 4 * 1024 * 1024;

/**
 * A transaction with a member `padding` that makes its text a power of two long, so that whoever watches the connection learns only
 * its size class. One that has such a length already, and one that no class can hold, stays as it is.
 *
 * @param transaction without padding; it is sent as JSON without white space.
 */
export function padded(transaction: JsonObject): JsonObject {
  const bytes = Buffer.byteLength(JSON.stringify(transaction));
  if (bytes === sizeClass(bytes)) return transaction;
  const comma = Object.keys(transaction).length === 0 ? '' : ',';
  const least = bytes + `${comma}"padding":""`.length;
  const size = sizeClass(least);
  return size > maxBytes ? transaction : { ...transaction, padding: 'A'.repeat(size - least) };
}

function sizeClass(bytes: number): number {
  let size = minBytes;
  while (size < bytes) size *= 2;
  return size;
}
