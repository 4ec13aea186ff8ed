import { canonicalize, type JsonObject, parseStrict } from '../../src/core/canonical-json.ts';

/** A text, or bytes in hex where no text can say them. */
type Input = { text: string } | { bytes: string };
type Case = [rule: string, name: string, input: string | Buffer];

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const key = (length: number) => `{"${'k'.repeat(length)}":1}`;

const valid: Case[] = [
  ['JSON-015', 'all kinds of values', '{"array":[1,true,false,null],"object":{},"text":"x"}'],
  ['JSON-015', 'a text that is no object', ' "x" '],
  ['JSON-021', 'white space of all four kinds', '\t{ "a" :\r\n[ 1 , 2 ]\n} '],
  ['JSON-021', 'white space in a string stays', '{"a":" x  y "}'],
  ['JSON-022', 'keys out of order', '{"b":1,"a":2,"B":3,"10":4,"9":5,"~":6,"!":7,"ab":8,"a.b":9}'],
  ['JSON-022', 'keys out of order at every depth', '[{"z":[{"d":1,"c":2}],"y":{"b":1,"a":2}},3,1,2]'],
  ['JSON-022', 'an escape in a key counts as its character', '{"b":1,"\\u0061":2}'],
  ['JSON-016', 'arrays keep their order, empty and null members stay', '{"n":null,"a":[3,1,[],{},"",null]}'],
  ['JSON-016', 'names that some languages give to every object', '{"toString":1,"constructor":2,"hasOwnProperty":3}'],
  ['JSON-016', 'composed and decomposed letters are two strings', '["\u00e9","e\u0301"]'],
  ['JSON-023', 'integers, to the bounds', '[0,-1,10,9007199254740991,-9007199254740991]'],
  ['JSON-024', 'quotation mark and backslash', '["\\u0022\\u005c"]'],
  ['JSON-025', 'control characters', `["${range(1, 31).map(escaped).join('')}"]`],
  ['JSON-026', 'a solidus with and without its escape', '["\\/","/"]'],
  ['JSON-026', 'characters that stand for themselves', '["\\u007f\\u0080\\u2028\\u2029\\ufeff\\ufffe\\uffff<>&\'"]'],
  ['JSON-026', 'an escaped pair of surrogates', '["\\ud83d\\ude00","\\uD83D\\uDE00","😀"]'],
  ['JSON-026', 'the last code point', '["\\udbff\\udfff"]'],
  ['JSON-012', 'a key of 255 bytes', key(255)],
  ['JSON-011', 'the first and last characters of keys', '{"~":1,"!":2}'],
  ['JSON-010', '32 levels', deep(32)],
  [
    'JSON-020',
    'the example of chapter 2',
    '{ "b": "\\u00e9\\/\\u001F\\u000a",\n  "a": [ 3, { "z": null, "B": false } ] }',
  ],
];

const badEncoding: Case[] = [
  ['JSON-001', 'a byte of Latin-1', bytes('"', [0xe9], '"')],
  ['JSON-001', 'a stray continuation byte', bytes('"', [0x80], '"')],
  ['JSON-001', 'a sequence that ends too early', bytes('"', [0xe2, 0x82], '"')],
  ['JSON-001', 'U+0000 in overlong form', bytes('"', [0xc0, 0x80], '"')],
  ['JSON-001', 'a solidus in overlong form', bytes('"', [0xe0, 0x80, 0xaf], '"')],
  ['JSON-001', 'an encoded surrogate', bytes('"', [0xed, 0xa0, 0x80], '"')],
  ['JSON-001', 'an encoded pair of surrogates', bytes('"', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80], '"')],
  ['JSON-001', 'a code point above U+10FFFF', bytes('"', [0xf4, 0x90, 0x80, 0x80], '"')],
  ['JSON-001', 'UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
  ['JSON-002', 'a byte order mark', bytes([0xef, 0xbb, 0xbf], '{}')],
];

// Each would be its own canonical form but for the one fault.
const badJson: Case[] = [
  ['JSON-003', 'nothing', ''],
  ['JSON-003', 'white space alone', ' '],
  ['JSON-003', 'a comma at the end of an object', '{"a":1,}'],
  ['JSON-003', 'a comma at the end of an array', '[1,]'],
  ['JSON-003', 'an array without its end', '[1'],
  ['JSON-003', 'two values', '{}{}'],
  ['JSON-003', 'a comment', '{}/**/'],
  ['JSON-003', 'single quotes', "{'a':1}"],
  ['JSON-003', 'a key without quotes', '{a:1}'],
  ['JSON-003', 'not a number', '[NaN]'],
  ['JSON-003', 'a leading zero', '[01]'],
  ['JSON-003', 'a plus sign', '[+1]'],
  ['JSON-003', 'a number in hexadecimal', '[0x1]'],
  ['JSON-003', 'a literal in capitals', '[True]'],
  ['JSON-003', 'a control character in a string', '["\t"]'],
  ['JSON-003', 'an escape that does not exist', '["\\x41"]'],
  ['JSON-003', 'an escape of three digits', '["\\u041"]'],
  ['JSON-003', 'a no-break space between values', '[\u00a01]'],
  ['JSON-003', 'a byte order mark after white space', ' \ufeff{}'],
  ['JSON-004', 'a key twice', '{"a":1,"a":2}'],
  ['JSON-004', 'a key twice with the same value', '{"a":1,"a":1}'],
  ['JSON-004', 'a key twice, once by an escape', '{"a":1,"\\u0061":2}'],
  ['JSON-004', 'a key twice further in', '[{"b":{"a":1,"a":2}}]'],
  ['JSON-005', 'a fraction', '[0.5]'],
  ['JSON-005', 'a fraction of zero', '[1.0]'],
  ['JSON-006', 'an exponent', '[1e3]'],
  ['JSON-006', 'an exponent in capitals', '[1E+3]'],
  ['JSON-006', 'an exponent of zero', '[1e0]'],
  ['JSON-007', 'minus zero', '[-0]'],
  ['JSON-008', '2^53', '[9007199254740992]'],
  ['JSON-008', '2^53 + 1, which many parsers round', '[9007199254740993]'],
  ['JSON-008', '-2^53', '[-9007199254740992]'],
  ['JSON-008', 'an integer of 40 digits', `[${'1234567890'.repeat(4)}]`],
  ['JSON-009', 'U+0000 in a string', '["a\\u0000b"]'],
  ['JSON-009', 'U+0000 in a key', '{"\\u0000":1}'],
  ['JSON-010', '33 levels of arrays', deep(33)],
  ['JSON-010', '33 levels of objects', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
  ['JSON-011', 'a space in a key', '{"a b":1}'],
  ['JSON-011', 'a letter outside ASCII in a key', '{"é":1}'],
  ['JSON-011', 'U+007F in a key', '{"\\u007f":1}'],
  ['JSON-012', 'the empty key', '{"":1}'],
  ['JSON-012', 'a key of 256 bytes', key(256)],
  ['JSON-013', 'the key __proto__', '{"__proto__":{}}'],
  ['JSON-014', 'a high surrogate alone', '["\\ud800"]'],
  ['JSON-014', 'a low surrogate alone', '["\\udc00"]'],
  ['JSON-014', 'a pair of surrogates the wrong way round', '["\\ude00\\ud83d"]'],
  ['JSON-014', 'a high surrogate before another character', '["\\ud83dx"]'],
];

/** Strict reading and canonical writing (spec/02-canonical-json.md). */
export function canonicalJson(): JsonObject {
  const refused = (cases: Case[], expected: string) =>
    cases.map(([rule, name, input]) => ({ name, rule, ...spelt(input), expected }));
  return {
    about: 'Texts to read strictly, and the canonical form of each that is accepted.',
    vectors: [
      ...valid.map(([rule, name, input]) => {
        const canonical = canonicalize(parseStrict(Buffer.from(input)));
        return { name, rule, ...spelt(input), expected: 'ok', canonical };
      }),
      ...refused(badEncoding, 'ECCP_BAD_ENCODING'),
      ...refused(badJson, 'ECCP_BAD_JSON'),
    ],
  };
}

function spelt(input: string | Buffer): Input {
  return typeof input === 'string' ? { text: input } : { bytes: input.toString('hex') };
}

function bytes(...parts: (string | number[])[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Upper-case, to be written lower-case or short. */
function escaped(code: number): string {
  return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
