import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { canonical } from '../../conformance/wire/canonical.ts';
import { fromBase64url, hashJson, toBase64url } from '../../conformance/wire/hash.ts';
import type { Json, JsonObject } from '../../conformance/wire/json.ts';
import { type LogProblem, replayLog, stateRoot } from '../../conformance/wire/room-log.ts';
import { keyId, loadKey, signJson, verifyJson } from '../../conformance/wire/signature.ts';
import type { SequencedEvent } from '../../conformance/wire/types.ts';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { hash } from '../../src/core/signing.ts';

type Vector = {
  seed: string;
  public_key: string;
  key_id: string;
  room_id: string;
  entries: { sequenced: SequencedEvent }[];
};
const vector = JSON.parse(readFileSync(new URL('../../spec/vectors/room-log.json', import.meta.url), 'utf8')) as Vector;
const log = () => structuredClone(vector.entries.map(({ sequenced }) => sequenced));

describe('canonical JSON of the suite', () => {
  test('sorts keys, drops space, escapes as little as possible', () => {
    assert.equal(canonical({ b: [1, true, null], a: 'ü\n"\u001f' }), '{"a":"ü\\n\\"\\u001f","b":[1,true,null]}');
  });

  const deep = (levels: number): Json => (levels === 0 ? 1 : [deep(levels - 1)]);

  test('refuses what has no canonical form', () => {
    const bad: Json[] = [
      0.5,
      -0,
      2 ** 53,
      '\ud800',
      'a\0b',
      { '': 1 },
      { 'a b': 1 },
      JSON.parse('{"__proto__": 1}') as Json,
      deep(33),
    ];
    for (const value of bad) assert.throws(() => canonical(value), JSON.stringify(value));
    assert.doesNotThrow(() => canonical(deep(32)));
  });

  test("agrees with the node's on whatever can be written", () => {
    const key = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 9,
    });
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger().filter((number) => !Object.is(number, -0)),
        text,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          key.filter((name) => name !== '__proto__'),
          tie('value'),
          { maxKeys: 4 },
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => {
        assert.equal(canonical(json), canonicalize(json));
        assert.equal(hashJson('eccp.event.v1', json), hash('eccp.event.v1', canonicalize(json)));
      }),
    );
  });
});

describe('signatures of the suite', () => {
  const seed = fromBase64url(vector.seed);
  const signature = signJson(seed, 'd', { a: 1 });

  test('verify what was signed, under that domain and key only', () => {
    assert.equal(verifyJson(vector.public_key, 'd', { a: 1 }, signature), true);
    assert.equal(verifyJson(vector.public_key, 'e', { a: 1 }, signature), false);
    assert.equal(verifyJson(vector.public_key, 'd', { a: 2 }, signature), false);
    assert.equal(keyId(vector.public_key), vector.key_id);
  });

  test('refuse an S that is not below L', () => {
    const bytes = Buffer.from(fromBase64url(signature));
    const l = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + l;
    Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse().copy(bytes, 32);
    assert.equal(verifyJson(vector.public_key, 'd', { a: 1 }, toBase64url(bytes)), false);
  });

  test('refuse keys with a small-order part and keys that are not canonical', () => {
    for (const hex of [`01${'00'.repeat(31)}`, '00'.repeat(32), `ed${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(30)}7f`]) {
      assert.throws(() => loadKey(toBase64url(Buffer.from(hex, 'hex'))), hex);
    }
  });

  test('base64url that is written another way is refused', () => {
    for (const text of ['AA==', 'AB', 'A+', 'A A']) assert.throws(() => fromBase64url(text), text);
  });
});

describe('the replay of a log', () => {
  test("finds nothing wrong with the specification's own", () => {
    const { problems, head, state } = replayLog(log());
    assert.deepEqual(problems, []);
    assert.equal(typeof head, 'string');
    assert.ok(state.has('eccp.node.keys example.org'));
    assert.equal(stateRoot(state), log().at(-1)?.entry.state_root);
  });

  const OTHER = hashJson('eccp.event.v1', 'something else');
  const second = vector.entries[2]?.sequenced;
  /** What is wrong, the check that finds it, the entry, the path in it and what stands there instead; undefined removes it. */
  const cases: [string, LogProblem['check'], number, string, Json | undefined][] = [
    ['another event id', 'event_id', 1, 'event_id', `$${OTHER}`],
    ['another content', 'content_hash', 1, 'content.reason', 'x'],
    ['another nonce', 'content_hash', 1, 'nonce', 'AAAAAAAAAAAAAAAAAAAAAA'],
    ['another prev', 'chain', 2, 'entry.prev', OTHER],
    ['another seq', 'chain', 2, 'entry.seq', 3],
    ['another room', 'chain', 2, 'event.room_id', `!${OTHER}:example.org`],
    ['another epoch', 'chain', 2, 'entry.epoch', 1],
    ['a clock that goes back', 'host_ts', 2, 'entry.host_ts', 1],
    ['a foreign key', 'keys', 1, 'event.origin_key', `ed25519:${OTHER}`],
    ['no key documents', 'keys', 0, 'content.node_keys', undefined],
    ['the signature of another event', 'signature', 1, 'signature', second?.signature],
    ['the signature of another entry', 'signature', 1, 'entry_signature', second?.entry_signature],
    ['an anchor where none belongs', 'anchor', 1, 'event.anchor', { seq: 0, hash: OTHER }],
    ['an anchor to another branch', 'anchor', 2, 'event.anchor', { seq: 1, hash: OTHER }],
    ['an anchor to the future', 'anchor', 2, 'event.anchor', { seq: 2, hash: OTHER }],
    ['no anchor', 'anchor', 2, 'event.anchor', undefined],
    ['no replaces', 'replaces', 2, 'event.replaces', undefined],
    ['another replaces', 'replaces', 2, 'event.replaces', `$${OTHER}`],
    ['another state root', 'state_root', 2, 'entry.state_root', OTHER],
    ['an unknown member of an event', 'form', 2, 'event.depth', 2],
    ['an unknown member of an entry', 'form', 2, 'entry.origin', 'example.org'],
    ['replaces in a message', 'form', 5, 'event.replaces', null],
    ['auth content that is missing', 'form', 2, 'content', undefined],
    ['an event of another form', 'form', 2, 'event.v', 2],
    ['an empty list of key documents', 'form', 1, 'content.node_keys', []],
    ['a nonce of 15 bytes', 'nonce', 2, 'nonce', 'AAAAAAAAAAAAAAAAAAAA'],
    ['a nonce that stands twice', 'nonce', 2, 'nonce', vector.entries[1]?.sequenced.nonce],
    ['a redaction that nothing did', 'redaction', 5, 'redacted_by', `$${OTHER}`],
    ['content that is missing without a redaction', 'redaction', 5, 'content', undefined],
  ];
  for (const [name, check, seq, path, value] of cases) {
    test(`finds ${name}`, () => {
      const entries = log();
      put(entries[seq], path, value);
      expectProblem(replayLog(entries).problems, check, seq);
    });
  }

  test('finds a missing entry', () => {
    expectProblem(replayLog(log().toSpliced(1, 1)).problems, 'chain', 1);
  });
});

function expectProblem(problems: LogProblem[], check: string, seq: number): void {
  assert.ok(
    problems.some((problem) => problem.check === check && problem.seq === seq),
    JSON.stringify(problems),
  );
}

function put(target: JsonObject | undefined, path: string, value: Json | undefined): void {
  const [first = '', ...rest] = path.split('.');
  assert.ok(target, path);
  if (rest.length > 0) put(target[first] as JsonObject, rest.join('.'), value);
  else if (value === undefined) delete target[first];
  else target[first] = value;
}
