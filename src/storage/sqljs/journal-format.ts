/**
 * The journal's bytes. Every number is little-endian.
 *
 *   file header (32)    "ECCPJRN1", u48 generation, u48 base, 8 zero bytes, u32 CRC of the 28 before
 *   record header (18)  u32 length of the payload, u48 sequence, u32 CRC of the payload, u32 CRC of the 14 before
 *
 * A record's header has its own CRC, so that a damaged length is told from a record cut short by a crash: a torn tail is
 * an incomplete header, or a whole and right header with too few bytes after it. Anything else that is wrong is damage.
 * Sequence numbers go up by one through all generations; `base` is the last one before this file, so that the next
 * file's `base` says where this one ends: what follows in it was refused, and never happened.
 */
import { crc32 } from 'node:zlib';

const MAGIC = Buffer.from('ECCPJRN1');
export const FILE_HEADER = 32;
export const RECORD_HEADER = 18;

export interface JournalHeader {
  generation: number;
  base: number;
}

export const journalName = (generation: number): string => `journal-${generation}.log`;

export function encodeFileHeader({ generation, base }: JournalHeader): Buffer {
  const bytes = Buffer.alloc(FILE_HEADER);
  MAGIC.copy(bytes);
  bytes.writeUIntLE(generation, 8, 6);
  bytes.writeUIntLE(base, 14, 6);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 28)), 28);
  return bytes;
}

/** @returns the header, or what is wrong with it. */
export function decodeFileHeader(bytes: Buffer): JournalHeader | string {
  if (bytes.length < FILE_HEADER) return 'the file header is incomplete';
  if (!bytes.subarray(0, 8).equals(MAGIC)) return 'it does not begin as a journal';
  if (bytes.readUInt32LE(28) !== crc32(bytes.subarray(0, 28))) return 'the checksum of the file header is wrong';
  return { generation: bytes.readUIntLE(8, 6), base: bytes.readUIntLE(14, 6) };
}

export function encodeRecord(sequence: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(RECORD_HEADER + payload.length);
  bytes.writeUInt32LE(payload.length, 0);
  bytes.writeUIntLE(sequence, 4, 6);
  bytes.writeUInt32LE(crc32(payload), 10);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 14)), 14);
  bytes.set(payload, RECORD_HEADER);
  return bytes;
}

export interface JournalRecord {
  sequence: number;
  offset: number;
  /** Where the next record begins. */
  end: number;
  payload: Buffer;
}

/** Why the scan stopped, and where. */
export type ScanEnd = { kind: 'end' | 'torn'; offset: number } | { kind: 'damaged'; offset: number; reason: string };

/** Yields the records after the file header. @param sequence the one the first record must have. */
export function* scanRecords(bytes: Buffer, sequence: number): Generator<JournalRecord, ScanEnd> {
  let offset = FILE_HEADER;
  for (let expected = sequence; offset < bytes.length; expected++) {
    const left = bytes.length - offset;
    if (left < RECORD_HEADER) return { kind: 'torn', offset };
    const header = bytes.subarray(offset, offset + RECORD_HEADER);
    if (header.readUInt32LE(14) !== crc32(header.subarray(0, 14))) {
      return { kind: 'damaged', offset, reason: 'the checksum of a record header is wrong' };
    }
    const length = header.readUInt32LE(0);
    if (header.readUIntLE(4, 6) !== expected) {
      return { kind: 'damaged', offset, reason: `record ${header.readUIntLE(4, 6)} stands where ${expected} belongs` };
    }
    if (left < RECORD_HEADER + length) return { kind: 'torn', offset };
    const end = offset + RECORD_HEADER + length;
    const payload = bytes.subarray(offset + RECORD_HEADER, end);
    if (header.readUInt32LE(10) !== crc32(payload)) {
      return { kind: 'damaged', offset, reason: 'the checksum of a record is wrong' };
    }
    yield { sequence: expected, offset, end, payload };
    offset = end;
  }
  return { kind: 'end', offset };
}
