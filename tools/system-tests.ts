// npm run test:system: tests that need more of the machine than npm and Node.js. It installs nothing, and says what is lacking.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM } from '../test/system/chromium.ts';

const root = join(import.meta.dirname, '..');

/** What the tests need beside npm's packages, and how one gets it. */
const NEEDED = [{ path: CHROMIUM, how: "Debian's package chromium brings it; CHROMIUM names another place" }];

const lacking = NEEDED.filter(({ path }) => !existsSync(path));
for (const { path, how } of lacking) console.error(`test:system: there is no ${path}: ${how}.`);
if (lacking.length > 0) process.exit(2);
const files = globSync('test/system/**/*.test.ts', { cwd: root }).sort();
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...files], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
