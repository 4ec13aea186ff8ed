// A real node in a process of its own, for tests that kill, starve or restart it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/eccp-node.js', import.meta.url));
const startDeadlineMs = 60_000;

export interface NodeProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Ends it, and resolves with its exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/**
 * Starts a node on a free port and waits until it serves.
 *
 * @param shell a line for bash that runs before the node in the same process, such as a ulimit.
 */
export function startProcess(dataDir: string, args: string[] = [], shell?: string): Promise<NodeProcess> {
  const names = ['--server-name', 'node.test', '--public-base-url', 'http://node.test'];
  const rest = ['--bootstrap-admin', 'admin@node.test', '--listen', '127.0.0.1:0', '--registration', 'open'];
  return serve([...names, '--data-dir', dataDir, ...rest, ...args], shell);
}

/** Starts a node with the options of `serve` that are given, and no others, and waits until it serves. */
export async function serve(args: string[], shell?: string): Promise<NodeProcess> {
  const { child, output } = launch(['serve', ...args], shell);
  const url = await new Promise<string>((resolve, reject) => {
    const give = (error: Error) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(error);
    };
    const timer = setTimeout(
      () => give(new Error(`no node after ${startDeadlineMs} ms: ${output()}`)),
      startDeadlineMs,
    );
    child.once('exit', (code, signal) => give(new Error(`the node ended with ${code ?? signal}: ${output()}`)));
    child.stdout?.on('data', () => {
      const found = /serves at (https?:\S+)/.exec(output())?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
  return {
    url,
    child,
    output,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.kill(signal);
        await exit;
      }
      return child.exitCode ?? child.signalCode;
    },
  };
}

/** Runs eccp-node to its end. */
export async function runToEnd(args: string[]): Promise<{ code: number | null; output: string }> {
  const { child, output } = launch(args);
  await once(child, 'close');
  return { code: child.exitCode, output: output() };
}

function launch(args: string[], shell?: string): { child: ChildProcess; output: () => string } {
  const child =
    shell === undefined
      ? spawn(process.execPath, [bin, ...args])
      : spawn('bash', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, bin, ...args]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
  return { child, output: () => text };
}
