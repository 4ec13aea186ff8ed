import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { formsOf } from '../../conformance/clear-text.ts';

const text = 'größer "als" gedacht \\ ja';

test('a text is found as it is, as JSON writes it, as hex, and as base64 wherever it begins', () => {
  const forms = formsOf(text);
  const seen = (bytes: Buffer | string) => forms.some((form) => bytes.includes(form));
  assert.ok(seen(Buffer.from(`<<${text}>>`)));
  assert.ok(seen(JSON.stringify({ body: text })));
  assert.ok(seen(Buffer.from(text).toString('hex')));
  for (const before of ['', 'x', 'xy', 'xyz']) {
    for (const after of ['', 'x', 'xy']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        assert.ok(seen(Buffer.from(before + text + after).toString(encoding)), `${before}…${after} in ${encoding}`);
      }
    }
  }
});

test('a text is not found where it is not', () => {
  const forms = formsOf(text);
  assert.ok(forms.every((form) => form.length > 20 && !randomBytes(20_000).toString('base64').includes(form)));
});
