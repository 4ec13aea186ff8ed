import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import * as ids from '../../src/core/ids.ts';

const ajv = new Ajv2020({ keywords: ['x-brand'] });
function schema(name: string): (value: string) => boolean {
  const file = new URL(`../../schemas/${name}.json`, import.meta.url);
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  return (value) => validate(value) === true;
}

const chars = (set: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...set), minLength, maxLength });
const lower = 'abcdefghijklmnopqrstuvwxyz';
const letterDigit = `${lower}0123456789`;
const base64url = `${lower}${lower.toUpperCase()}0123456789-_`;

const label = fc
  .tuple(chars(letterDigit, 1, 1), fc.option(fc.tuple(chars(`${letterDigit}-`, 0, 61), chars(letterDigit, 1, 1))))
  .map(([first, rest]) => first + (rest?.join('') ?? ''));
const lastLabel = fc
  .tuple(chars(lower, 1, 1), fc.option(label))
  .map(([first, rest]) => (first + (rest ?? '')).slice(0, 63));
const dnsName = fc
  .tuple(fc.array(label, { maxLength: 5 }), lastLabel)
  .map(([labels, last]) => [...labels, last.replace(/-$/, 'x')].join('.'));
const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 });

/** RFC 5952 section 4, written anew: the first of the longest runs of two or more zero groups becomes `::`. */
function rfc5952(address: number[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (address[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return hex(address);
  return `${hex(address.slice(0, best.start))}::${hex(address.slice(best.start + best.length))}`;
}

const host = fc.oneof(
  dnsName,
  fc.ipV4(),
  groups.map((address) => `[${rfc5952(address)}]`),
);
const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
const node = fc.tuple(host, port).map(([name, number]) => (number === undefined ? name : `${name}:${number}`));
const local = chars(`${letterDigit}._=-`, 1, 64);
const hash = fc.tuple(chars(base64url, 42, 42), chars('AEIMQUYcgkosw048', 1, 1)).map((parts) => parts.join(''));

const grammars: { name: string; is: (value: unknown) => boolean; good: fc.Arbitrary<string>; max: number }[] = [
  { name: 'NodeName', is: ids.isNodeName, good: node, max: 253 },
  { name: 'UserId', is: ids.isUserId, good: fc.tuple(local, node).map(([l, n]) => `@${l}:${n}`), max: 255 },
  { name: 'RoomAlias', is: ids.isRoomAlias, good: fc.tuple(local, node).map(([l, n]) => `#${l}:${n}`), max: 255 },
  { name: 'RoomId', is: ids.isRoomId, good: fc.tuple(hash, node).map(([h, n]) => `!${h}:${n}`), max: 255 },
  { name: 'EventId', is: ids.isEventId, good: hash.map((h) => `$${h}`), max: 44 },
  { name: 'KeyId', is: ids.isKeyId, good: hash.map((h) => `ed25519:${h}`), max: 51 },
  { name: 'Hash', is: ids.isHash, good: hash, max: 43 },
  { name: 'PublicKey', is: ids.isHash, good: hash, max: 43 },
  { name: 'DeviceId', is: ids.isDeviceId, good: chars(`${lower.toUpperCase()}0123456789`, 8, 16), max: 16 },
];

const edit = fc.tuple(
  fc.nat(),
  fc.nat({ max: 2 }),
  fc.oneof(fc.constantFrom(...'@#!$:.[]-_=/+% \n\0éAaz09', '::', ':0', '..', '.1', '99999'), chars(letterDigit, 1, 70)),
);

for (const { name, is, good, max } of grammars) {
  const matches = schema(name);

  test(`${name}: what the grammar makes is accepted by code and schema, up to ${max} characters`, () => {
    fc.assert(
      fc.property(good, (id) => {
        assert.equal(is(id), id.length <= max, id);
        assert.equal(matches(id), id.length <= max, id);
      }),
      { numRuns: 3_000 },
    );
  });

  test(`${name}: code and schema agree on what is close to the grammar`, () => {
    let refused = 0;
    fc.assert(
      fc.property(good, fc.array(edit, { minLength: 1, maxLength: 2 }), (id, edits) => {
        let subject = id;
        for (const [at, removed, added] of edits) {
          const cut = at % (subject.length + 1);
          subject = subject.slice(0, cut) + added + subject.slice(cut + removed);
        }
        const accepted = is(subject);
        if (!accepted) refused++;
        // Of an IPv6 literal the pattern sees only the characters; the schemas say so.
        if (accepted || !subject.includes('[')) assert.equal(matches(subject), accepted, subject);
      }),
      { numRuns: 10_000 },
    );
    assert(refused > 1_000, `only ${refused} of the edits made a bad one`);
  });

  test(`${name}: nothing but a string is one`, () => {
    for (const value of [undefined, null, 1, {}, [], true]) assert.equal(is(value), false);
  });
}

test('ID-001 to ID-006: node names', () => {
  const good = [
    'example.org',
    'localhost',
    'localhost:8008',
    'a',
    'a-b.c',
    'xn--bcher-kva.example',
    '1.a',
    '0x7f.a',
    '192.0.2.1',
    '0.0.0.0:1',
  ];
  good.push(
    '[2001:db8::1]:8448',
    '[::1]',
    '[::]',
    '[1::]',
    '[::ffff:c000:201]',
    '[1:0:0:2::3]',
    '[2001:db8:0:1:1:1:1:1]',
    'a:65535',
  );
  good.push(`${'a'.repeat(63)}.org`, `${'a.'.repeat(126)}a`);
  for (const name of good) assert(ids.isNodeName(name), name);
  const bad = [
    '',
    'Example.org',
    'example.org.',
    '.example',
    'a..b',
    '-a.example',
    'a-.example',
    'a_b.example',
    'bücher.example',
  ];
  bad.push(
    'example.1',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '192.0.2.01',
    'example.0x7f',
    '0x7f000001',
    'example.org:',
    'example.org:0',
  );
  bad.push(
    'example.org:08448',
    'example.org:65536',
    'example.org:1:1',
    '[2001:DB8::1]',
    '[2001:db8:0:0:0:0:0:1]',
    '2001:db8::1',
    '[::1',
    '::1]',
  );
  bad.push(
    '[1:0:0:2:3::4]',
    '[1:0:0:2:0:0:0:3]',
    '[2001:db8::1:1:1:1:1]',
    '[::01]',
    '[::ffff:192.0.2.1]',
    '[fe80::1%eth0]',
    '[]',
    '[:]',
    '[12345::]',
  );
  bad.push(`${'a'.repeat(64)}.org`, `${'a.'.repeat(126)}ab`, 'a\n', ' a', 'http://a', 'a/', 'a@b');
  for (const name of bad) assert(!ids.isNodeName(name), name);
});

test('ID-005: an IPv6 address has one spelling', () => {
  const spell = fc.constantFrom<(address: number[]) => string>(
    (address) => address.map((group) => group.toString(16)).join(':'),
    (address) => address.map((group) => group.toString(16).padStart(4, '0')).join(':'),
    (address) => rfc5952(address).toUpperCase(),
    (address) =>
      address
        .map((group) => group.toString(16))
        .join(':')
        .replace(/\b0\b/, ''),
  );
  fc.assert(
    fc.property(groups, spell, (address, other) => {
      const spelt = other(address);
      assert.equal(ids.isNodeName(`[${spelt}]`), spelt === rfc5952(address), spelt);
    }),
    { numRuns: 5_000 },
  );
});

test('ID-010 to ID-013: user ids', () => {
  for (const id of ['@a:b', '@alice.b_c=d-e:example.org:8448', '@..:[::1]', `@${'a'.repeat(64)}:b`])
    assert(ids.isUserId(id), id);
  const bad = [
    '@:b',
    '@a',
    '@a:',
    'a:b',
    '@A:b',
    '@a/b:c',
    '@a+b:c',
    '@a b:c',
    '@é:c',
    '@a:b:c',
    '#a:b',
    `@${'a'.repeat(65)}:b`,
    '@a:b ',
  ];
  bad.push(`@aaa:${'a.'.repeat(125)}a`);
  for (const id of bad) assert(!ids.isUserId(id), id);
  assert(ids.isUserId(`@aa:${'a.'.repeat(125)}a`)); // 255 in all
});

test('ID-050, ID-051: event types and state keys', () => {
  for (const type of ['eccp.room.message', 'org.example.poll', 'org.7zip.x_y-z', `a.${'b'.repeat(253)}`])
    assert(ids.isEventType(type), type);
  for (const type of ['', 'eccp', 'a.', '.a', 'a..b', 'A.b', 'a/b.c', 'a b.c', 'é.b', 'a.b\n', `a.${'b'.repeat(254)}`])
    assert(!ids.isEventType(type), type);
  for (const key of ['', '@a:b', '!~', 'k'.repeat(255)]) assert(ids.isStateKey(key), key);
  for (const key of [' ', 'a b', 'é', '\u007f', '\n', 'a\n', 'k'.repeat(256)]) assert(!ids.isStateKey(key), key);
});

test('nodeOf gives the name that the id was made with', () => {
  fc.assert(
    fc.property(local, hash, node, (name, digest, where) => {
      for (const id of [`@${name}:${where}`, `#${name}:${where}`, `!${digest}:${where}`])
        assert.equal(ids.nodeOf(id), where);
    }),
  );
});
