// A program as `eccp-conformance vectors --exec` starts it: the library answers, or in the way that the argument says.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { type AccountKey, compareAccountKey, type SignedAccountKey, verifyAccountKey } from '../../src/e2ee/account.ts';
import { type Manifest, type SignedManifest, verifyManifest } from '../../src/e2ee/manifest.ts';
import { openRecovery, type RecoveryBundle, sealRecovery } from '../../src/e2ee/recovery.ts';
import { readRecoveryKey, writeRecoveryKey } from '../../src/e2ee/recovery-key.ts';
import { type Revocations, type SignedRevocations, verifyRevocations } from '../../src/e2ee/revocations.ts';
import { ChainLibrary, type ChainStep, performOnChain } from '../vectors/e2ee/chains.ts';
import { answerOnFile, type FileVector } from '../vectors/e2ee/files.ts';
import { Library } from '../vectors/e2ee/library.ts';
import { type Devices, perform, resultOf, type Step, type VectorDevice } from '../vectors/e2ee/steps.ts';

interface Question {
  file: string;
  shared: { devices: Devices; user: string; device: string; account_key: string };
  vector: unknown;
}
type Shown = { manifest?: SignedManifest; list?: SignedRevocations; held?: never; revocations?: Revocations };
type Written = { text?: string; key: string; user: string; known: number; bundle: RecoveryBundle };

const manner = process.argv[2];
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));

const answers: { [file: string]: (shared: Question['shared'], vector: never) => object | Promise<object> } = {
  'account-keys.json': ({ user }, { account_key, pinned }: { account_key: SignedAccountKey; pinned?: AccountKey }) => {
    const { verdict, value } = resultOf(() => {
      if (pinned) return compareAccountKey(account_key, user, pinned);
      return verifyAccountKey(account_key, user) && 'first';
    });
    return { expected: verdict, is: value };
  },
  'attachments.json': (_, vector: FileVector) => answerOnFile(vector),
  'handshake.json': ({ devices }, { steps }: { steps: Step[] }) =>
    answerSteps(steps, devices, (device) => new Library(device), perform),
  'manifests.json': ({ user, device, account_key: accountKey }, { manifest, list, held, revocations }: Shown) => {
    const known = { user, accountKey, ...(held ? { held } : {}) };
    const { verdict } = resultOf((): Manifest | Revocations => {
      if (manifest) return verifyManifest(manifest, { ...known, device, ...(revocations ? { revocations } : {}) });
      return verifyRevocations(list ?? assert.fail('neither manifest nor list'), known);
    });
    return { expected: verdict };
  },
  'ratchet.json': ({ devices }, { steps }: { steps: Step[] }) =>
    answerSteps(steps, devices, (device) => new Library(device), perform),
  'recovery.json': (_, { text, key, user, known, bundle }: Written) => {
    if (text !== undefined) {
      const { verdict, value } = resultOf(() => readRecoveryKey(text));
      if (value === undefined) return { expected: verdict };
      return { expected: verdict, key: Buffer.from(value).toString('base64url'), written: writeRecoveryKey(value) };
    }
    const { verdict, value } = resultOf(() => openRecovery(bytes(key), user, known, bundle));
    if (value !== undefined) {
      const again = sealRecovery(bytes(key), user, bundle.version, value, () => bytes(bundle.salt));
      assert.deepEqual(again, bundle, 'another bundle');
    }
    return { expected: verdict, recovery: value };
  },
  'room-chains.json': ({ devices }, { steps }: { steps: ChainStep[] }) =>
    answerSteps(steps, devices, (device) => new ChainLibrary(device), performOnChain),
};

/** What comes out of each step. */
function answerSteps<S extends { by: string }, By extends { state(): string }>(
  steps: readonly S[],
  devices: Devices,
  make: (device: VectorDevice) => By,
  perform: (step: S, by: By, named: (name: string | undefined) => VectorDevice) => unknown,
): object {
  const made = new Map<string, By>();
  const named = (name = '') => devices[name] ?? assert.fail(`there is no device ${name}`);
  const results = steps.map((step) => {
    const by = made.get(step.by) ?? make(named(step.by));
    made.set(step.by, by);
    const before = by.state();
    const { verdict, value } = resultOf(() => perform(step, by, named));
    if (verdict !== 'ok') assert.equal(by.state(), before, 'a refusal changed the state'); // HAND-003
    return { expected: verdict, ...(value as object | undefined) };
  });
  return { steps: results };
}

/** Whatever else the library throws is an answer too, and a wrong one. */
async function answer({ file, shared, vector }: Question): Promise<object> {
  try {
    return (await answers[file]?.(shared, vector as never)) ?? assert.fail(`vectors ${file} are not known`);
  } catch (error) {
    return { expected: String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question: Question = JSON.parse(line);
  if (manner === 'dies') process.exit(3);
  if (manner === 'talks') console.log('Hello');
  else if (manner === 'accepts') console.log(JSON.stringify({ ...(await answer(question)), expected: 'ok' }));
  else console.log(JSON.stringify(await answer(question)));
}
