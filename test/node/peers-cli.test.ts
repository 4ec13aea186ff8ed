// eccp-node peers: the commands as an operator types them, against the operator's services.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { firstPolicy } from '../../src/core/policy.ts';
import type { NodeName } from '../../src/generated/api.ts';
import { operatorFile } from '../../src/operator.ts';
import { runToEnd } from './node-process.ts';
import { type OperatorStub, operatorStub, tlsFile } from './operator-stub.ts';

async function start(
  t: TestContext,
  mode: 'open' | 'moderated' | 'allow_list' = 'open',
  tls?: string,
): Promise<OperatorStub> {
  const stub = await operatorStub(firstPolicy(mode, []), tls);
  t.after(() => stub.end());
  await stub.operator.announce(stub.address, tls && tlsFile(tls));
  return stub;
}

async function peers({ dataDir }: OperatorStub, ...args: string[]): Promise<{ code: number | null; output: string }> {
  return runToEnd(['peers', ...args, '--data-dir', dataDir]);
}

async function must(stub: OperatorStub, ...args: string[]): Promise<string> {
  const { code, output } = await peers(stub, ...args);
  assert.equal(code, 0, output);
  return output;
}

test('list, approve, block, unblock and limit do what they say, in the name of the administrator', async (t) => {
  const stub = await start(t, 'moderated');
  const { policy, peers: known } = stub.fixture;
  assert.equal(await must(stub, 'list'), 'No other node has been met.\n');
  const node = 'peer.test' as NodeName;
  await assert.rejects(policy.checkPeer(node));
  assert.match(await must(stub, 'list'), /^NODE .*\npeer\.test +waiting +0 +50\/s, burst 200 +never\n$/);
  assert.equal(await must(stub, 'approve', node), 'peer.test: allowed, approved, 50/s, burst 200\n');
  await policy.checkPeer(node);
  assert.match(await must(stub, 'block', node), /^peer\.test: blocked, approved/);
  await assert.rejects(policy.checkPeer(node));
  const again = await must(stub, 'approve', node);
  assert.match(
    again,
    /^peer\.test: blocked, approved.*\nIt stays blocked until: eccp-node peers unblock peer\.test\n$/,
  );
  assert.match(await must(stub, 'unblock', node), /^peer\.test: allowed/);
  assert.match(
    await must(stub, 'limit', '[2001:db8::1]:8448', '--per-second', '2', '--burst', '9'),
    /2\/s, burst 9\n$/,
  );
  assert.deepEqual(policy.current().federation.limits, { '[2001:db8::1]:8448': { per_second: 2, burst: 9 } });
  assert.match(await must(stub, 'limit', '[2001:db8::1]:8448', '--common'), /50\/s, burst 200\n$/);
  assert.deepEqual(JSON.parse(await must(stub, 'list', '--json')), { peers: await known.list() });
  assert.deepEqual(
    new Set(stub.sessions.map(({ userId, scopes }) => `${userId} ${scopes}`)),
    new Set(['@admin:node.test admin']),
  );
});

test('lift-quarantine ends a quarantine, which list shows, and a refusal is told', async (t) => {
  const stub = await start(t);
  const row = {
    node: 'peer.test' as NodeName,
    approved: 0,
    quarantined: 'two documents 3',
    last_failure: 'bad\u001b[31m news',
  };
  await stub.fixture.store.write((trx) => trx.insertInto('peers').values(row).execute());
  const shown = await must(stub, 'list');
  assert.match(shown, /allowed, in quarantine \(two documents 3\) +0 .*never; failed since: bad\u{FFFD}\[31m news/u);
  assert.ok(!shown.includes('\u001b'), 'nothing that a terminal would obey');
  assert.match(await must(stub, 'lift-quarantine', 'peer.test'), /^peer\.test: allowed, 50/);
  const { code, output } = await peers(stub, 'lift-quarantine', 'peer.test');
  assert.equal(code, 1);
  assert.match(output, /^eccp-node: the node refused this with ECCP_NOT_FOUND: peer\.test is not in quarantine\.\n$/);
});

test('wrong use ends with 2 and changes nothing', async (t) => {
  const stub = await start(t);
  const wrong = [
    ['approve', 'Not a name'],
    ['approve'],
    ['approve', 'a.test', 'b.test'],
    ['limit', 'peer.test'],
    ['limit', 'peer.test', '--per-second', '5'],
    ['limit', 'peer.test', '--common', '--burst', '5'],
    ['limit', 'peer.test', '--per-second', '0', '--burst', '5'],
    ['limit', 'peer.test', '--per-second', '1.5', '--burst', '5'],
    ['befriend', 'peer.test'],
  ];
  for (const args of wrong) {
    const { code, output } = await peers(stub, ...args);
    assert.equal(code, 2, `${args.join(' ')}: ${output}`);
    assert.match(output, /peers|--common/);
  }
  assert.deepEqual(stub.sessions, []);
});

test('without a running node the error says what to do', async (t) => {
  const stub = await start(t);
  const expect = async (pattern: RegExp) => {
    const { code, output } = await peers(stub, 'list');
    assert.equal(code, 1, output);
    assert.match(output, pattern);
  };
  await stub.close();
  await expect(/^eccp-node: nothing listens at http:\/\/127\.0\.0\.1:\d+: .*operator\.json; start it\n$/);
  await writeFile(operatorFile(stub.dataDir), '{"url":');
  await expect(/operator\.json is damaged: restart the node/);
  await rm(operatorFile(stub.dataDir));
  await expect(/^eccp-node: no node runs with the data directory \/.*: start it, or name another with --data-dir\n$/);
});

test('a token that is not the one of who listens is told as that', async (t) => {
  const stub = await start(t);
  const stranger = await start(t);
  await stub.operator.announce(stranger.address);
  const { code, output } = await peers(stub, 'list');
  assert.equal(code, 1);
  assert.match(output, /is another node than the one that wrote .*operator\.json: name the data directory/);
});

test('over HTTPS the announced certificate is trusted, and no other, whoever vouches for it', async (t) => {
  const stub = await start(t, 'open', 'node');
  assert.equal(await must(stub, 'list'), 'No other node has been met.\n');
  for (const other of ['renewed', 'ca']) {
    await stub.operator.announce(stub.address, tlsFile(other));
    const { code, output } = await peers(stub, 'list');
    assert.equal(code, 1);
    assert.match(output, /^eccp-node: the node at https:\/\/127\.0\.0\.1:\d+ cannot be asked: /);
  }
  assert.equal(stub.sessions.length, 1, 'the token went to nobody else');
});

test('what goes to no terminal has no colours', async (t) => {
  const stub = await start(t);
  await must(stub, 'block', 'peer.test');
  const shown = await must(stub, 'list');
  assert.match(shown, /blocked/);
  assert.ok(!shown.includes('\u001b'));
});
