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

test('an exchange is shown without secrets, though they came to be known after it, and briefly without what was sent', () => {
  const redactor = new Redactor();
  const raw = {
    ...{ who: 'Ada', to: 'http://a', method: 'GET', path: `/a?key=${secret}`, status: 200, ms: 1 },
    ...{ requestHeaders: { authorization: 'Bearer x' }, requestBody: Buffer.from(`{"note":"${secret}"}`) },
    ...{ responseHeaders: { 'x-echo': secret }, responseBody: '{"access_token":"y"}' },
  };
  redactor.add(secret);
  const shown = {
    ...{ who: 'Ada', to: 'http://a', method: 'GET', path: '/a?key=[redacted]', status: 200, ms: 1 },
    ...{ requestHeaders: { authorization: '[redacted]' }, requestBody: '{"note":"[redacted]"}' },
    ...{ responseHeaders: { 'x-echo': '[redacted]' }, responseBody: '{"access_token":"[redacted]"}' },
  };
  assert.deepEqual(redactor.exchanges([raw, { ...raw, path: '/b' }], false), [shown, { ...shown, path: '/b' }]);
  const brief = { requestHeaders: {}, requestBody: '', responseHeaders: {}, responseBody: '' };
  assert.deepEqual(redactor.exchanges([raw], true), [{ ...shown, ...brief }]);
});
