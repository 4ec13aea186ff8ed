import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MissingPrerequisite } from '../../conformance/outcome.ts';
import { Pulse } from '../../conformance/pulse.ts';

describe('whether there is still a node to ask', () => {
  test('is looked at after three silences in a row, once', async () => {
    let asked = 0;
    const pulse = new Pulse(async () => {
      asked++;
      return 'nothing came';
    });
    await pulse.silence('sync', true, 'too late');
    await pulse.silence('getRoom', true, 'too late');
    pulse.beat('getAccount', 200);
    await pulse.silence('sync', true, 'too late');
    await pulse.silence('getRoom', true, 'too late');
    assert.equal(asked, 0);
    await Promise.all([pulse.silence('getState', true, 'too late'), pulse.silence('listDevices', true, 'too late')]);
    assert.equal(asked, 1);
    assert.match(pulse.ended ?? '', /^the node stopped answering: .*\(too late\), nor had getHealth \(nothing came\)$/);
    assert.throws(() => pulse.expectLife('getAccount'), MissingPrerequisite);
  });

  test('spares the node an operation on which it hangs, and that one only', async () => {
    const pulse = new Pulse(async () => undefined);
    for (let i = 0; i < 3; i++) {
      pulse.expectLife('sync');
      await pulse.silence('sync', true, 'too late');
    }
    assert.equal(pulse.ended, undefined);
    assert.throws(() => pulse.expectLife('sync'), /silence 3 times in a row, while the node answers getHealth/);
    pulse.expectLife('getRoom');
    pulse.beat('sync', 200); // one that was on its way
    pulse.expectLife('sync');
  });

  test('takes no silence for a sign while the suite itself has ended the node, nor one that was looked into before', async () => {
    let answer: (trouble: string) => void = () => undefined;
    const pulse = new Pulse(() => new Promise((resolve) => (answer = resolve)));
    await pulse.silence('sync', true, 'refused');
    await pulse.silence('sync', true, 'refused');
    const looked = pulse.silence('getRoom', true, 'refused');
    pulse.rest();
    answer('nothing came');
    await looked;
    for (let i = 0; i < 9; i++) await pulse.silence('getState', false, 'refused');
    assert.equal(pulse.ended, undefined);
    pulse.wake();
    pulse.expectLife('getRoom');
    await pulse.silence('getState', false, 'refused');
    await pulse.silence('getState', false, 'refused');
    const again = pulse.silence('getState', false, 'refused');
    answer('nothing came');
    await again;
    assert.match(pulse.ended ?? '', /stopped answering/);
  });

  test('takes connections that break for no sign of hanging', async () => {
    const pulse = new Pulse(async () => undefined);
    for (let i = 0; i < 9; i++) await pulse.silence('register', false, 'socket hang up');
    pulse.expectLife('register');
  });
});
