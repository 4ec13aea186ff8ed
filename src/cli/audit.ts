// eccp-node audit: the log of what was decided on a node.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { AuditPage, SignedAuditRecord, SignedKeyDocument } from '../generated/api.ts';
import { verifyFile, verifyPages } from './audit-verify.ts';
import { act, CommandError, type DataDirOption, dataDirOf, dataDirOption, plain, timeOf } from './command.ts';
import { OperatorApi } from './operator-api.ts';

/** The most records that the node gives at once. */
const pageSize = 1000;
const pollMs = 1000;

/** @param done is told the exit code of the command that ran. */
export function addAuditCommand(program: Command, done: (code: number) => void): void {
  const audit = program
    .command('audit')
    .description('The audit log: what was decided on a node, and by whom.')
    .showHelpAfterError('Try eccp-node audit --help.');
  const verify = audit
    .command('verify')
    .description('Verify the audit log of the running node, or a file.')
    .argument('[file]', 'an export of an audit log, or evidence of a host that contradicts itself; needs no node')
    .addOption(dataDirOption())
    .addHelpText(
      'after',
      `
Ends with 0 when everything holds, 1 when something does not, 2 when there was nothing to verify.

Examples:
  eccp-node audit verify
  eccp-node audit verify audit.jsonl`,
    );
  act(verify, done, async (file: string | undefined, options: DataDirOption) => {
    const { code, text } = file === undefined ? await verifyRunning(options) : await verifyFile(file);
    (code === 0 ? console.log : console.error)(text);
    return code;
  });
  const tail = audit
    .command('tail')
    .description('Print the last records: time, kind, actor, subject, error code.')
    .option('-n, --lines <number>', 'how many', count, 20)
    .option('-f, --follow', 'go on with those that come')
    .addOption(dataDirOption())
    .addHelpText('after', '\nExample:\n  eccp-node audit tail -f');
  act(tail, done, tailRecords);
  const exported = audit
    .command('export')
    .description('Print the whole log, as JSON lines that audit verify reads.')
    .addOption(dataDirOption())
    .addHelpText('after', '\nExample:\n  eccp-node audit export > audit.jsonl');
  act(exported, done, async (options: DataDirOption) => {
    const api = await OperatorApi.find(dataDirOf(options));
    return print(exportLines(pages(api, 0)));
  });
}

async function verifyRunning(options: DataDirOption) {
  try {
    const api = await OperatorApi.find(dataDirOf(options));
    return await verifyPages(pages(api, 0));
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(error.message, 2); // 1 would say that the log does not hold
    throw error;
  }
}

async function tailRecords(options: DataDirOption & { lines: number; follow?: true }): Promise<number> {
  const api = await OperatorApi.find(dataDirOf(options));
  const end = await endOf(api);
  return print(recordLines(api, Math.max(0, end - options.lines), options.follow === true));
}

async function* recordLines(api: OperatorApi, from: number, follows: boolean): AsyncGenerator<string> {
  for (let next = from; ; await wait(pollMs)) {
    for await (const { records } of pages(api, next)) {
      yield* records.map(recordLine);
      next += records.length;
    }
    if (!follows) return;
  }
}

function recordLine({ record }: SignedAuditRecord): string {
  const { ts, kind, actor, subject = '-', errcode = '-' } = record;
  return plain([timeOf(ts), kind, actor, subject, errcode].join('  '));
}

/** Each key document before the first record that may be signed with it; a line for each. */
async function* exportLines(stretches: AsyncIterable<AuditPage>): AsyncGenerator<string> {
  const printed = new Set<string>();
  for await (const { documents, records } of stretches) {
    for (const line of documents.map((signed: SignedKeyDocument) => JSON.stringify(signed))) {
      if (!printed.has(line)) yield line;
      printed.add(line);
    }
    yield* records.map((record) => JSON.stringify(record));
  }
}

async function* pages(api: OperatorApi, from: number): AsyncGenerator<AuditPage> {
  for (let next: number | undefined = from; next !== undefined; ) {
    const page: AuditPage = await api.call('GET', `/audit?from=${next}&limit=${pageSize}`);
    yield page;
    next = page.next;
  }
}

/** How many records there are: by doubling, then by halving, because the log says only whether there is a record. */
async function endOf(api: OperatorApi): Promise<number> {
  const has = async (seq: number) => {
    const { records } = await api.call<AuditPage>('GET', `/audit?from=${seq}&limit=1`);
    return records.length > 0;
  };
  let [low, high] = [0, 1]; // every record below `low` is there
  while (await has(high - 1)) [low, high] = [high, high * 2];
  while (low < high - 1) {
    const middle = Math.floor((low + high) / 2);
    if (await has(middle - 1)) low = middle;
    else high = middle;
  }
  return low;
}

/** Prints lines as fast as they are read; whoever reads may stop reading. */
async function print(lines: AsyncIterable<string>): Promise<number> {
  const text = Readable.from(lines).map((line: string) => `${line}\n`);
  await pipeline(text, process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return 0;
}

function count(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Use a whole number.');
  return Number(text);
}
