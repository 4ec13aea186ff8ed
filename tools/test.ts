// npm test: runs tools/checks.ts, and sees that nothing that it started outlives it, be it interrupted or done.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Milliseconds in which what was asked to end may clean up. */
const GRACE = 2000;

// A process group of its own: test files start nodes, and those who started them may be gone.
const checks = spawn(process.execPath, [join(import.meta.dirname, 'checks.ts')], { stdio: 'inherit', detached: true });

function signalAll(signal: NodeJS.Signals): void {
  try {
    if (checks.pid !== undefined) process.kill(-checks.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // nobody is left
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    signalAll('SIGTERM');
    setTimeout(() => {
      signalAll('SIGKILL');
      process.exit(1);
    }, GRACE);
  });
}
checks.on('exit', (code, signal) => {
  process.exitCode = code ?? 1;
  if (signal !== null) return;
  signalAll('SIGTERM'); // the suite ends the nodes that it has launched, which are in groups of their own
  setTimeout(() => signalAll('SIGKILL'), GRACE);
});
