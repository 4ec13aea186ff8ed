// The mutants can be tried as they stand, what is written of them is what was found, and trying them tells good from bad.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { faultsOf, loadMutants } from '../../tools/mutants/list.ts';
import { Material } from '../../tools/mutants/material.ts';
import type { Mutant } from '../../tools/mutants/mutant.ts';
import type { Outcome } from '../../tools/mutants/outcome.ts';
import { digestOf, provenFaults, readProven } from '../../tools/mutants/proven.ts';
import { Trial } from '../../tools/mutants/trial.ts';

const root = join(import.meta.dirname, '../..');
const material = new Material(root);
const lists = await loadMutants();

/** A node that names no device as the one that asks. */
const marksNone: Mutant = {
  requirement: 'DEV-003',
  breaks: 'marks no device as the asking one',
  wire: {
    operation: 'listDevices',
    answer: ({ body }) => body.devices.map((device: Mutant) => Object.assign(device, { current: false })),
  },
};

async function outcomeOf(mutant: Mutant): Promise<Outcome> {
  return await new Trial(material, new Set([mutant.requirement])).of(mutant);
}

describe('the list of mutants', () => {
  test('has none that is stale, that nothing tests, or that stands in the wrong chapter', () => {
    assert.deepEqual(faultsOf(lists, material, root), []);
    assert.ok(lists.flatMap(({ mutants }) => mutants).length > 0);
  });

  test('is refused with one that is', () => {
    const patch = { requirement: 'DEV-003', breaks: 'nothing', file: 'src/core/ids.ts', put: '' };
    const faults = (...mutants: Mutant[]) => faultsOf([{ chapter: '06-devices', mutants }], material, root).join('\n');
    assert.match(faults({ ...patch, find: 'no such text' }), /06-devices\.ts: DEV-003 nothing: stale.* has 0 ×/);
    assert.match(faults({ ...patch, find: 'e' }), /has \d+ ×/);
    assert.match(faults({ ...patch, find: 'import ', put: 'imp' }), /stale/);
    assert.match(faults({ ...marksNone, requirement: 'DEV-999' }), /no such requirement/);
    assert.match(faults({ ...marksNone, requirement: 'LOG-057' }), /stands in 07-log/);
    assert.match(faults(marksNone, marksNone), /is there twice/);
  });

  test('stands behind all that is written of it', () => {
    assert.deepEqual(
      provenFaults(root, lists, readProven(root), material),
      [],
      'npm run mutants -- --changed --write tries what has changed',
    );
  });

  test('has a digest that tells other mutants and other requirements apart', () => {
    const wire = { operation: 'listDevices', answer: () => undefined };
    const digests = [marksNone, { ...marksNone, wire }, { ...marksNone, requirement: 'DEV-002' }];
    assert.equal(new Set(digests.map((mutant) => digestOf(mutant, material))).size, 3);
  });
});

describe('trying a mutant', () => {
  test('kills one behind a proxy', async () => {
    const { kind, by, remark } = await outcomeOf(marksNone);
    assert.equal(kind, 'killed', remark);
    assert.match(by.join(), /^features\/devices\/devices\.feature:\d+/);
    assert.match(remark, /^\d+\/\d+ others pass$/);
  });

  test('kills a library, by vectors', async () => {
    const file = 'src/e2ee/recovery-key.ts';
    const patch = { file, find: ".replaceAll('O', '0')", put: '' };
    const { kind, by } = await outcomeOf({ requirement: 'REC-002', breaks: 'it', ...patch });
    assert.equal(kind, 'killed');
    assert.match(by.join(), /^recovery\.json: /);
  });

  test('lets one survive that is as good as any', async () => {
    assert.equal((await outcomeOf({ ...marksNone, wire: {} })).kind, 'survived');
  });

  test('takes no node that breaks most of the chapter for a proof', async () => {
    const answer = (answer: { status: number }) => Object.assign(answer, { status: 500 });
    const { kind, remark } = await outcomeOf({ ...marksNone, wire: { operation: 'listDevices', answer } });
    assert.equal(kind, 'blunt', remark);
  });

  test('takes no node that does not start, or that ends, for a proof', async () => {
    const dead = { requirement: 'DEV-003', breaks: 'it', file: 'src/services/devices.ts' };
    const import1 = 'import { EccpError }';
    const early = await outcomeOf({ ...dead, find: import1, put: `process.exit(3);\n${import1}` });
    assert.equal(early.kind, 'broken');
    assert.match(early.remark, /does not start/);
  });
});
