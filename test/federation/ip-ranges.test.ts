// PEER-010 to PEER-012: which addresses a peer may be dialled at.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isNodeName } from '../../src/core/ids.ts';
import { AddressRules, isLoopback } from '../../src/federation/ip-ranges.ts';

const strict = new AddressRules([]);

/** [first, last] of each closed block; the addresses around it follow from these where they are open. */
const closed: [string, string][] = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '239.255.255.255'],
  ['240.0.0.0', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['::2', '::ffff:ffff'],
  ['::ffff:0:0', '::ffff:255.255.255.255'],
  ['64:ff9b::', '64:ff9b::ffff:ffff'],
  ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['100::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['4000::', 'fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];

const open = [
  ...['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
  ...['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '191.255.255.255', '192.0.1.0', '192.0.3.0'],
  ...['192.88.98.255', '192.88.100.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
  ...['198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255', '8.8.8.8'],
  ...['2000::', '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::', '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff'],
  ...['2001:db9::', '2003::', '2606:4700::1111', '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:1000::'],
];

describe('an address', () => {
  for (const [first, last] of closed) {
    test(`is closed from ${first} to ${last}`, () => {
      for (const address of [first, last]) assert.match(strict.refusal(address) ?? 'open', /is (in|not)/, address);
    });
  }

  test('is open outside the closed ranges, up to their edges', () => {
    for (const address of open) assert.equal(strict.refusal(address), undefined, address);
  });

  test('is refused with the range it lies in', () => {
    assert.equal(strict.refusal('169.254.169.254'), '169.254.169.254 is in 169.254.0.0/16 (link-local)');
    assert.equal(strict.refusal('::ffff:127.0.0.1'), '::ffff:127.0.0.1 is in ::ffff:0:0/96 (IPv4-mapped)');
    assert.equal(strict.refusal('4000::1'), '4000::1 is not global unicast');
  });

  test('is closed in every spelling of IPv6', () => {
    const mapped = [
      '::ffff:7f00:1',
      '::FFFF:127.0.0.1',
      '0:0:0:0:0:ffff:127.0.0.1',
      '0000:0000:0000:0000:0000:ffff:7f00:0001',
    ];
    for (const address of [...mapped, '0:0:0:0:0:0:0:1', 'FE80::1', 'fd00:0::0:1']) {
      assert.notEqual(strict.refusal(address), undefined, address);
    }
  });

  test('that is none is refused: a name, a zone, and IPv4 written oddly', () => {
    const odd = [
      '0177.0.0.1',
      '0x7f.0.0.1',
      '0x7f000001',
      '2130706433',
      '127.1',
      '127.0.0.01',
      '127.0.0.1.',
      '08.8.8.8',
    ];
    for (const address of [...odd, '', ' 8.8.8.8', '8.8.8.8 ', 'example.org', '2000::%eth0', 'fe80::1%1', '[2000::]']) {
      assert.equal(strict.refusal(address), `${address} is not an address`);
    }
  });
});

test('IPv4 written oddly is no node name either', () => {
  const odd = [
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '2130706433',
    '127.1',
    '127.0.0.01',
    '127.0.0.1.',
    '0300.0250.0.1',
  ];
  for (const name of [...odd, '[::ffff:127.0.0.1]', '[0:0:0:0:0:0:0:1]', '::1', '[fe80::1%1]', '[::FFFF:7f00:1]']) {
    for (const port of ['', ':8448']) assert.equal(isNodeName(name + port), false, name + port);
  }
  for (const name of ['127.0.0.1', '[::1]:8448', '[::ffff:7f00:1]']) assert.equal(isNodeName(name), true, name);
});

describe('an operator', () => {
  test('opens a range, and nothing beside it', () => {
    const rules = new AddressRules(['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1/32']);
    for (const address of ['10.1.0.0', '10.1.255.255', 'fd00:1::5', '127.0.0.1', '8.8.8.8']) {
      assert.equal(rules.refusal(address), undefined, address);
    }
    for (const address of ['10.0.255.255', '10.2.0.0', 'fd00:2::', '127.0.0.2', '::1', '192.168.0.1']) {
      assert.notEqual(rules.refusal(address), undefined, address);
    }
  });

  test('who opens IPv4 does not open it inside IPv6', () => {
    const rules = new AddressRules(['127.0.0.0/8', '10.0.0.0/8']);
    for (const address of ['::ffff:127.0.0.1', '::ffff:a00:1', '64:ff9b::a00:1', '2002:a00:1::']) {
      assert.notEqual(rules.refusal(address), undefined, address);
    }
  });

  test('who opens a range of embedded IPv4 opens only what is open there (PEER-012)', () => {
    const rules = new AddressRules(['::ffff:0:0/96', '64:ff9b::/32', '2002::/16', '192.168.0.0/16']);
    const embedding = (v4: string) => {
      const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number);
      const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
      const nat64 = [`64:ff9b::${v4}`, `64:ff9b::${groups}`, `64:ff9b:1::${v4}`, `64:ff9b:1:2:3::${groups}`];
      return [`::ffff:${v4}`, `::ffff:${groups}`, ...nat64, `2002:${groups}::1`];
    };
    for (const address of ['8.8.8.8', '192.168.7.7'].flatMap(embedding))
      assert.equal(rules.refusal(address), undefined, address);
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '0.0.0.0', '255.255.255.255'].flatMap(
      embedding,
    )) {
      assert.notEqual(rules.refusal(address), undefined, address);
    }
  });

  test('does not open what is hidden behind a shorter prefix of a translator', () => {
    const rules = new AddressRules(['64:ff9b:1::/48']);
    const hidden = ['64:ff9b:1:a00:0:100::', '64:ff9b:1:0:a:0:100:0', '64:ff9b:1:0:7f:0:100:0', '64:ff9b:1::'];
    for (const address of hidden) assert.notEqual(rules.refusal(address), undefined, address);
  });

  test('who opens all of IPv6 has not opened IPv4 in it', () => {
    const rules = new AddressRules(['::/0']);
    assert.equal(rules.refusal('fd00::1'), undefined);
    for (const address of ['::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '10.0.0.1']) {
      assert.notEqual(rules.refusal(address), undefined, address);
    }
  });
});

test('loopback is 127.0.0.0/8 and ::1, and no other address (PEER-023)', () => {
  for (const address of ['127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1'])
    assert.equal(isLoopback(address), true, address);
  for (const address of [
    '126.255.255.255',
    '128.0.0.0',
    '0.0.0.0',
    '::',
    '::2',
    '::ffff:127.0.0.1',
    'localhost',
    '127.1',
    '64:ff9b::7f00:1',
  ]) {
    assert.equal(isLoopback(address), false, address);
  }
});
