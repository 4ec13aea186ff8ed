import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromBase64url, toBase64url } from '../../src/core/encoding.ts';

const refused = { name: 'EccpError', errcode: 'ECCP_BAD_ENCODING' };
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('JSON-030: the vectors of RFC 4648, without padding', () => {
  const vectors = { '': '', f: 'Zg', fo: 'Zm8', foo: 'Zm9v', foob: 'Zm9vYg', fooba: 'Zm9vYmE', foobar: 'Zm9vYmFy' };
  for (const [plain, encoded] of Object.entries(vectors)) assert.equal(toBase64url(Buffer.from(plain)), encoded);
  assert.equal(toBase64url(Uint8Array.of(0xfb, 0xff)), '-_8');
});

test('JSON-030, JSON-031: every byte string has one text and comes back from it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = toBase64url(bytes);
      assert.match(text, /^[A-Za-z0-9_-]*$/);
      assert.deepEqual(Uint8Array.from(fromBase64url(text, bytes.length)), bytes);
    }),
  );
});

test('JSON-030: a view into a larger buffer is encoded alone', () => {
  assert.equal(toBase64url(Uint8Array.of(9, 1, 9).subarray(1, 2)), 'AQ');
});

test('JSON-031: spare bits that are not zero are refused', () => {
  for (const [length, step] of [
    [1, 16],
    [2, 4],
  ] as const) {
    for (const [value, character] of [...alphabet].entries()) {
      const text = 'A'.repeat(length) + character;
      if (value % step === 0) assert.equal(fromBase64url(text).length, length);
      else assert.throws(() => fromBase64url(text), refused, text);
    }
  }
});

test('JSON-031: padding, other alphabets, white space and a lone character are refused', () => {
  const strange = fc.constantFrom('=', '+', '/', ' ', '\n', '.', 'é', '\0');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), strange, fc.nat(), (bytes, character, at) => {
      const text = toBase64url(bytes);
      const cut = at % (text.length + 1);
      assert.throws(() => fromBase64url(text.slice(0, cut) + character + text.slice(cut)), refused);
    }),
  );
  for (const text of ['A', 'AAAAA', 'AQ==', 'Zm8=']) assert.throws(() => fromBase64url(text), refused, text);
});

test('JSON-032: another length than the expected one is refused', () => {
  assert.equal(fromBase64url('A'.repeat(43), 32).length, 32);
  for (const length of [0, 31, 33]) assert.throws(() => fromBase64url('A'.repeat(43), length), refused);
});
