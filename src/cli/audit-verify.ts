// Verifies audit logs and evidence, and says in words what that proves.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { AuditVerifier } from '../core/audit-verifier.ts';
import { type Json, type JsonObject, parseStrict } from '../core/canonical-json.ts';
import { type Contradiction, verifyEquivocation } from '../core/equivocation.ts';
import { EccpError } from '../core/errors.ts';
import { entryHash } from '../core/event.ts';
import { isObject } from '../core/members.ts';
import type { AuditPage } from '../generated/api.ts';
import { CommandError, plain, timeOf } from './command.ts';

export interface Verdict {
  /** 0: it holds. 1: it does not. 2: there is nothing to verify. */
  readonly code: 0 | 1 | 2;
  readonly text: string;
}

/** Verifies an audit log as a node serves it, page by page. */
export function verifyPages(pages: AsyncIterable<AuditPage>): Promise<Verdict> {
  return verdictOf('The audit log', async () => {
    const verifier = new AuditVerifier();
    for await (const page of pages) takePage(verifier, page as unknown as Json);
    return describeLog(verifier);
  });
}

/**
 * Verifies a file that holds an audit log, as JSON lines or as one AuditPage, or evidence against a host.
 *
 * @throws CommandError when it cannot be read, or holds something else.
 */
export async function verifyFile(file: string): Promise<Verdict> {
  const start = await firstLine(file);
  if (isObject(start) && ('record' in start || 'document' in start)) return verdictOf(file, () => verifyLines(file));
  const content = await wholeFile(file);
  return verdictOf(file, async () => {
    if ('heads' in content) return describeContradiction(verifyEquivocation(content));
    const verifier = new AuditVerifier();
    takePage(verifier, content);
    return describeLog(verifier);
  });
}

/** A file that holds one object, of one of the two kinds that there are. */
async function wholeFile(file: string): Promise<JsonObject> {
  const neither = `${file} is neither an export of an audit log nor evidence against a host`;
  try {
    const content = parseStrict(await readFile(file));
    if (isObject(content) && ('heads' in content || 'records' in content)) return content;
  } catch (error) {
    if (!(error instanceof EccpError)) throw error;
    throw new CommandError(`${neither}: ${plain(error.message)}`, 2);
  }
  throw new CommandError(neither, 2);
}

async function verifyLines(file: string): Promise<Verdict> {
  const verifier = new AuditVerifier();
  let number = 0;
  for await (const line of linesOf(file)) {
    number++;
    const value = parseLine(line, number);
    if (isObject(value) && 'document' in value) verifier.learn([value]);
    else verifier.take(value);
  }
  return describeLog(verifier);
}

function takePage(verifier: AuditVerifier, page: Json): void {
  const { documents, records } = isObject(page) ? page : {};
  if (!Array.isArray(documents) || !Array.isArray(records)) throw new EccpError('ECCP_BAD_JSON', 'not an AuditPage');
  verifier.learn(documents);
  for (const record of records) verifier.take(record);
}

async function verdictOf(what: string, verify: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await verify();
  } catch (error) {
    if (!(error instanceof EccpError)) throw error;
    return { code: 1, text: `${what} does not hold: ${plain(error.message)} (${error.errcode}).` };
  }
}

function describeLog(verifier: AuditVerifier): Verdict {
  const { node, count, first, last, documents, firstDocument } = verifier.verified;
  if (last === undefined) return { code: 2, text: 'There is no record to verify.' };
  const lines = [
    `The audit log of ${node} holds: ${counted(count, 'record')}, ${first} to ${last.seq}.`,
    `None of them was altered, left out or put in since the node signed them. Its keys are those of ${counted(documents, 'key document')},`,
    `the first with the hash ${firstDocument}: compare it with what you know of the node.`,
    `What came after record ${last.seq} is not in this. A later copy of the log has it with the hash ${last.hash}.`,
  ];
  if (first !== 0) lines.push(`What came before record ${first} is not in this either.`);
  return { code: 0, text: lines.join('\n') };
}

function describeContradiction({ node, roomId, entries, document, documentHash }: Contradiction): Verdict {
  const [{ seq, epoch }] = entries;
  const shown = entries.map(
    (entry) =>
      `  event ${entry.event_id}, entry hash ${entryHash(entry)},\n  signed with ${entry.host_key} at ${timeOf(entry.host_ts)}`,
  );
  const lines = [
    `The evidence holds: ${node} signed two different entries for place ${seq} of the room ${roomId}, in epoch ${epoch}.`,
    ...shown,
    'A host that keeps to the protocol signs one entry for each place. Whoever has its keys has shown different logs to different nodes.',
    'This does not say which of the two came first, nor whether the keys were stolen. Both are in version',
    `${document.version} of the key document of ${node}, with the hash ${documentHash}: compare it with what the node publishes.`,
  ];
  if (epoch > 0) lines.push(`That ${node} was the host in epoch ${epoch} is for the log of the room to say.`);
  return { code: 0, text: lines.join('\n') };
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** The value on the first line of a file; undefined where that is no JSON by itself. */
async function firstLine(file: string): Promise<Json | undefined> {
  for await (const line of linesOf(file)) {
    try {
      return parseStrict(line);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function parseLine(line: Buffer, number: number): Json {
  try {
    return parseStrict(line);
  } catch (error) {
    if (!(error instanceof EccpError)) throw error;
    throw new EccpError(error.errcode, `line ${number}: ${error.message}`);
  }
}

/** The lines of a file that are not empty. Only a line feed ends one: text in JSON may hold the other characters that end lines. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        const line = Buffer.concat([...begun, chunk.subarray(start, end)]);
        begun = [];
        start = end + 1;
        if (line.length > 0) yield line;
      }
      begun.push(chunk.subarray(start));
    }
  } catch (error) {
    throw new CommandError(`${(error as Error).message}: name a file that can be read`, 2);
  }
  const last = Buffer.concat(begun);
  if (last.length > 0) yield last;
}
