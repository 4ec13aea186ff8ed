// What README.md shows for several nodes on one machine, so that tests run just that.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { NetworkNode } from './nodes.ts';

const heading = '## Several nodes on one machine';
const shownPorts = ['8451', '8452', '8453'];
const shownFolders = ['./eccp-data/1', './eccp-data/2', './eccp-data/3'];

export interface Shown {
  /** The three nodes that the commands start. */
  readonly nodes: NetworkNode[];
  /** Lines for bash. */
  readonly session: string;
}

/**
 * @param ports in place of those that README has, for nothing else may listen there.
 * @param folders in place of its data directories.
 */
export async function shownNetwork(ports: readonly number[], folders: readonly string[]): Promise<Shown> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split(`${heading}\n`);
  const [commands = '', session = ''] = [...section.matchAll(/^```\n(.*?)^```$/gms)].map(([, block]) => block);
  const replaced = (text: string) =>
    [...shownPorts, ...shownFolders].reduce((done, shown, i) => {
      assert.ok(commands.includes(shown), `README does not have ${shown}`);
      return done.replaceAll(shown, String([...ports, ...folders][i]));
    }, text);
  const started = replaced(commands)
    .replaceAll(/\\\n\s*/g, '')
    .trim()
    .split('\n');
  const nodes = started.map((line) => {
    const [program, , command, ...args] = line.split(/\s+/);
    assert.deepEqual([program, command], ['node', 'serve'], line);
    return new NetworkNode(args);
  });
  assert.equal(nodes.length, shownPorts.length);
  return { nodes, session: replaced(session) };
}
