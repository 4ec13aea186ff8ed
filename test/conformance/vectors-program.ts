// A program as `eccp-conformance vectors --exec` starts it: the library answers, or in the way that the argument says.
import { createInterface } from 'node:readline';
import { openRecovery } from '../../src/e2ee/recovery.ts';
import { readRecoveryKey, writeRecoveryKey } from '../../src/e2ee/recovery-key.ts';
import { Library } from '../vectors/e2ee/library.ts';
import { type Devices, perform, resultOf, type Step } from '../vectors/e2ee/steps.ts';

interface Question {
  file: string;
  shared: { devices: Devices };
  vector: { name: string; steps?: Step[]; text?: string; key: string; user: string; known: number; bundle: never };
}

const manner = process.argv[2];

function answer({ shared: { devices }, vector }: Question): object {
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

for await (const line of createInterface({ input: process.stdin })) {
  const question: Question = JSON.parse(line);
  if (manner === 'dies') process.exit(3);
  if (manner === 'talks') console.log('Hello');
  else if (manner === 'accepts') console.log(JSON.stringify({ ...answer(question), expected: 'ok' }));
  else console.log(JSON.stringify(answer(question)));
}
