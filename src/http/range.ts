// Ranges of bytes (RFC 9110 section 14), as far as MED-028 to MED-030 go.
import { EccpError } from '../core/errors.ts';

/** From the first byte up to but not including `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Tells where the end is, so that who asked can ask again. */
export class RangeRefusal extends EccpError {
  readonly contentRange: string;

  constructor(size: number) {
    super('ECCP_BAD_RANGE', `There are ${size} bytes, and none of those that the range asks for.`);
    this.contentRange = `bytes */${size}`;
  }
}

const RANGE = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/i;

/**
 * What a `Range` header asks for; undefined for a header that is to be passed over.
 *
 * @param size of the whole, in bytes.
 * @throws RangeRefusal for bytes that there are none of.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [match, first, last, length] = RANGE.exec(header ?? '') ?? [];
  if (match === undefined) return undefined;
  const from = first === undefined ? Math.max(0, size - Number(length)) : Number(first);
  const to = last === undefined || last === '' ? size : Number(last) + 1;
  if (first !== undefined && last !== '' && Number(last) < from) return undefined; // no range at all, by its own words
  if (from >= size) throw new RangeRefusal(size);
  return { from, to: Math.min(to, size) };
}
