// A program as `eccp-conformance vectors --exec` starts it: the library answers, or in the way that the argument says.
import { createInterface } from 'node:readline';
import {
  type AccountKey,
  compareAccountKey,
  type Pin,
  type SignedAccountKey,
  verifyAccountKey,
} from '../../src/e2ee/account.ts';
import { decryptAttachment, encryptAttachment } from '../../src/e2ee/attachment.ts';
import type { Attachment } from '../../src/e2ee/attachment-form.ts';
import { type Manifest, type SignedManifest, verifyManifest } from '../../src/e2ee/manifest.ts';
import { openRecovery } from '../../src/e2ee/recovery.ts';
import { readRecoveryKey, writeRecoveryKey } from '../../src/e2ee/recovery-key.ts';
import { type Revocations, type SignedRevocations, verifyRevocations } from '../../src/e2ee/revocations.ts';
import { Library } from '../vectors/e2ee/library.ts';
import { type Member, performInRoom, RoomLibrary, type RoomStep } from '../vectors/e2ee/room-library.ts';
import { type Devices, perform, resultOf, type Step } from '../vectors/e2ee/steps.ts';

interface Question {
  file: string;
  shared: { devices: Devices; user: string; device: string; account_key: string };
  vector: { name: string; steps?: Step[]; text?: string; key: string; user: string; known: number; bundle: never };
}

interface FileVector {
  size: number;
  key: string;
  blob?: string;
  pieces?: [number, number][];
  flip?: number;
  attachment?: Attachment;
}

interface TrustVector {
  manifest?: SignedManifest;
  list: SignedRevocations;
  held?: Manifest & Revocations;
  revocations?: Revocations;
}

const manner = process.argv[2];

async function answer({ file, shared, vector }: Question): Promise<object> {
  const { devices } = shared;
  const other = vector as unknown;
  if (file === 'attachments.json') return await attachment(other as FileVector);
  if (file === 'manifests.json') return { expected: trust(other as TrustVector, shared) };
  if (file === 'account-keys.json') return accountKey(other as { account_key: SignedAccountKey }, shared.user);
  if (file === 'room-chains.json') return { steps: roomSteps((other as { steps: RoomStep[] }).steps, devices) };
  if (vector.steps) return { steps: steps(vector.steps, devices) };
  if (vector.text !== undefined) {
    const { text } = vector;
    const { verdict, value } = resultOf(() => readRecoveryKey(text));
    if (value === undefined) return { expected: verdict };
    return { expected: verdict, key: Buffer.from(value).toString('base64url'), written: writeRecoveryKey(value) };
  }
  const { key, user, known, bundle } = vector;
  const { verdict, value } = resultOf(() => openRecovery(Buffer.from(key, 'base64url'), user, known, bundle));
  return { expected: verdict, recovery: value };
}

function steps(list: Step[], devices: Devices): object[] {
  const made = new Map<string, Library>();
  return list.map((step) => {
    const named = (name = '') => devices[name] ?? process.exit(9);
    const by = made.get(step.by) ?? new Library(named(step.by));
    made.set(step.by, by);
    const { verdict, value } = resultOf(() => perform(step, by, named));
    return { expected: verdict, ...(value as object | undefined) };
  });
}

function roomSteps(list: RoomStep[], devices: Devices): object[] {
  const made = new Map<string, Member>();
  const named = (name = '') => devices[name] ?? process.exit(9);
  return list.map((step) => {
    const by = made.get(step.by) ?? new RoomLibrary(named(step.by));
    made.set(step.by, by);
    const { verdict, value } = resultOf(() => performInRoom(step, by, named));
    return { expected: verdict, ...value };
  });
}

function accountKey(vector: { account_key: SignedAccountKey; pinned?: AccountKey | Pin }, user: string): object {
  const { account_key: signed, pinned } = vector;
  const { verdict, value } = resultOf(() => {
    if (pinned) return compareAccountKey(signed, user, pinned);
    verifyAccountKey(signed, user);
    return 'first';
  });
  return { expected: verdict, is: value };
}

function trust({ manifest, list, held, revocations }: TrustVector, { user, device, account_key }: Question['shared']) {
  const known = { user, accountKey: account_key, ...(held ? { held } : {}) };
  return resultOf(() => {
    if (manifest) return verifyManifest(manifest, { ...known, device, ...(revocations ? { revocations } : {}) });
    return verifyRevocations(list, known);
  }).verdict;
}

async function attachment({ size, key, blob, pieces, flip, attachment }: FileVector): Promise<object> {
  const content = Uint8Array.from({ length: size }, (_, i) => i % 251);
  const parts = encryptAttachment([content], 'example.org', () => Buffer.from(key, 'base64url'));
  const segments: Uint8Array[] = [];
  let next = await parts.next();
  for (; !next.done; next = await parts.next()) segments.push(next.value);
  const good = Buffer.concat(segments);
  const put = pieces ? Buffer.concat(pieces.map(([from, to]) => good.subarray(from, to))) : good;
  if (flip !== undefined) put[flip] = (put[flip] ?? 0) ^ 1;
  const given = blob === undefined ? put : Buffer.from(blob, 'base64url');
  const file: Uint8Array[] = [];
  try {
    for await (const part of decryptAttachment([given], attachment ?? next.value)) file.push(part);
  } catch (error) {
    const { verdict } = resultOf(() => {
      throw error;
    });
    return { expected: Buffer.concat(file).length < size || size === 0 ? verdict : 'gave the end out' };
  }
  return { expected: Buffer.concat(file).equals(content) ? 'ok' : 'another file', attachment: next.value };
}

for await (const line of createInterface({ input: process.stdin })) {
  const question: Question = JSON.parse(line);
  if (manner === 'dies') process.exit(3);
  if (manner === 'talks') console.log('Hello');
  else if (manner === 'accepts') console.log(JSON.stringify({ ...(await answer(question)), expected: 'ok' }));
  else console.log(JSON.stringify(await answer(question)));
}
