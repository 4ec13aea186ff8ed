import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';

export interface Served {
  readonly url: string;
  /** From the start of the process to its first line that names a URL, in milliseconds. */
  readonly startMs: number;
  /** Resident memory, in megabytes. */
  memory(): number;
  stop(): Promise<void>;
}

/** Starts a program of this repository that prints `serves at <url>`. */
export async function serve(args: string[]): Promise<Served> {
  const start = performance.now();
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${output}`)));
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
      const found = /serves at (http:\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    });
  });
  return {
    url,
    startMs: performance.now() - start,
    memory: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1024,
    async stop() {
      child.removeAllListeners('exit');
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
