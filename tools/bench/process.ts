import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export interface Served {
  readonly url: string;
  /** From the start of the process to its first line that names a URL, in milliseconds. */
  readonly startMs: number;
  /** Resident memory, in megabytes. */
  memory(): number;
  /** Processor time used so far, in seconds; NaN where the system has no /proc. */
  cpu(): number;
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
    memory: () => residentMegabytes(child.pid),
    cpu: () => cpuSeconds(child.pid),
    async stop() {
      child.removeAllListeners('exit');
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** From /proc where there is one: to look often must not cost what is being measured. */
function residentMegabytes(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
  }
}

function cpuSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100; // user and system, in hundredths on every Linux
  } catch {
    return Number.NaN;
  }
}
