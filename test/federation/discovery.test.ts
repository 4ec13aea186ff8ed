// PEER-001 to PEER-015: from the name of a node to what is dialled. Nothing outside loopback is ever dialled.
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, test } from 'node:test';
import { ClosedError, DialError } from '../../src/federation/dial-error.ts';
import type { Answer, Ask } from '../../src/federation/dialler.ts';
import { Discovery, type DiscoveryOptions } from '../../src/federation/discovery.ts';
import { AddressRules } from '../../src/federation/ip-ranges.ts';
import { systemResolver } from '../../src/federation/resolver.ts';
import type { Target } from '../../src/federation/target.ts';
import { lifetime } from '../../src/federation/well-known.ts';
import { certified, fakeResolver, json, rerouted, startPeer } from './peer-server.ts';

/** Open addresses that nothing is sent to: what asks them is faked. */
const [first, second] = ['8.8.4.4', '2606:4700::1111'];

/** Answers of well-known documents by name, each time the next one; names without any have none. */
function documents(given: { [name: string]: Partial<Answer>[] }): Ask & { asked: (readonly Target[])[] } {
  const asked: (readonly Target[])[] = [];
  const ask: Ask = async (targets) => {
    const name = targets[0]?.host ?? '';
    const times = asked.filter(([target]) => target?.host === name).length;
    asked.push(targets);
    const answers = given[name] ?? [{ status: 404 }];
    return { status: 200, headers: {}, body: Buffer.from(''), ...answers[Math.min(times, answers.length - 1)] };
  };
  return Object.assign(ask, { asked });
}

function says(server: unknown, headers: IncomingHttpHeaders = {}): Partial<Answer> {
  return { body: Buffer.from(JSON.stringify({ server })), headers };
}

function discovery(options: Partial<DiscoveryOptions>): Discovery {
  return new Discovery({
    resolver: fakeResolver({}),
    ask: documents({}),
    rules: new AddressRules([]),
    allowInsecureLoopback: false,
    now: () => 0,
    random: () => 0.5,
    timeoutMs: 1_000,
    ...options,
  });
}

describe('a name with an address or a port', () => {
  const names: [string, Target][] = [
    ['8.8.4.4', { host: first, port: 8448, addresses: [first], tls: true, via: 'literal' }],
    ['8.8.4.4:1', { host: first, port: 1, addresses: [first], tls: true, via: 'literal' }],
    ['[2606:4700::1111]', { host: second, port: 8448, addresses: [second], tls: true, via: 'literal' }],
    ['[2606:4700::1111]:65535', { host: second, port: 65535, addresses: [second], tls: true, via: 'literal' }],
    [
      'node.test:443',
      { host: 'node.test', servername: 'node.test', port: 443, addresses: [first, second], tls: true, via: 'port' },
    ],
  ];
  for (const [name, target] of names) {
    test(`${name} says where it is, and neither document nor records are asked for (PEER-002)`, async () => {
      const resolver = fakeResolver({ 'node.test': [first, second] });
      const ask = documents({});
      assert.deepEqual(await discovery({ resolver, ask }).targets(name), [target]);
      assert.deepEqual(resolver.asked, name.startsWith('node') ? ['node.test'] : []);
      assert.deepEqual(ask.asked, []);
    });
  }
});

describe('a plain name', () => {
  const hosts = { 'node.test': [first], 'fed.test': [second], 'a.test': [first], 'b.test': [second] };
  const record = { port: 1, priority: 1, weight: 0 };

  test('is served at port 8448 where nothing is said', async () => {
    const resolver = fakeResolver(hosts);
    const ask = documents({});
    const targets = await discovery({ resolver, ask }).targets('node.test');
    const common = { host: 'node.test', servername: 'node.test', addresses: [first], tls: true, via: 'default' };
    assert.deepEqual(targets, [{ ...common, port: 8448 }]);
    assert.deepEqual(ask.asked, [[{ ...common, port: 443 }]], 'the document is asked for at port 443 of the name');
  });

  test('may have records, which are taken in order; the certificate stays that of the name', async () => {
    const service = [
      { ...record, name: 'B.test.', port: 2, priority: 2 },
      { ...record, name: 'a.test' },
    ];
    const resolver = fakeResolver(hosts, { '_eccp-server._tcp.node.test': service });
    const common = { host: 'node.test', servername: 'node.test', tls: true, via: 'srv' };
    assert.deepEqual(await discovery({ resolver }).targets('node.test'), [
      { ...common, port: 1, addresses: [first] },
      { ...common, port: 2, addresses: [second] },
    ]);
  });

  test('may have records of one priority, which are drawn by weight', async () => {
    const service = [
      { ...record, name: 'a.test', weight: 30 },
      { ...record, name: 'b.test', weight: 10 },
    ];
    const resolver = fakeResolver(hosts, { '_eccp-server._tcp.node.test': service });
    let [firsts, seed] = [0, 1];
    const random = () => {
      seed = (seed * 48271) % 2147483647; // the minimal standard generator
      return seed / 2147483647;
    };
    for (let i = 0; i < 1000; i++) {
      const [target] = await discovery({ resolver, random }).targets('node.test');
      if (target?.addresses[0] === first) firsts++;
    }
    assert.ok(firsts > 700 && firsts < 800, `${firsts} of 1000 for three quarters of the weight`);
  });

  test('whose records name no host is served nowhere', async () => {
    for (const name of ['', '.', '127.0.0.1', 'Not A Name', 'a.test:1']) {
      const resolver = fakeResolver(hosts, { '_eccp-server._tcp.node.test': [{ ...record, name }] });
      await assert.rejects(discovery({ resolver }).targets('node.test'), DialError, name);
      assert.deepEqual(resolver.asked, ['node.test', '_eccp-server._tcp.node.test'], 'no such host is looked up');
    }
  });

  const delegations: [string, object][] = [
    ['fed.test:1', { host: 'fed.test', servername: 'fed.test', port: 1, addresses: [second] }],
    ['fed.test', { host: 'fed.test', servername: 'fed.test', port: 8448, addresses: [second] }],
    ['8.8.4.4:1', { host: first, port: 1, addresses: [first] }],
    ['[2606:4700::1111]', { host: second, port: 8448, addresses: [second] }],
  ];
  for (const [server, target] of delegations) {
    test(`may be delegated to ${server}, and no further (PEER-003)`, async () => {
      const ask = documents({ 'node.test': [says(server)], 'fed.test': [says('a.test:1')] });
      const targets = await discovery({ resolver: fakeResolver(hosts), ask }).targets('node.test');
      assert.deepEqual(targets, [{ ...target, tls: true, via: 'well-known' }]);
      assert.deepEqual(
        ask.asked.map(([asked]) => asked?.host),
        ['node.test'],
      );
    });
  }

  test('may be delegated to a host with records, whose certificate is that of the host', async () => {
    const resolver = fakeResolver(hosts, { '_eccp-server._tcp.fed.test': [{ ...record, name: 'a.test' }] });
    const ask = documents({ 'node.test': [says('fed.test')] });
    assert.deepEqual(await discovery({ resolver, ask }).targets('node.test'), [
      { host: 'fed.test', servername: 'fed.test', port: 1, addresses: [first], tls: true, via: 'well-known' },
    ]);
    assert.ok(!resolver.asked.includes('_eccp-server._tcp.node.test'));
  });
});

describe('the well-known document', () => {
  const body = (text: string) => ({ body: Buffer.from(text) });
  const ignored: [string, Partial<Answer>][] = [
    ['another status', { ...says('fed.test:1'), status: 201 }],
    ['a refusal', { ...says('fed.test:1'), status: 500 }],
    ['a redirect', { ...says('fed.test:1'), status: 302, headers: { location: 'https://fed.test/' } }],
    ['no JSON', body('server: fed.test:1')],
    ['JSON that chapter 2 forbids', body('{"server":"fed.test:1","server":"fed.test:1"}')],
    ['a byte order mark', body('\ufeff{"server":"fed.test:1"}')],
    ['an array', body('["fed.test:1"]')],
    ['no server', body('{"m.server":"fed.test:1"}')],
    ...[1, null, '', 'https://fed.test', 'Fed.test', 'fed.test:0', 'fed.test:1/', '0x7f.1', '127.1', 'a@fed.test'].map(
      (server): [string, Partial<Answer>] => [`server ${JSON.stringify(server)}`, says(server)],
    ),
  ];
  for (const [what, answer] of ignored) {
    test(`is ignored with ${what} (PEER-004, PEER-005)`, async () => {
      const resolver = fakeResolver({ 'node.test': [first], 'fed.test': [second] });
      const targets = await discovery({ resolver, ask: documents({ 'node.test': [answer] }) }).targets('node.test');
      assert.deepEqual(
        targets.map(({ host, port, via }) => ({ host, port, via })),
        [{ host: 'node.test', port: 8448, via: 'default' }],
      );
    });
  }

  test('is not even asked for at a closed address', async () => {
    const ask = documents({ 'node.test': [says('8.8.4.4:1')] });
    const resolver = fakeResolver({ 'node.test': ['169.254.169.254'] });
    await assert.rejects(discovery({ resolver, ask }).targets('node.test'), ClosedError);
    assert.deepEqual(ask.asked, []);
  });

  test('counts whatever media type it is declared as', async () => {
    const ask = documents({ 'node.test': [says('8.8.4.4:1', { 'content-type': 'application/octet-stream' })] });
    const [target] = await discovery({ resolver: fakeResolver({ 'node.test': [first] }), ask }).targets('node.test');
    assert.equal(target?.port, 1);
  });
});

describe('the well-known document over a real connection', () => {
  const loopback = { rules: new AddressRules(['127.0.0.0/8']) };
  /** Where a peer at node1.test turns out to be when the document is answered like this. */
  async function viaOf(answer: Parameters<typeof startPeer>[0], certificate = 'node', timeoutMs = 5_000) {
    await using peer = await startPeer(answer, certified(certificate));
    using ask = rerouted(peer.port);
    const resolver = fakeResolver({ 'node1.test': ['127.0.0.1'] });
    const found = discovery({ ...loopback, resolver, ask, timeoutMs });
    const { detail, via } = await found.route('node1.test');
    return { detail, via, requests: peer.requests };
  }

  test('is fetched over TLS by its path, from the name', async () => {
    const { via, requests } = await viaOf(json({ server: '127.0.0.1:8448' }));
    assert.equal(via, 'well-known');
    const [request] = requests;
    assert.deepEqual([request?.method, request?.url], ['GET', '/.well-known/eccp/server']);
    assert.equal(request?.headers.authorization, undefined);
  });

  test('is ignored with a redirect, which is not followed', async () => {
    const answer = await viaOf((request, response) => {
      if (request.url === '/other') return json({ server: '127.0.0.1:1' })(request, response);
      response.writeHead(301, { location: '/other' }).end();
    });
    assert.equal(answer.via, 'default');
    assert.match(answer.detail, /redirect/);
    assert.equal(answer.requests.length, 1);
  });

  for (const declared of [true, false]) {
    test(`is ignored with 1 MiB, ${declared ? 'declared' : 'not declared'} before`, async () => {
      const { via, detail } = await viaOf((_request, response) => {
        if (declared) response.setHeader('content-length', 1024 * 1024);
        response.end('{"server":"127.0.0.1:1"}'.padEnd(1024 * 1024));
      });
      assert.equal(via, 'default');
      assert.match(detail, /larger than 8192 bytes/);
    });
  }

  test('counts with 8192 bytes, and not with one more', async () => {
    const padded = (size: number) => {
      const text = JSON.stringify({ server: '127.0.0.1:1' });
      return viaOf((_request, response) => response.end(text.padEnd(size)));
    };
    assert.equal((await padded(8192)).via, 'well-known');
    assert.equal((await padded(8193)).via, 'default');
  });

  test('is ignored where it never comes, or never ends', async () => {
    const silent = await viaOf(() => {}, 'node', 50);
    assert.equal(silent.via, 'default');
    assert.match(silent.detail, /no answer in time/);
    const endless = await viaOf((_request, response) => void response.write('{'), 'node', 50);
    assert.equal(endless.via, 'default');
  });

  test('is ignored from who has no certificate for the name, and is told nothing (PEER-022)', async () => {
    for (const certificate of ['elsewhere', 'expired']) {
      const { via, requests } = await viaOf(json({ server: '127.0.0.1:1' }), certificate);
      assert.equal(via, 'default');
      assert.deepEqual(requests, []);
    }
  });
});

describe('what was found is kept', () => {
  const minute = 60_000;
  const times: [string, IncomingHttpHeaders, number][] = [
    ['an hour where the headers say nothing (PEER-008)', {}, 60 * minute],
    ['for as long as max-age says', { 'cache-control': 'public, max-age=7200' }, 120 * minute],
    ['for no longer than 24 hours (PEER-007)', { 'cache-control': 'max-age=9999999' }, 1440 * minute],
    ['until Expires', { expires: 'Thu, 01 Jan 1970 02:00:00 GMT', date: 'Thu, 01 Jan 1970 00:30:00 GMT' }, 90 * minute],
    ['until Expires by our clock where there is no Date', { expires: 'Thu, 01 Jan 1970 02:00:00 GMT' }, 120 * minute],
    ['for no longer than 24 hours by Expires', { expires: 'Fri, 01 Jan 2100 00:00:00 GMT' }, 1440 * minute],
    ['by max-age rather than Expires', { 'cache-control': 'max-age=600', expires: '0' }, 10 * minute],
    ['less the time that a cache held it', { 'cache-control': 'max-age=3600', age: '600' }, 50 * minute],
    ['a minute where it has expired', { expires: '0' }, minute],
    ['a minute where it is not to be kept', { 'cache-control': 'no-store, max-age=3600' }, minute],
    ['a minute where its time is over', { 'cache-control': 'max-age=60', age: '3600' }, minute],
  ];
  for (const [what, headers, ms] of times) test(what, () => assert.equal(lifetime(headers, 0), ms));

  test('the document for its time, the addresses for a minute', async () => {
    let now = 0;
    const resolver = fakeResolver({ 'node.test': [first], 'fed.test': [[first], [second]] });
    const ask = documents({
      'node.test': [says('fed.test:1', { 'cache-control': 'max-age=3600' }), says('fed.test:2')],
    });
    const found = discovery({ resolver, ask, now: () => now });
    const at = async () => (await found.targets('node.test')).map(({ port, addresses }) => `${addresses} ${port}`);
    assert.deepEqual(await at(), [`${first} 1`]);
    now = minute - 1;
    assert.deepEqual(await at(), [`${first} 1`]);
    now = minute;
    assert.deepEqual(await at(), [`${second} 1`]);
    now = 60 * minute - 1;
    assert.deepEqual(await at(), [`${second} 1`]);
    assert.equal(ask.asked.length, 1);
    now = 61 * minute;
    assert.deepEqual(await at(), [`${second} 2`]);
  });

  test('that there is no document for ten minutes', async () => {
    let now = 0;
    const ask = documents({ 'node.test': [{ status: 404 }, says('8.8.4.4:1')] });
    const found = discovery({ resolver: fakeResolver({ 'node.test': [first] }), ask, now: () => now });
    assert.equal((await found.route('node.test')).via, 'default');
    now = 10 * minute - 1;
    assert.equal((await found.route('node.test')).via, 'default');
    now = 10 * minute;
    assert.equal((await found.route('node.test')).via, 'well-known');
  });

  test('until it is forgotten', async () => {
    const ask = documents({ 'node.test': [says('8.8.4.4:1'), says('8.8.4.4:2')] });
    const found = discovery({ resolver: fakeResolver({ 'node.test': [first] }), ask });
    assert.equal((await found.targets('node.test'))[0]?.port, 1);
    found.forget('node.test');
    assert.equal((await found.targets('node.test'))[0]?.port, 2);
  });

  test('but no failure is', async () => {
    const resolver = fakeResolver({ 'node.test': [['10.0.0.1'], [first]] });
    const found = discovery({ resolver });
    await assert.rejects(found.targets('node.test:1'), ClosedError);
    assert.deepEqual((await found.targets('node.test:1'))[0]?.addresses, [first]);
  });

  test('and found once for all who ask meanwhile', async () => {
    const resolver = fakeResolver({ 'node.test': [first] });
    const ask = documents({});
    const found = discovery({ resolver, ask });
    const [one, other] = await Promise.all([found.targets('node.test'), found.targets('node.test')]);
    assert.equal(one, other);
    assert.equal(ask.asked.length, 1);
  });
});

describe('closed addresses', () => {
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::ffff:127.0.0.1',
    '::1',
    'fd00::1',
    '2002:7f00:1::',
  ]) {
    test(`${address} is not dialled, whatever leads to it (PEER-010 to PEER-013)`, async () => {
      const literal = new URL(`http://${address.includes(':') ? `[${address}]` : address}`).hostname;
      const hosts = { 'node.test': [first], 'evil.test': [address] };
      const service = { '_eccp-server._tcp.node.test': [{ name: 'evil.test', port: 1, priority: 1, weight: 1 }] };
      const ways: [string, Partial<DiscoveryOptions>][] = [
        [`${literal}:1`, {}],
        [literal, {}],
        ['evil.test:1', {}],
        ['evil.test', {}],
        ['node.test', { ask: documents({ 'node.test': [says(`${literal}:1`)] }) }],
        ['node.test', { ask: documents({ 'node.test': [says('evil.test:1')] }) }],
        ['node.test', { resolver: fakeResolver(hosts, service) }],
      ];
      for (const [name, options] of ways) {
        const found = discovery({ resolver: fakeResolver(hosts), ...options });
        await assert.rejects(found.targets(name), ClosedError, name);
      }
    });
  }

  test('are left out where there are open ones beside them (PEER-015)', async () => {
    const resolver = fakeResolver({ 'node.test': ['127.0.0.1', first, '::1', second, 'not an address'] });
    assert.deepEqual((await discovery({ resolver }).targets('node.test:1'))[0]?.addresses, [first, second]);
  });

  test('of one record leave the others', async () => {
    const record = { port: 1, weight: 0 };
    const service = [
      { ...record, name: 'evil.test', priority: 1 },
      { ...record, name: 'lost.test', priority: 2 },
      { ...record, name: 'node.test', priority: 3 },
    ];
    const hosts = { 'node.test': [first], 'evil.test': ['10.0.0.1'] };
    const resolver = fakeResolver(hosts, { '_eccp-server._tcp.node.test': service });
    const targets = await discovery({ resolver }).targets('node.test');
    assert.deepEqual(
      targets.map(({ addresses }) => addresses),
      [[first]],
    );
  });
});

test('a name without an address, or whose addresses never come, is a DialError', async () => {
  await assert.rejects(discovery({}).targets('lost.test:1'), (error: Error) => {
    return error instanceof DialError && error.message === 'lost.test has no address that could be found (ENOTFOUND)';
  });
  await assert.rejects(discovery({ resolver: fakeResolver({ 'none.test': [[]] }) }).targets('none.test:1'), DialError);
  const silent = { ...fakeResolver({}), lookup: () => new Promise<never>(() => {}) };
  await assert.rejects(discovery({ resolver: silent, timeoutMs: 20 }).targets('slow.test:1'), DialError);
});

describe('plain HTTP (PEER-023)', () => {
  const resolver = () =>
    fakeResolver({ localhost: ['127.0.0.1', '::1'], 'node.test': [first], 'home.test': ['127.0.0.1'] });
  const allowed = (name: string, options: Partial<DiscoveryOptions> = {}) =>
    discovery({ resolver: resolver(), allowInsecureLoopback: true, ...options }).targets(name);

  test('is for localhost and loopback addresses with a port', async () => {
    const plain = { tls: false };
    assert.deepEqual(await allowed('127.0.0.1:1'), [
      { ...plain, host: '127.0.0.1', port: 1, addresses: ['127.0.0.1'], via: 'literal' },
    ]);
    assert.deepEqual(await allowed('[::1]:1'), [
      { ...plain, host: '::1', port: 1, addresses: ['::1'], via: 'literal' },
    ]);
    assert.deepEqual(await allowed('localhost:1'), [
      { ...plain, host: 'localhost', servername: 'localhost', port: 1, addresses: ['127.0.0.1', '::1'], via: 'port' },
    ]);
  });

  test('is for nobody unless the operator says so', async () => {
    for (const name of ['127.0.0.1:1', '[::1]:1', 'localhost:1']) {
      await assert.rejects(allowed(name, { allowInsecureLoopback: false }), ClosedError, name);
    }
  });

  test('opens loopback to no other name, and not by delegation', async () => {
    const ask = documents({ 'node.test': [says('127.0.0.1:1')] });
    for (const name of ['home.test:1', '127.0.0.1', 'localhost', '10.0.0.1:1', '[::ffff:7f00:1]:1', 'node.test']) {
      await assert.rejects(allowed(name, { ask }), ClosedError, name);
    }
    assert.equal((await allowed('8.8.4.4:1'))[0]?.tls, true);
    assert.equal((await allowed('node.test:1'))[0]?.tls, true);
  });

  test('goes to loopback only, also where localhost leads elsewhere', async () => {
    for (const address of [first, '10.0.0.1', '::ffff:127.0.0.1']) {
      await assert.rejects(allowed('localhost:1', { resolver: fakeResolver({ localhost: [address] }) }), ClosedError);
    }
    const both = fakeResolver({ localhost: [first, '127.0.0.1'] });
    assert.deepEqual((await allowed('localhost:1', { resolver: both }))[0]?.addresses, ['127.0.0.1']);
  });

  test('is not spoken where the operator opened loopback alone', async () => {
    const rules = new AddressRules(['127.0.0.0/8']);
    assert.equal((await allowed('127.0.0.1:1', { allowInsecureLoopback: false, rules }))[0]?.tls, true);
  });
});

test('the system resolver finds localhost', async () => {
  const addresses = (await systemResolver().lookup('localhost')).map(({ address }) => address);
  assert.ok(addresses.includes('127.0.0.1') || addresses.includes('::1'), addresses.join());
});
