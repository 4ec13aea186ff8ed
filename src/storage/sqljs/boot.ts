/**
 * From files to memory. A directory holds a chain: the newest snapshot N (none means an empty database and N = 1), then the
 * journals N, N+1, …, of which the last is appended to. `load` only reads, so that a boot that fails has changed nothing;
 * `settle` (settle.ts) then makes the directory what was found. The rebuild after a failed flush uses the same `load`.
 */
import { join } from 'node:path';
import { JournalDamaged, messageOf, ReplayDiverged, SnapshotDamaged } from '../errors.ts';
import type { Files } from './files.ts';
import type { Position } from './journal.ts';
import { decodeFileHeader, FILE_HEADER, type JournalRecord, journalName, scanRecords } from './journal-format.ts';
import { Memory } from './memory.ts';
import { decodeRecord, UNCHECKED } from './record.ts';
import { decodeSnapshot, type Snapshot, snapshotName } from './snapshot.ts';

/** A file that is not what was written, from a byte on. */
export interface Damage {
  name: string;
  offset: number;
}

export interface Loaded {
  memory: Memory;
  /** Where to go on; `length` is 0 when that journal is still to be made. */
  position: Position;
  /** Bytes in the journal to go on in: more than `position.length` when a crash left a torn record. */
  size: number;
  /** Generation of the snapshot it is based on; 0 without one. */
  base: number;
  /** With `repair`: what is to be moved aside. Empty otherwise. */
  damage: Damage[];
}

export interface LoadOptions {
  repair: boolean;
  /** Read only up to here: the bytes after it were refused. */
  until?: Position;
}

/** @throws JournalDamaged, SnapshotDamaged, ReplayDiverged */
export async function load(files: Files, directory: string, options: LoadOptions): Promise<Loaded> {
  const names = await files.list(directory);
  const { snapshot, broken } = await newestSnapshot(files, directory, names, options.repair);
  const memory = await Memory.open(snapshot?.bytes);
  try {
    const first = snapshot?.generation ?? 1;
    const journals = generationsOf(names, /^journal-(\d+)\.log$/).filter((generation) => generation >= first);
    const start: Position = {
      generation: first,
      base: snapshot?.sequence ?? 0,
      sequence: snapshot?.sequence ?? 0,
      length: 0,
    };
    const missing = snapshot === undefined && broken.length === 0 && (journals[0] ?? 1) > 1;
    if (missing) throw new SnapshotDamaged(join(directory, snapshotName(journals[0] ?? 1)), 'it is missing');
    const mustExist = snapshot !== undefined || journals.length > 0;

    let position = start;
    let size = 0;
    const damage: Damage[] = broken.map(({ generation }) => ({ name: snapshotName(generation), offset: 0 }));
    try {
      if (mustExist && journals[0] !== first)
        throw new JournalDamaged(join(directory, journalName(first)), 0, 'it is missing');
      for (const generation of journals) {
        const path = join(directory, journalName(generation));
        const end = await baseOf(files, directory, generation + 1);
        const limit = options.until?.generation === generation ? options.until.length : undefined;
        const bytes = await files.read(path, limit);
        for await (const reached of replayJournal(memory, path, bytes, { generation, position, end }))
          position = reached;
        size = bytes.length;
      }
    } catch (error) {
      if (!(error instanceof JournalDamaged && options.repair)) throw error;
      // What comes after the damage continues something that is lost: it goes aside too.
      const at = journals.findIndex((generation) => error.file.endsWith(journalName(generation)));
      for (const [index, generation] of journals.slice(Math.max(at, 0)).entries()) {
        damage.push({ name: journalName(generation), offset: index === 0 && at >= 0 ? error.offset : 0 });
      }
    }
    // A journal begins where the snapshot of its generation was made: reaching that journal proves that nothing is lost.
    const newest = broken[0];
    if (newest && position.generation < newest.generation) throw newest.error;
    return { memory, position, size, base: snapshot?.generation ?? 0, damage };
  } catch (error) {
    memory.close();
    throw error;
  }
}

/** Generations in ascending order. @param pattern has the number in its first group. */
export function generationsOf(names: readonly string[], pattern: RegExp): number[] {
  const numbers = names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number);
  return numbers.sort((a, b) => a - b);
}

type Broken = { generation: number; error: SnapshotDamaged };

async function newestSnapshot(files: Files, directory: string, names: readonly string[], repair: boolean) {
  const broken: Broken[] = [];
  let snapshot: Snapshot | undefined;
  for (const generation of generationsOf(names, /^snapshot-(\d+)\.db$/).reverse()) {
    const path = join(directory, snapshotName(generation));
    const decoded = decodeSnapshot(await files.read(path), generation);
    if (typeof decoded !== 'string') {
      snapshot = decoded;
      break;
    }
    const error = new SnapshotDamaged(path, decoded);
    if (!repair) throw error;
    broken.push({ generation, error });
  }
  return { snapshot, broken };
}

/** Where the journal before this one ends. An unreadable header is found when its own turn comes. */
async function baseOf(files: Files, directory: string, generation: number): Promise<number | undefined> {
  const header = await files
    .read(join(directory, journalName(generation)), FILE_HEADER)
    .then(decodeFileHeader, () => '');
  return typeof header === 'string' ? undefined : header.base;
}

interface Turn {
  generation: number;
  /** Where the journal before it ended. */
  position: Position;
  /** The last sequence number that counts; to the end of the file when undefined. */
  end: number | undefined;
}

/** Applies a journal's records, and yields how far it has come. */
async function* replayJournal(memory: Memory, path: string, bytes: Buffer, turn: Turn): AsyncGenerator<Position> {
  const header = decodeFileHeader(bytes);
  if (typeof header === 'string') throw new JournalDamaged(path, 0, header);
  let { sequence } = turn.position;
  if (header.generation !== turn.generation || header.base !== sequence) {
    const found = `generation ${header.generation} after record ${header.base}`;
    throw new JournalDamaged(path, 0, `it is ${found}, where generation ${turn.generation} after ${sequence} belongs`);
  }
  yield { ...header, sequence, length: FILE_HEADER };

  const records = scanRecords(bytes, sequence + 1);
  while (sequence !== turn.end) {
    const { done, value } = records.next();
    if (done) {
      if (value.kind === 'damaged') throw new JournalDamaged(path, value.offset, value.reason);
      if (turn.end === undefined) return; // a torn tail, if there is one, is cut by `settle`
      throw new JournalDamaged(
        path,
        value.offset,
        `it ends with record ${sequence}, the next journal begins after ${turn.end}`,
      );
    }
    replayRecord(memory, path, value);
    ({ sequence } = value);
    yield { ...header, sequence, length: value.end };
    if (sequence % 1000 === 0) await new Promise(setImmediate); // the lock's heart must beat meanwhile
  }
}

function replayRecord(memory: Memory, path: string, { payload, offset }: JournalRecord): void {
  try {
    const { changes, statements } = decodeRecord(payload);
    const before = memory.totalChanges();
    memory.begin();
    for (const { sql, parameters } of statements) memory.execute(sql, parameters);
    const changed = memory.totalChanges() - before;
    memory.commit();
    if (changes !== UNCHECKED && changes !== changed) throw new Error(`it changed ${changes} rows, and now ${changed}`);
  } catch (error) {
    throw new ReplayDiverged(path, offset, messageOf(error), error);
  }
}
