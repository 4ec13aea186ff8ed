import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redactor } from '../../conformance/trace.ts';

const secret = 'a-secret-that-is-long-enough';

test('a known secret is taken out wherever a cut falls', () => {
  const redactor = new Redactor();
  redactor.add(secret);
  for (let lead = 3900; lead < 4500; lead++) {
    const shown = redactor.text(`${'.'.repeat(lead)}${secret}${'.'.repeat(1000)}`);
    assert.doesNotMatch(shown, /a-sec/, `after ${lead} characters`);
    assert.ok(shown.length < 4500);
  }
});

test('members that hold secrets are blanked, though nobody knew their value, and even when the text ends within', () => {
  const redactor = new Redactor();
  const whole = JSON.stringify({ old_password: 'a"b\\c', access_token: 'x', user: 'ada' });
  assert.equal(redactor.text(whole), '{"old_password":"[redacted]","access_token":"[redacted]","user":"ada"}');
  assert.equal(redactor.text('{"password": "half'), '{"password": "[redacted]"');
  assert.equal(redactor.headers({ Authorization: 'Bearer x', accept: 'y' }).Authorization, '[redacted]');
});

test('a text without secrets stays as it is', () => {
  const redactor = new Redactor();
  redactor.add(secret);
  redactor.add('ab'); // too short to be looked for
  assert.equal(redactor.text('{"next_batch":"ab"}'), '{"next_batch":"ab"}');
});
