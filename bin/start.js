// Plain JavaScript that an old Node can parse: it checks the version before anything newer is loaded.
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);

/**
 * Runs one of the package's programs: the TypeScript sources in a checkout, the compiled ones in an installed package
 * (which ships no sources, because Node strips no types under node_modules).
 * The module must export `main(argv: string[]): Promise<number>`, the exit code.
 */
export function start(name, source, compiled) {
  const wanted = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).engines.node.replace(/[^0-9.]/g, '');
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    console.error(
      `${name} needs Node.js ${wanted} or newer; this is ${process.versions.node}. Install a newer one, or use npm run.`,
    );
    process.exit(2);
  }
  // Later starts need neither to compile nor to strip types. Where the folder cannot be written, nothing is kept.
  module.enableCompileCache(fileURLToPath(new URL('node_modules/.cache/eccp', root)));
  const entry = new URL(source, root);
  import(existsSync(entry) ? entry : new URL(compiled, root))
    .then(({ main }) => main(process.argv.slice(2)))
    .then((code) => {
      process.exitCode = code;
    });
}
