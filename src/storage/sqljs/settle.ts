/** Makes the directory what `load` found in it, before anything is appended. Safe to be interrupted and repeated. */
import { join } from 'node:path';
import { type Damage, generationsOf, type Loaded } from './boot.ts';
import { type Files, writeBeside, writeFully } from './files.ts';
import { Journal, type JournalHooks, type Position } from './journal.ts';
import { journalName } from './journal-format.ts';
import { snapshotName } from './snapshot.ts';
import type { StoreEvent } from './store-events.ts';

/** @returns the journal to append to. */
export async function settle(
  files: Files,
  directory: string,
  { position, size, base, damage }: Loaded,
  hooks: JournalHooks,
  log: (event: StoreEvent) => void,
): Promise<Journal> {
  for (const each of damage) log(await moveAside(files, directory, each));
  const unfinished = (await files.list(directory)).filter((name) => /^(journal|snapshot)-.*\.tmp$/.test(name));
  for (const name of unfinished) await files.remove(join(directory, name));
  if (position.length === 0) {
    const { generation, sequence } = position;
    await removeObsolete(files, directory, base);
    return await Journal.create(files, directory, { generation, base: sequence }, hooks);
  }
  const path = join(directory, journalName(position.generation));
  if (size > position.length && damage.length === 0) {
    log({ event: 'torn_tail_cut', file: path, offset: position.length, bytes: size - position.length });
  }
  await cut(files, directory, position);
  await removeObsolete(files, directory, base);
  return new Journal(await files.open(path, 'existing'), position, hooks);
}

/**
 * Removes what follows the durable end, and makes sure of what is before: a process that was killed may have left
 * records that are in the kernel's memory only, and from now on they are read.
 */
export async function cut(files: Files, directory: string, position: Position): Promise<void> {
  const file = await files.open(join(directory, journalName(position.generation)), 'existing');
  try {
    await file.truncate(position.length);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.syncDirectory(directory);
}

/** Removes the generations before the snapshot's. */
export async function removeObsolete(files: Files, directory: string, snapshot: number): Promise<void> {
  const names = await files.list(directory);
  const before = (pattern: RegExp) => generationsOf(names, pattern).filter((generation) => generation < snapshot);
  const obsolete = [
    ...before(/^journal-(\d+)\.log$/).map(journalName),
    ...before(/^snapshot-(\d+)\.db$/).map(snapshotName),
  ];
  for (const name of obsolete) await files.remove(join(directory, name));
}

async function moveAside(files: Files, directory: string, { name, offset }: Damage): Promise<StoreEvent> {
  const path = join(directory, name);
  const names = new Set(await files.list(directory));
  let movedTo = `${name}.damaged-${offset}`;
  for (let again = 2; names.has(movedTo); again++) movedTo = `${name}.damaged-${offset}-${again}`;
  const bytes = (await files.read(path)).subarray(offset);
  if (offset === 0) {
    await files.rename(path, join(directory, movedTo));
    await files.syncDirectory(directory);
  } else {
    await writeBeside(files, join(directory, movedTo), (file) => writeFully(file, bytes, 0));
    const file = await files.open(path, 'existing');
    try {
      await file.truncate(offset);
      await file.sync();
    } finally {
      await file.close();
    }
  }
  return { event: 'damage_moved_aside', file: path, offset, bytes: bytes.length, movedTo: join(directory, movedTo) };
}
