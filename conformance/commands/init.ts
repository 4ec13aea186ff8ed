// eccp-conformance init
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError, messageOf } from '../outcome.ts';
import { CONFIG_FILE } from '../settings/file.ts';
import { SETTINGS, variableOf } from '../settings/table.ts';
import type { Surface } from './surface.ts';

const HELP = `
It writes eccp-conformance.yaml, in which each setting stands with what it does, and a workflow for your CI:
  --ci github   .github/workflows/eccp-conformance.yml
  --ci gitlab   .gitlab/eccp-conformance.yml, for an include in .gitlab-ci.yml
Both need a line of yours: how your node is started. No file that is there is written over without --force.

Examples:
  eccp-conformance init
  eccp-conformance init --url http://127.0.0.1:8008 --ci gitlab`;

const EXAMPLES: Readonly<Record<string, string>> = {
  peer: 'http://127.0.0.1:8009',
  launch: "'./my-node --listen 127.0.0.1:{port} --data {data}'",
  'launch-peer': "'./my-node --listen 127.0.0.1:{port} --data {data}'",
  driver: 'my-node.yaml',
  profile: 'core,federation',
  tags: "'@cap-federation'",
  ca: 'ca.pem',
  baseline: 'eccp-baseline.yaml',
  seed: '1',
};

const GITHUB = `# Runs the ECCP conformance suite. eccp-conformance.yaml says how; secrets come from the environment.
name: ECCP conformance
on: [push, pull_request]
permissions:
  contents: read
jobs:
  conformance:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - name: Start the node
        run: ./start-my-node & # put here what starts your node, at the url in eccp-conformance.yaml
      - name: Wait for it
        run: curl --silent --fail --retry 30 --retry-delay 1 --retry-all-errors URL/_eccp/client/v1/health
      - name: Run the suite
        run: npx --yes --package eccp eccp-conformance run
        env:
          ECCP_CONFORMANCE_REGISTRATION_TOKEN: \${{ secrets.ECCP_CONFORMANCE_REGISTRATION_TOKEN }}
          ECCP_CONFORMANCE_ADMIN_TOKEN: \${{ secrets.ECCP_CONFORMANCE_ADMIN_TOKEN }}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: eccp-conformance
          path: report
`;

const GITLAB = `# Runs the ECCP conformance suite. In .gitlab-ci.yml:
#   include:
#     - local: .gitlab/eccp-conformance.yml
# eccp-conformance.yaml says how; ECCP_CONFORMANCE_ADMIN_TOKEN and ECCP_CONFORMANCE_REGISTRATION_TOKEN are variables of the project.
eccp-conformance:
  image: node:24
  script:
    - ./start-my-node & # put here what starts your node, at the url in eccp-conformance.yaml
    - curl --silent --fail --retry 30 --retry-delay 1 --retry-all-errors URL/_eccp/client/v1/health
    - npx --yes --package eccp eccp-conformance run
  artifacts:
    when: always
    paths: [report]
    reports:
      junit: report/junit.xml
`;

interface InitFlags {
  url: string;
  ci: string;
  force?: boolean;
}

/** Adds `init`. */
export function addInit(program: Command, { console, surroundings }: Surface): void {
  program
    .command('init')
    .description('write a configuration file and a CI workflow to begin with')
    .option('--url <url>', "the node's base URL", 'http://127.0.0.1:8008')
    .option('--ci <system>', 'github or gitlab', 'github')
    .option('--force', 'write over files that are there')
    .addHelpText('after', HELP)
    .action(({ url, ci, force }: InitFlags) => {
      const files = filesFor(url, ci);
      const there = files.map(([path]) => path).filter((path) => existsSync(join(surroundings.cwd, path)));
      if (there.length > 0 && !force)
        throw new ConfigurationError(
          `${there.join(' and ')} ${there.length > 1 ? 'are' : 'is'} there already: --force writes over what is there. Nothing was written.`,
        );
      for (const [path, text] of files) {
        write(join(surroundings.cwd, path), text);
        console.out(`Wrote ${path}\n`);
      }
      console.out('Next: eccp-conformance doctor\n');
    });
}

/** Paths and texts. @throws ConfigurationError for a CI system that it does not know. */
function filesFor(url: string, ci: string): [string, string][] {
  const workflows: Record<string, [string, string]> = {
    github: ['.github/workflows/eccp-conformance.yml', GITHUB],
    gitlab: ['.gitlab/eccp-conformance.yml', GITLAB],
  };
  const workflow = workflows[ci];
  if (!workflow) throw new ConfigurationError(`--ci ${ci}: there are github and gitlab.`);
  const [path, text] = workflow;
  return [
    [CONFIG_FILE, configText(url)],
    [path, text.replace('URL', url.replace(/\/+$/, ''))],
  ];
}

/** The file with each setting as a comment that takes effect once its # is gone. */
function configText(url: string): string {
  const lines = SETTINGS.filter(({ secret }) => !secret).map(({ name, help, kind, fallback }) => {
    const value = name === 'url' ? url : (EXAMPLES[name] ?? (kind === 'switch' ? 'true' : fallback || 'true'));
    return `\n# ${help}\n${name === 'url' ? '' : '# '}${name}: ${value}\n`;
  });
  const secrets = SETTINGS.filter(({ secret }) => secret).map(({ name, help }) => `#   ${variableOf(name)}  ${help}\n`);
  return `# What eccp-conformance run is told each time. Flags and variables of the environment win over this file.
# Secrets are for the environment only:
${secrets.join('')}${lines.join('')}`;
}

/** @throws ConfigurationError when it cannot be written. */
function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new ConfigurationError(`${path} cannot be written (${messageOf(error)}).`);
  }
}
