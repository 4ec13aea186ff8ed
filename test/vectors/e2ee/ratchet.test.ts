import { describe, test } from 'node:test';
import { load } from '../load.ts';
import { Library } from './library.ts';
import { type Devices, requireGoodEnds, runSteps, type Step } from './steps.ts';
import { Suite } from './suite.ts';

const { devices, vectors } = load<{ steps: Step[] }, { devices: Devices }>('ratchet.json');

test('after each refusal the device decrypts something: no key was consumed, and nothing moved (HAND-003)', () => {
  requireGoodEnds(vectors);
});

describe('by the library', () => {
  for (const { name, steps } of vectors) test(name, () => runSteps(steps, devices, (device) => new Library(device)));
});

describe('by the suite', () => {
  for (const { name, steps } of vectors) test(name, () => runSteps(steps, devices, (device) => new Suite(device)));
});
