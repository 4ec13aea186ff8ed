// eccp-node peers: what the running node knows of other nodes, and what its operator decides of them.
import { styleText } from 'node:util';
import { type Command, InvalidArgumentError } from 'commander';
import { isNodeName } from '../core/ids.ts';
import type { Peer, PeerDecision, PeerList } from '../generated/api.ts';
import { act, CommandError, type DataDirOption, dataDirOf, dataDirOption, plain, timeOf } from './command.ts';
import { OperatorApi } from './operator-api.ts';

type Decide = (
  node: string,
  options: DataDirOption & { perSecond?: number; burst?: number; common?: true },
) => Promise<number>;

/** @param done is told the exit code of the command that ran. */
export function addPeersCommand(program: Command, done: (code: number) => void): void {
  const peers = program
    .command('peers')
    .description('Other nodes: which there are, and with which yours has to do.')
    .showHelpAfterError('Try eccp-node peers --help.');
  const list = peers
    .command('list')
    .description('List the nodes that yours has met, waits for or has a decision about.')
    .addOption(dataDirOption())
    .option('--json', 'as JSON (schemas/PeerList.json)')
    .addHelpText('after', '\nExample:\n  eccp-node peers list --data-dir /var/lib/eccp');
  act(list, done, listPeers);
  const decision = (name: string, about: string, action: Decide, example = '') => {
    const command = peers
      .command(name)
      .description(about)
      .argument('<node>', 'its name', nodeName)
      .addOption(dataDirOption());
    command.addHelpText('after', `\nExample:\n  eccp-node peers ${name} node.example.net${example}`);
    act(command, done, action);
    return command;
  };
  decision(
    'approve',
    'Let a node in: in the mode moderated by approving it, in allow_list by putting it on the list.',
    (node, options) => decide(node, { action: 'approve' }, options),
  );
  decision('block', 'Have nothing to do with a node, whatever else is decided.', (node, options) =>
    decide(node, { action: 'block' }, options),
  );
  decision('unblock', 'Undo block.', (node, options) => decide(node, { action: 'unblock' }, options));
  decision(
    'lift-quarantine',
    'Trust the keys that a node now serves, although they contradict the ones that it had.',
    (node, options) => decide(node, { action: 'lift_quarantine' }, options),
  );
  decision('limit', 'Give a node a limit of its own, or the common one again.', setLimit, ' --per-second 5 --burst 20')
    .option('--per-second <number>', 'how many requests a second it may make', amount)
    .option('--burst <number>', 'how many at once', amount)
    .option('--common', 'the limit that all nodes have');
}

async function listPeers(options: DataDirOption & { json?: true }): Promise<number> {
  const api = await OperatorApi.find(dataDirOf(options));
  const answer = await api.call<PeerList>('GET', '/peers');
  if (options.json) console.log(JSON.stringify(answer, null, 2));
  else if (answer.peers.length === 0) console.log('No other node has been met.');
  else console.log(table(answer.peers));
  return 0;
}

const setLimit: Decide = async (node, options) => {
  const { perSecond, burst, common } = options;
  if (common ? perSecond !== undefined || burst !== undefined : perSecond === undefined || burst === undefined) {
    throw new CommandError('give either --per-second and --burst, or --common', 2);
  }
  const limit = perSecond === undefined || burst === undefined ? {} : { limit: { per_second: perSecond, burst } };
  return decide(node, { action: 'limit', ...limit }, options);
};

async function decide(node: string, decision: PeerDecision, options: DataDirOption): Promise<number> {
  const api = await OperatorApi.find(dataDirOf(options));
  const peer = await api.call<Peer>('POST', `/peers/${encodeURIComponent(node)}`, decision);
  console.log(`${node}: ${stateOf(peer)}${peer.approved ? ', approved' : ''}, ${limitOf(peer)}`);
  if (decision.action === 'approve' && peer.decision === 'blocked') {
    console.log(`It stays blocked until: eccp-node peers unblock ${node}`);
  }
  return 0;
}

const heading = ['NODE', 'DECISION', 'QUEUED', 'LIMIT', 'LAST EXCHANGE'];
const colours = { allowed: 'green', waiting: 'yellow', refused: 'red', blocked: 'red' } as const;

function table(peers: Peer[]): string {
  const rows = [
    heading,
    ...peers.map((peer) => [peer.node, stateOf(peer), String(peer.queued), limitOf(peer), contactOf(peer)]),
  ];
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  for (const [i, peer] of peers.entries()) {
    const line = lines[i + 1];
    if (line?.[1] !== undefined)
      line[1] = styleText(peer.quarantined === undefined ? colours[peer.decision] : 'red', line[1]);
  }
  return lines.map((cells) => cells.join('  ').trimEnd()).join('\n');
}

function stateOf({ decision, quarantined }: Peer): string {
  return quarantined === undefined ? decision : `${decision}, in quarantine (${plain(quarantined)})`;
}

function limitOf({ limit }: Peer): string {
  return `${limit.per_second}/s, burst ${limit.burst}`;
}

function contactOf({ last_success_ts, last_failure }: Peer): string {
  const success = last_success_ts === undefined ? 'never' : timeOf(last_success_ts);
  return last_failure === undefined ? success : `${success}; failed since: ${plain(last_failure)}`;
}

function nodeName(text: string): string {
  if (!isNodeName(text))
    throw new InvalidArgumentError('Use the name of a node, such as node.example.net or 192.0.2.1:8448.');
  return text;
}

function amount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('Use a whole number above 0.');
  return Number(text);
}
