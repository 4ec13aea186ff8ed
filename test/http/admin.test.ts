// POL-020 to POL-024, AUD-004: the admin API as it is spoken, with every answer checked against its schema.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { adminHandlers } from '../../src/http/handlers/admin.ts';
import { type OperatorFixture, operatorFixture } from '../services/policy-fixture.ts';
import { type Answered, startStub } from './stub-node.ts';

const base = '/_eccp/admin/v1';

interface Asked {
  fixture: OperatorFixture;
  ask(method: string, path: string, body?: object): Promise<Answered>;
}

async function start(t: TestContext): Promise<Asked> {
  const fixture = await operatorFixture();
  const stub = await startStub(adminHandlers(fixture));
  t.after(async () => {
    await stub[Symbol.asyncDispose]();
    await fixture.end();
  });
  const ask = (method: string, path: string, body?: object) =>
    stub.ask(method, `${base}${path}`, { token: 'admin', ...(body && { body }) });
  return { fixture, ask };
}

function refused({ status, json }: Answered): string {
  return `${status} ${json?.errcode} ${json?.path ?? ''}`.trim();
}

test('every operation needs the scope admin', async (t) => {
  const fixture = await operatorFixture();
  await using stub = await startStub(adminHandlers(fixture));
  t.after(() => fixture.end());
  const operations = [
    ['GET', '/policy'],
    ['PUT', '/policy'],
    ['GET', '/peers'],
    ['POST', '/peers/peer.test'],
    ['GET', '/audit'],
  ] as const;
  for (const [method, path] of operations) {
    assert.equal(refused(await stub.ask(method, base + path, { token: 'full' })), '403 ECCP_FORBIDDEN', path);
    assert.equal(refused(await stub.ask(method, base + path)), '401 ECCP_MISSING_TOKEN', path);
  }
});

test('a policy is read, replaced, and not replaced twice from one version', async (t) => {
  const { fixture, ask } = await start(t);
  const first = await ask('GET', '/policy');
  assert.deepEqual(first.json, { version: 0, policy: fixture.policy.current() });
  const policy = structuredClone(fixture.policy.current());
  policy.federation.mode = 'moderated';
  const put = await ask('PUT', '/policy', { replaces: 0, policy });
  assert.deepEqual([put.status, put.json], [200, { version: 1, policy }]);
  const again = await ask('PUT', '/policy', { replaces: 0, policy });
  assert.equal(refused(again), '409 ECCP_STATE_CONFLICT');
  assert.deepEqual(Object.keys(again.json ?? {}), ['errcode', 'error']);
  assert.deepEqual((await ask('GET', '/policy')).json, put.json);
  const [, record] = await fixture.records();
  assert.equal(record?.request_id, put.headers['x-request-id']);
  assert.equal(record?.actor, '@ada:node.example.org');
});

test('a policy out of form is refused by the place of its fault, and changes nothing', async (t) => {
  const { fixture, ask } = await start(t);
  const good = fixture.policy.current();
  const wrong: [object, string][] = [
    [{ federation: { ...good.federation, mode: 'closed' }, client: good.client }, '/policy/federation/mode'],
    [
      { federation: { ...good.federation, limt: good.federation.limit }, client: good.client },
      '/policy/federation/limt',
    ],
    [{ federation: { ...good.federation, block: ['Not A Node'] }, client: good.client }, '/policy/federation/block/0'],
    [
      { federation: { ...good.federation, block: ['a.test', 'a.test'] }, client: good.client },
      '/policy/federation/block',
    ],
    [{ ...good, client: { quota: { per_second: 0, burst: 1 } } }, '/policy/client/quota/per_second'],
    [{ ...good, more: 1 }, '/policy/more'],
    [{ federation: good.federation }, '/policy/client'],
  ];
  for (const [policy, path] of wrong) {
    assert.equal(refused(await ask('PUT', '/policy', { replaces: 0, policy })), `400 ECCP_BAD_PARAM ${path}`);
  }
  const limits = { 'Not-A-Node': { per_second: 1, burst: 1 } };
  const policy = { ...good, federation: { ...good.federation, limits } };
  assert.match(refused(await ask('PUT', '/policy', { replaces: 0, policy })), /^400 ECCP_BAD_PARAM/);
  assert.equal(fixture.policy.version, 0);
});

test('decisions on peers are taken and listed', async (t) => {
  const { ask } = await start(t);
  assert.deepEqual((await ask('GET', '/peers')).json, { peers: [] });
  const common = { per_second: 50, burst: 200 };
  const blocked = { node: 'b.test', decision: 'blocked', approved: false, queued: 0, limit: common };
  assert.deepEqual((await ask('POST', '/peers/b.test', { action: 'block' })).json, blocked);
  const limit = { per_second: 3, burst: 4 };
  const limited = { node: '[::1]:8448', decision: 'allowed', approved: false, queued: 0, limit };
  assert.deepEqual((await ask('POST', '/peers/%5B::1%5D:8448', { action: 'limit', limit })).json, limited);
  assert.deepEqual((await ask('GET', '/peers')).json, { peers: [limited, blocked] });
  assert.equal(refused(await ask('POST', '/peers/B.test', { action: 'block' })), '400 ECCP_BAD_PARAM node');
  assert.equal(refused(await ask('POST', '/peers/b.test', { action: 'ban' })), '400 ECCP_BAD_PARAM /action');
  assert.equal(refused(await ask('POST', '/peers/b.test', { action: 'lift_quarantine' })), '404 ECCP_NOT_FOUND');
});

test('the audit log comes in stretches, of a hundred where nobody says', async (t) => {
  const { fixture, ask } = await start(t);
  for (let i = 0; i < 101; i++) await fixture.audit.record({ kind: 'test.one', actor: 'node' });
  const seqs = async (search: string) => {
    const { json } = await ask('GET', `/audit${search}`);
    const { records, next } = json as { records: { record: { seq: number } }[]; next?: number };
    return [records.length, records[0]?.record.seq, next];
  };
  assert.deepEqual(await seqs(''), [100, 0, 100]);
  assert.deepEqual(await seqs('?from=100'), [2, 100, undefined]);
  assert.deepEqual(await seqs('?from=5&limit=1'), [1, 5, 6]);
  assert.deepEqual(await seqs('?from=102'), [0, undefined, undefined]);
  assert.equal(refused(await ask('GET', '/audit?limit=1001')), '400 ECCP_BAD_PARAM limit');
});
