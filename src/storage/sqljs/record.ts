/**
 * One transaction as bytes: what its journal record holds, and what replays it.
 *
 *   payload    u32 changed rows (or UNCHECKED), then statements until the end
 *   statement  u32 length, SQL in UTF-8, u16 number of parameters, parameters
 *   parameter  u8 tag, then nothing (null), i32, f64, or u32 length and bytes (text in UTF-8, blob)
 */
import { StoreMisuse } from '../errors.ts';

export type Value = null | number | string | Uint8Array;

/** In place of the number of changed rows, when a statement failed on the way (SQLite's counter is then not exact). */
export const UNCHECKED = 0xffffffff;

const NULL = 0;
const INTEGER = 1;
const REAL = 2;
const TEXT = 3;
const BLOB = 4;

/** Parameters as SQLite binds them, now and at replay. */
export function bindable(parameters: readonly unknown[]): Value[] {
  return parameters.map((value) => {
    if (value === null || typeof value === 'number' || value instanceof Uint8Array) return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'bigint') return String(value); // a column of integer affinity makes it an integer again
    // A lone surrogate has no UTF-8: memory and journal would disagree.
    if (typeof value === 'string' && value.isWellFormed()) return value;
    throw new StoreMisuse(`a ${typeof value} that is not a well-formed SQL value was passed as a parameter`);
  });
}

/** Collects the statements of the transaction that is running. One is reused: transactions run one after another. */
export class RecordBuilder {
  #bytes = Buffer.alloc(64 * 1024);
  #length = 4;

  /** A mark to give to `rewind`. */
  get length(): number {
    return this.#length;
  }

  rewind(mark = 4): void {
    this.#length = mark;
  }

  get empty(): boolean {
    return this.#length === 4;
  }

  add(sql: Uint8Array, parameters: readonly Value[]): void {
    this.#reserve(4 + sql.length + 2);
    this.#length = this.#bytes.writeUInt32LE(sql.length, this.#length);
    this.#bytes.set(sql, this.#length);
    this.#length = this.#bytes.writeUInt16LE(parameters.length, this.#length + sql.length);
    for (const value of parameters) this.#addValue(value);
  }

  /** @returns the payload, a copy. @param changes rows changed by the whole transaction, or UNCHECKED. */
  finish(changes: number): Buffer {
    this.#bytes.writeUInt32LE(changes, 0);
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #addValue(value: Value): void {
    if (value === null) {
      this.#reserve(1);
      this.#length = this.#bytes.writeUInt8(NULL, this.#length);
    } else if (typeof value === 'number') {
      this.#reserve(9);
      const small = value === (value | 0) && !Object.is(value, -0);
      this.#length = this.#bytes.writeUInt8(small ? INTEGER : REAL, this.#length);
      if (small) this.#length = this.#bytes.writeInt32LE(value, this.#length);
      else this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    } else if (typeof value === 'string') {
      this.#reserve(5 + value.length * 3);
      const size = this.#bytes.write(value, this.#length + 5);
      this.#length = this.#bytes.writeUInt8(TEXT, this.#length);
      this.#length = this.#bytes.writeUInt32LE(size, this.#length) + size;
    } else {
      this.#reserve(5 + value.length);
      this.#length = this.#bytes.writeUInt8(BLOB, this.#length);
      this.#length = this.#bytes.writeUInt32LE(value.length, this.#length);
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
    }
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

export interface ReplayStatement {
  sql: string;
  parameters: Value[];
}

/** The inverse of `RecordBuilder`. @throws RangeError when the payload is not one (its CRC was right: a bug). */
export function decodeRecord(payload: Buffer): { changes: number; statements: ReplayStatement[] } {
  const statements: ReplayStatement[] = [];
  let at = 4;
  const take = (size: number): Buffer => {
    const end = at + size;
    if (end > payload.length) throw new RangeError('a length in the record runs past its end');
    const slice = payload.subarray(at, end);
    at = end;
    return slice;
  };
  const bytes = (): Buffer => take(take(4).readUInt32LE());
  const value = (): Value => {
    const tag = take(1).readUInt8();
    if (tag === NULL) return null;
    if (tag === INTEGER) return take(4).readInt32LE();
    if (tag === REAL) return take(8).readDoubleLE();
    if (tag === TEXT) return bytes().toString('utf8');
    if (tag === BLOB) return bytes();
    throw new RangeError(`unknown parameter tag ${tag}`);
  };
  while (at < payload.length) {
    const sql = bytes().toString('utf8');
    const count = take(2).readUInt16LE();
    statements.push({ sql, parameters: Array.from({ length: count }, value) });
  }
  return { changes: payload.readUInt32LE(0), statements };
}
