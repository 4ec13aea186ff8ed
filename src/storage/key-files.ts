// The files in which a node keeps what makes it who it is.
import { constants } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The file's text; undefined where there is no such file. */
export async function readFileIfAny(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written beside, synced and renamed: after a crash the file is whole, as it was or as it is to be, or not there. */
export async function replaceFile(file: string, text: string): Promise<string> {
  const beside = `${file}.new`;
  const handle = await open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
  const directory = await open(join(file, '..'));
  await directory.sync();
  await directory.close();
  return text;
}

/** When a file was written, in milliseconds since 1970. */
export async function writtenTs(file: string): Promise<number> {
  const { mtimeMs } = await stat(file);
  return Math.floor(mtimeMs);
}
