// eccp-node keys: the keys with which the running node signs.
import type { Command } from 'commander';
import type { KeysRotated } from '../generated/api.ts';
import { act, type DataDirOption, dataDirOf, dataDirOption } from './command.ts';
import { OperatorApi } from './operator-api.ts';

/** @param done is told the exit code of the command that ran. */
export function addKeysCommand(program: Command, done: (code: number) => void): void {
  const keys = program
    .command('keys')
    .description('The keys with which your node signs.')
    .showHelpAfterError('Try eccp-node keys --help.');
  for (const [name, revoke, about] of [
    ['rotate', false, 'Sign with a new key from now on. What the keys before have signed stays good.'],
    ['revoke', true, 'Sign with a new key, and tell everybody to trust none of those before: they are in other hands.'],
  ] as const) {
    const command = keys
      .command(name)
      .description(about)
      .addOption(dataDirOption())
      .addHelpText('after', `\nExample:\n  eccp-node keys ${name} --data-dir /var/lib/eccp`);
    act(command, done, (options: DataDirOption) => rotate(revoke, options));
  }
}

async function rotate(revoke: boolean, options: DataDirOption): Promise<number> {
  const api = await OperatorApi.find(dataDirOf(options));
  const { version, key } = await api.call<KeysRotated>('POST', '/keys/rotate', { revoke });
  console.log(`The node signs with ${key}, by version ${version} of its key document.`);
  console.log('Back up the folder keys of its data directory: without the new key it cannot go on.');
  return 0;
}
