// Commands of the implementer, for the shell: with the values that the suite puts into them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { MissingPrerequisite } from '../outcome.ts';

/** Milliseconds that a command of a driver has. */
const DEADLINE = 60_000;
/** Characters of what a command complained that are worth showing. */
const SHOWN = 1000;

/** Puts values in the place of their {names}, quoted for the shell. What is no name of theirs, or stands after a `$`, stays. */
export function filled(command: string, values: Readonly<Record<string, string>>): string {
  return command.replace(/(?<!\$)\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    return value === undefined ? placeholder : `'${value.replaceAll("'", `'\\''`)}'`;
  });
}

/**
 * Runs a command to its end.
 * @param what it is, for people.
 * @param folder where it runs.
 * @returns what it printed.
 * @throws MissingPrerequisite unless it succeeds in time.
 */
export async function perform(what: string, command: string, folder: string): Promise<string> {
  const child = spawn(command, { shell: true, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: DEADLINE });
  const [out, complaint, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  if (code === 0) return out;
  const came = `${signal ?? `exit code ${code}`} of ${command}: ${complaint.trim().slice(-SHOWN) || 'it says nothing'}`;
  throw new MissingPrerequisite(`${what} of the driver to succeed`, came);
}
