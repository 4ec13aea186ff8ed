import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalize, type Json, parseStrict } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';

const runs = { numRuns: 10_000 };
const bytes = (text: string) => Buffer.from(text, 'utf8');
const refuses = (input: string | Uint8Array, errcode: string, rule: RegExp) =>
  assert.throws(
    () => parseStrict(typeof input === 'string' ? bytes(input) : input),
    (error) => error instanceof EccpError && error.errcode === errcode && rule.test(error.message),
    `${input} was not refused with ${errcode}`,
  );

const keyCharacter = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
const key = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: keyCharacter, minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'toJSON', '0', '10', '2') },
  { weight: 1, arbitrary: fc.string({ unit: keyCharacter, minLength: 254, maxLength: 255 }) },
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((s) => s.replaceAll('\0', '')),
  fc.string({ unit: fc.constantFrom('"', '\\', '/', '\u001f', '\n', '\u007f', '\u2028', '\ufeff', 'é', '😀') }),
);
const { value: documents } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small', withCrossShrink: true },
    fc.oneof(text, fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

/** Random but repeatable choices for the printers below. */
function chooser(seed: number): (count: number) => number {
  let state = seed >>> 0;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}

/** Some other spelling of the same value: white space, order of keys, escapes. */
function respell(value: Json, choose: (count: number) => number): string {
  const space = () => ['', ' ', '\n\t', '\r '][choose(4)] ?? '';
  const quote = (s: string) => {
    const units = [...Array(s.length).keys()].map((i) => s.charCodeAt(i));
    let out = '';
    for (let i = 0; i < s.length; i++) {
      const code = units[i] ?? 0;
      const hex = code.toString(16).padStart(4, '0');
      const isHigh = code >= 0xd800 && code < 0xdc00;
      if (choose(4) === 0) {
        out += `\\u${choose(2) === 0 ? hex : hex.toUpperCase()}`;
        if (isHigh) out += `\\u${units[++i]?.toString(16)}`;
      } else if (isHigh) out += s.slice(i, ++i + 1);
      else out += code === 0x2f ? '\\/' : JSON.stringify(s.charAt(i)).slice(1, -1);
    }
    return `"${out}"`;
  };
  const print = (item: Json): string => {
    if (typeof item === 'string') return quote(item);
    if (typeof item !== 'object' || item === null) return String(item);
    if (Array.isArray(item)) return `[${space()}${item.map(print).join(`${space()},${space()}`)}${space()}]`;
    const keys = Object.keys(item);
    for (let i = keys.length - 1; i > 0; i--) {
      const j = choose(i + 1);
      [keys[i], keys[j]] = [keys[j] ?? '', keys[i] ?? ''];
    }
    const members = keys.map(
      (name) => `${space()}${quote(name)}${space()}:${space()}${print(item[name] ?? null)}${space()}`,
    );
    return `{${members.join(',')}}`;
  };
  return space() + print(value) + space();
}

test('JSON-015, JSON-016, JSON-020: a canonical text reads back as the same value', () => {
  fc.assert(
    fc.property(documents, (value) => {
      const canonical = canonicalize(value);
      assert.deepStrictEqual(parseStrict(bytes(canonical)), value);
      assert.deepStrictEqual(JSON.parse(canonical), value);
    }),
    runs,
  );
});

test('JSON-015, JSON-021 to JSON-026: every spelling of a value has the same canonical text', () => {
  fc.assert(
    fc.property(documents, fc.nat(), (value, seed) => {
      const spelt = respell(value, chooser(seed));
      const read = parseStrict(bytes(spelt));
      assert.deepStrictEqual(read, value);
      assert.equal(canonicalize(read), canonicalize(value));
      assert.equal(canonicalize(parseStrict(bytes(JSON.stringify(value, null, 2)))), canonicalize(value));
    }),
    runs,
  );
});

test('JSON-021 to JSON-026: the canonical form, spelt out', () => {
  const cases: [Json, string][] = [
    [{ b: 1, a: 2, B: 3, '10': 4, '9': 5, '~': 6, '!': 7 }, '{"!":7,"10":4,"9":5,"B":3,"a":2,"b":1,"~":6}'],
    [[3, 1, { z: [], y: {} }, null, true, false], '[3,1,{"y":{},"z":[]},null,true,false]'],
    [[0, -1, 9007199254740991, -9007199254740991], '[0,-1,9007199254740991,-9007199254740991]'],
    ['"\\/\b\t\n\f\r\u0001\u001f\u007f\u2028é😀', '"\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001f\u007f\u2028é😀"'],
    [{ 'a"\\': '' }, '{"a\\"\\\\":""}'],
  ];
  for (const [value, expected] of cases) assert.equal(canonicalize(value), expected);
});

/** Fragments that break one rule wherever a value may stand. */
const digits = (minLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength: minLength + 4 });
const integer = fc.maxSafeInteger().map(String);
const violations: { rule: string; fragment: fc.Arbitrary<string>; message: RegExp }[] = [
  {
    rule: 'JSON-003 syntax',
    fragment: fc.constantFrom(
      ...[
        '01',
        '-01',
        '+1',
        '.5',
        '-',
        '0x1',
        'NaN',
        'Infinity',
        'tru',
        'True',
        'nul',
        "'a'",
        '[1,]',
        '[,1]',
        '[1 2]',
        '{a:1}',
      ],
      ...[
        '{"a":1,}',
        '{"a"}',
        '{"a" 1}',
        '{1:1}',
        '{,}',
        '/**/1',
        '1//',
        '"\\x41"',
        '"\\u12g4"',
        '"\\u12"',
        '"\t"',
        '"\n"',
        '"\u001f"',
        '"\0"',
      ],
      ...['1 1', '\u00a01', ' \ufeff1', '\v1'],
    ),
    message: /./,
  },
  {
    rule: 'JSON-004 duplicate keys',
    fragment: fc.tuple(key, fc.nat(), documents, documents).map(([k, seed, a, b]) => {
      const members = [k, 'zz', k].map((name, i) =>
        respell({ [name]: i === 0 ? a : b }, chooser(seed + i))
          .trim()
          .slice(1, -1),
      );
      return `{${members.join(',')}}`;
    }),
    message: /occurs twice/,
  },
  {
    rule: 'JSON-005 fractions',
    fragment: fc.tuple(integer, digits(1)).map(([i, f]) => `${i}.${f}`),
    message: /fraction/,
  },
  {
    rule: 'JSON-006 exponents',
    fragment: fc.tuple(integer, fc.constantFrom('e', 'E', 'e+', 'E-'), digits(1)).map((parts) => parts.join('')),
    message: /exponent/,
  },
  { rule: 'JSON-007 minus zero', fragment: fc.constant('-0'), message: /-0/ },
  {
    rule: 'JSON-008 range',
    fragment: fc
      .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 2n ** 53n, max: 10n ** 40n }))
      .map(([sign, magnitude]) => `${sign}${magnitude}`),
    message: /outside/,
  },
  {
    rule: 'JSON-009 U+0000',
    fragment: fc
      .tuple(text, text)
      .map(([a, b]) => `"${JSON.stringify(a).slice(1, -1)}\\u0000${JSON.stringify(b).slice(1)}`),
    message: /U\+0000/,
  },
  {
    rule: 'JSON-010 depth',
    fragment: fc
      .tuple(fc.integer({ min: 33, max: 200 }), fc.boolean())
      .map(([depth, objects]) =>
        objects ? `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}` : '['.repeat(depth) + ']'.repeat(depth),
      ),
    message: /deeper than 32/,
  },
  {
    rule: 'JSON-011 key characters',
    fragment: fc
      .tuple(key, fc.constantFrom(' ', '\u007f', 'é', '😀', '\\n', '\\u0020', '\\u00e9', '\\ud83d\\ude00'))
      .map(([k, bad]) => `{${JSON.stringify(k).slice(0, -1)}${bad}":1}`),
    message: /a key must be/,
  },
  {
    rule: 'JSON-012 key length',
    fragment: fc
      .oneof(fc.constant(0), fc.integer({ min: 256, max: 400 }))
      .map((length) => `{"${'k'.repeat(length)}":1}`),
    message: /a key must be/,
  },
  {
    rule: 'JSON-013 __proto__',
    fragment: fc.constantFrom('{"__proto__":{}}', '{"a":1,"__proto__":null}', '{"\\u005f_proto__":1}'),
    message: /__proto__/,
  },
  {
    rule: 'JSON-014 lone surrogates',
    fragment: fc
      .tuple(
        text,
        fc.constantFrom(
          '\\ud800',
          '\\uDFFF',
          '\\udc00\\ud800',
          '\\ud800\\u0041',
          '\\ud800\\ue000',
          '\\ud83d\\ud83d',
          '\\ud83dx',
          '\\ud83d\\n',
        ),
        text,
      )
      .map(([a, bad, b]) => `"${JSON.stringify(a).slice(1, -1)}${bad}${JSON.stringify(b).slice(1)}`),
    message: /lone surrogate/,
  },
];

const mark = 'here stands the fault';

/** A valid document and the same with one of its values replaced by the mark. */
function replaceOne(value: Json, choose: (count: number) => number): Json {
  if (typeof value !== 'object' || value === null || choose(4) === 0) return mark;
  if (Array.isArray(value)) {
    if (value.length === 0) return [mark];
    const at = choose(value.length);
    return value.map((item, i) => (i === at ? replaceOne(item, choose) : item));
  }
  const keys = Object.keys(value);
  const at = keys[choose(keys.length)] ?? 'k';
  return { ...value, [at]: replaceOne(value[at] ?? null, choose) };
}

for (const { rule, fragment, message } of violations) {
  test(`${rule}: refused wherever it stands, with ECCP_BAD_JSON`, () => {
    fc.assert(
      fc.property(documents, fragment, fc.nat(), (value, bad, seed) => {
        const choose = chooser(seed);
        const marked = replaceOne(value, choose);
        const layout = choose(2) === 0 ? canonicalize(marked) : JSON.stringify(marked, null, choose(3));
        parseStrict(bytes(layout)); // without the fault it is good
        const [before = '', after = ''] = layout.split(JSON.stringify(mark));
        refuses(before + bad + after, 'ECCP_BAD_JSON', message);
      }),
      { numRuns: 2_000 },
    );
  });
}

test('JSON-001: bytes that are not UTF-8 are refused wherever they stand', () => {
  const bad = fc.constantFrom(
    [0xff],
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0x80],
    [0xf0, 0x9f],
  );
  fc.assert(
    fc.property(documents, bad, fc.nat(), (value, sequence, at) => {
      const good = bytes(canonicalize(value));
      const cut = at % (good.length + 1);
      refuses(
        Buffer.concat([good.subarray(0, cut), Buffer.from(sequence), good.subarray(cut)]),
        'ECCP_BAD_ENCODING',
        /UTF-8/,
      );
    }),
    runs,
  );
});

test('JSON-002: a byte order mark is refused; inside a string the same character is ordinary', () => {
  refuses('\ufeff{}', 'ECCP_BAD_ENCODING', /byte order mark/);
  assert.equal(parseStrict(bytes('"\ufeff"')), '\ufeff');
});

test('JSON-003: nothing may be missing from, or stand after, the value', () => {
  fc.assert(
    fc.property(documents, fc.nat(), fc.constantFrom('x', ',', '}', ']', '{}', '"', ' 1'), (value, at, more) => {
      const whole = canonicalize([value]);
      refuses(whole + more, 'ECCP_BAD_JSON', /at byte/);
      refuses([...whole].slice(0, at % [...whole].length).join(''), 'ECCP_BAD_JSON', /at byte/);
    }),
    runs,
  );
});

test('limits are exact', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.equal(JSON.stringify(parseStrict(bytes(nested(32)))), nested(32));
  refuses(nested(33), 'ECCP_BAD_JSON', /deeper than 32, at byte 32/);
  assert.throws(() => canonicalize(JSON.parse(nested(33))), /deeper than 32/);
  for (const good of ['9007199254740991', '-9007199254740991', '0', '-1'])
    assert.equal(parseStrict(bytes(good)), Number(good));
  for (const bad of ['9007199254740992', '-9007199254740992', '9007199254740993'])
    refuses(bad, 'ECCP_BAD_JSON', /outside/);
  const longest = 'k'.repeat(255);
  assert.deepEqual(parseStrict(bytes(`{"${longest}":1}`)), { [longest]: 1 });
});

test('the offset in a message counts bytes', () => {
  refuses('{"é": 1, "b": 1.5}', 'ECCP_BAD_JSON', /^a key must be .*, at byte 1$/);
  refuses('["é😀", 1.5]', 'ECCP_BAD_JSON', /^a number with a fraction, at byte 11$/);
});

test('what is read has no members but its own', () => {
  const read = parseStrict(bytes('{"constructor":1, "toString":null}'));
  assert.deepEqual(Object.entries(read ?? {}), [
    ['constructor', 1],
    ['toString', null],
  ]);
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
});

test('JSON.parse agrees on every text, where it can', () => {
  const edits = fc.array(
    fc.tuple(
      fc.nat(),
      fc.nat({ max: 2 }),
      fc.constantFrom('', '0', '-', '.', 'e', '"', '\\', ',', ':', '{', '}', '[', ']', ' ', 'u', 'd800'),
    ),
    { maxLength: 2 },
  );
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(documents, fc.nat(), edits, (value, seed, changes) => {
      const choose = chooser(seed);
      let subject = [canonicalize, JSON.stringify, (v: Json) => respell(v, choose)][choose(3)]?.([value]) ?? '';
      for (const [at, removed, added] of changes) {
        const cut = at % (subject.length + 1);
        subject = subject.slice(0, cut) + added + subject.slice(cut + removed);
      }
      if (!subject.isWellFormed()) return; // no text that UTF-8 can carry
      const strict = attempt(() => parseStrict(bytes(subject)));
      const lax = attempt((): Json => JSON.parse(subject));
      // A text that a printer gives back unchanged hid nothing from JSON.parse; canonicalize refuses the values that the rules refuse.
      const canonical = lax === undefined ? undefined : attempt(() => canonicalize(lax));
      const hidNothing = canonical !== undefined && (canonical === subject || JSON.stringify(lax) === subject);
      if (hidNothing) assert.notEqual(strict, undefined, subject);
      if (strict !== undefined) {
        accepted++;
        assert.deepStrictEqual(strict, lax);
        assert.notEqual(canonical, undefined, subject);
      } else refused++;
    }),
    { numRuns: 20_000 },
  );
  assert(accepted > 1_000 && refused > 1_000, `${accepted} accepted, ${refused} refused`);
});

test('a megabyte of hostile input is read in linear time', { timeout: 20_000 }, () => {
  const size = 1_000_000;
  for (const hostile of ['[', '{"a":', '[[],', '"\\n', '9', '-', '\\', ' ', '{"']) {
    refuses(hostile.repeat(Math.ceil(size / hostile.length)), 'ECCP_BAD_JSON', /at byte/);
  }
  const many = Array.from({ length: size / 10 }, (_, i) => `"${i}": 0`);
  assert.equal(Object.keys(parseStrict(bytes(`{${many.join(', ')}}`)) ?? {}).length, many.length);
  assert.equal(parseStrict(bytes(` "${'\\u00e9'.repeat(size / 6)}"`)), 'é'.repeat(Math.floor(size / 6)));
});

test('canonicalize refuses what has no canonical form', () => {
  const values: unknown[] = [
    ...[undefined, Number.NaN, Number.POSITIVE_INFINITY, 1.5, -0, 2 ** 53, -(2 ** 53), 1n, () => 1, Symbol('s')],
    ...['\ud800', 'a\udc00', '\0', new Date(0), new Map(), Object.create({ a: 1 }), [undefined], new Array(1)],
    ...[{ a: undefined }, { '': 1 }, { ['k'.repeat(256)]: 1 }, { 'a b': 1 }, { é: 1 }, JSON.parse('{"__proto__":1}')],
  ];
  for (const value of values) {
    for (const wrapped of [value, [value], { a: [1, value] }]) {
      assert.throws(() => canonicalize(wrapped as Json), { name: 'EccpError', errcode: 'ECCP_BAD_JSON' });
    }
  }
});
