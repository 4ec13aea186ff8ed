import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonical } from '../../conformance/wire/canonical.ts';
import type { Json } from '../../conformance/wire/json.ts';
import { canonicalize, parseStrict } from '../../src/core/canonical-json.ts';
import { load, verdictOf } from './load.ts';

interface Vector {
  text?: string;
  bytes?: string;
  expected: string;
  canonical?: string;
}

const { vectors } = load<Vector>('canonical-json.json');
const bytesOf = ({ text, bytes }: Vector) => (text === undefined ? Buffer.from(bytes ?? '', 'hex') : Buffer.from(text));

describe('by the suite’s canonical form and the parser of the language', () => {
  for (const vector of vectors) {
    test(vector.name, () => {
      assert.equal((vector.text === undefined) !== (vector.bytes === undefined), true);
      const read = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(vector));
      if (vector.expected === 'ok') {
        assert.equal(canonical(JSON.parse(read()) as Json), vector.canonical);
      } else if (vector.expected === 'ECCP_BAD_ENCODING') {
        if (vector.rule === 'JSON-002') assert.equal(read()[0], '\ufeff');
        else assert.throws(read, { code: 'ERR_ENCODING_INVALID_ENCODED_DATA' });
      } else {
        assert.equal(vector.expected, 'ECCP_BAD_JSON');
        const text = read();
        // What JSON.parse would hide does not come out again as it went in.
        assert.throws(() => assert.equal(canonical(JSON.parse(text) as Json), text));
      }
    });
  }
});

describe('by the node', () => {
  for (const vector of vectors) {
    test(vector.name, () => {
      const read = () => parseStrict(bytesOf(vector));
      assert.equal(verdictOf(read), vector.expected);
      if (vector.canonical === undefined) return;
      assert.equal(canonicalize(read()), vector.canonical);
      assert.deepEqual(parseStrict(Buffer.from(vector.canonical)), read());
    });
  }
});
