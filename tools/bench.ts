// npm run bench: what the node costs its clients, and what it costs to share rooms with other nodes.
import { parseArgs } from 'node:util';
import { benchClients } from './bench/clients.ts';
import { benchE2ee } from './bench/e2ee.ts';
import { benchFederation, isPart, parts } from './bench/federation.ts';
import { benchMedia } from './bench/media.ts';

const help = `npm run bench [-- --rounds N] [e2ee | media | federation [PART…]]

With neither: sends a second and their latency at 1, 8 and 32 connections beside a bare Express JSON echo, the
latency of a sync that is woken, the time to start, and memory. It takes about a minute.

With \`e2ee\`: what clients pay for encryption, by the library eccp/e2ee: sessions, messages in pairs and in rooms, files beside bare
AES-256-GCM. It takes half a minute.

With \`media\`: memory while a blob of 1 GiB goes up, down, and from node to node. It takes about two minutes and 3 GiB of disk.

With \`federation\`: two nodes that share rooms over loopback. It takes about five minutes. PARTS, all unless some are named:
${Object.entries(parts)
  .map(([name, { what }]) => `  ${name.padEnd(11)}${what}`)
  .join('\n')}

Everything runs on this machine, and nothing leaves it.

  --rounds N   runs of each kind; medians are printed (default 3)

Examples: npm run bench -- --rounds 5
          npm run bench -- federation latency`;

const options = { rounds: { type: 'string', default: '3' }, help: { type: 'boolean' } } as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const rounds = Number(values.rounds);
const [kind, ...named] = positionals;
const unknown =
  kind === 'federation' ? named.find((name) => !isPart(name)) : kind === 'e2ee' || kind === 'media' ? named[0] : kind;
if (values.help) {
  console.log(help);
} else if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds ${values.rounds} is not a number of rounds; try --rounds 3`);
  process.exitCode = 2;
} else if (unknown !== undefined) {
  console.error(`${unknown} is nothing to measure; try npm run bench -- --help`);
  process.exitCode = 2;
} else if (kind === undefined) {
  await benchClients(rounds);
} else if (kind === 'e2ee') {
  await benchE2ee(rounds);
} else if (kind === 'media') {
  await benchMedia(rounds);
} else {
  await benchFederation(named.filter(isPart), rounds);
}
