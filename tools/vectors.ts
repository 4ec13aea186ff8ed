// npm run vectors: the published test vectors, spec/vectors/*.json. With --check it writes nothing and fails on drift.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { JsonObject } from '../src/core/canonical-json.ts';
import { accountKeys } from './vectors/account-keys.ts';
import { attachments } from './vectors/attachments.ts';
import { audit } from './vectors/audit.ts';
import { canonicalJson } from './vectors/canonical-json.ts';
import { ed25519 } from './vectors/ed25519.ts';
import { encryptedRooms } from './vectors/encrypted-rooms.ts';
import { freshness } from './vectors/freshness.ts';
import { handshake } from './vectors/handshake.ts';
import { hashes } from './vectors/hashes.ts';
import { keyDocuments } from './vectors/key-documents.ts';
import { manifests } from './vectors/manifests.ts';
import { negativeLogs } from './vectors/negative-logs.ts';
import { ratchet } from './vectors/ratchet.ts';
import { recovery } from './vectors/recovery.ts';
import { requestSignatures } from './vectors/request-signatures.ts';
import { roomChains } from './vectors/room-chains.ts';
import { roomLog } from './vectors/room-log.ts';

const HELP = `Usage: npm run vectors [-- --check]

Writes the test vectors of the specification, the same bytes in every run:
  spec/vectors/*.json          described in spec/vectors/README.md

  --check   write nothing; fail and name each file that is not what would be written
  --help    this text

Example: npm run vectors -- --check
`;

const folder = 'spec/vectors';
const files: { [name: string]: () => JsonObject | Promise<JsonObject> } = {
  'account-keys.json': accountKeys,
  'attachments.json': attachments,
  'audit.json': audit,
  'canonical-json.json': canonicalJson,
  'ed25519.json': ed25519,
  'encrypted-rooms.json': encryptedRooms,
  'freshness.json': freshness,
  'handshake.json': handshake,
  'hashes.json': hashes,
  'key-documents.json': keyDocuments,
  'manifests.json': manifests,
  'negative-logs.json': negativeLogs,
  'ratchet.json': ratchet,
  'recovery.json': recovery,
  'request-signatures.json': requestSignatures,
  'room-chains.json': roomChains,
  'room-log.json': roomLog,
};

/** What is in a file, or undefined where there is none. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The vector files of a checkout that nothing here makes: what nobody makes, nobody keeps right. */
function strangers(root: string): string[] {
  const there = readdirSync(join(root, folder)).filter((name) => name.endsWith('.json'));
  return there.filter((name) => files[name] === undefined).map((name) => join(folder, name));
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean' }, help: { type: 'boolean' }, root: { type: 'string' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const root = values.root ?? join(import.meta.dirname, '..');
  let faults = 0;
  for (const [name, make] of Object.entries(files)) {
    const file = join(folder, name);
    const text = `${JSON.stringify(await make(), null, 2)}\n`;
    if (read(join(root, file)) === text) continue;
    if (values.check) {
      console.error(`${file} is out of date: run npm run vectors`);
      faults++;
      continue;
    }
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    console.log(`wrote ${file}`);
  }
  for (const file of strangers(root)) {
    console.error(`${file} is made by nothing`);
    faults++;
  }
  return faults > 0 ? 1 : 0;
}

process.exitCode = await main();
