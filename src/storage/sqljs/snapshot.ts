/**
 * The database as one file, at the point where a generation's journal begins.
 *
 *   header (40)  "ECCPSNP1", u48 generation, u48 sequence, u48 length, 6 zero bytes, u32 CRC of the bytes, u32 CRC of the 36
 *   bytes        a SQLite database (after `tail -c +41` the sqlite3 tool opens it)
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Files, writeBeside, writeFully } from './files.ts';

const MAGIC = Buffer.from('ECCPSNP1');
const HEADER = 40;
const CHUNK = 4 * 1024 * 1024;

export interface Snapshot {
  generation: number;
  /** The last transaction that is in it. */
  sequence: number;
  /** A SQLite database; empty for an empty database. */
  bytes: Uint8Array;
}

export const snapshotName = (generation: number): string => `snapshot-${generation}.db`;

/** Durable, name included, when this resolves. The event loop is free between chunks. */
export async function writeSnapshot(files: Files, directory: string, snapshot: Snapshot): Promise<void> {
  await writeBeside(files, join(directory, snapshotName(snapshot.generation)), async (file) => {
    let crc = 0;
    for (let at = 0; at < snapshot.bytes.length; at += CHUNK) {
      const chunk = snapshot.bytes.subarray(at, at + CHUNK);
      crc = crc32(chunk, crc);
      await writeFully(file, chunk, HEADER + at);
    }
    const header = Buffer.alloc(HEADER);
    MAGIC.copy(header);
    header.writeUIntLE(snapshot.generation, 8, 6);
    header.writeUIntLE(snapshot.sequence, 14, 6);
    header.writeUIntLE(snapshot.bytes.length, 20, 6);
    header.writeUInt32LE(crc, 32);
    header.writeUInt32LE(crc32(header.subarray(0, 36)), 36);
    await writeFully(file, header, 0);
  });
}

/** @returns the snapshot, or what is wrong with it. */
export function decodeSnapshot(file: Buffer, generation: number): Snapshot | string {
  const header = file.subarray(0, HEADER);
  if (header.length < HEADER) return 'the header is incomplete';
  if (!header.subarray(0, 8).equals(MAGIC)) return 'it does not begin as a snapshot';
  if (header.readUInt32LE(36) !== crc32(header.subarray(0, 36))) return 'the checksum of the header is wrong';
  if (header.readUIntLE(8, 6) !== generation) return `it is of generation ${header.readUIntLE(8, 6)}`;
  const bytes = file.subarray(HEADER);
  if (header.readUIntLE(20, 6) !== bytes.length) return `it has ${bytes.length} bytes of ${header.readUIntLE(20, 6)}`;
  if (header.readUInt32LE(32) !== crc32(bytes)) return 'the checksum of its bytes is wrong';
  return { generation, sequence: header.readUIntLE(14, 6), bytes };
}
