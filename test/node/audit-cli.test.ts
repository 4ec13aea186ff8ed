// eccp-node audit: verify, tail and export, against the operator's services and against files.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Entry, entryHash } from '../../src/core/event.ts';
import { documentHash, newDocument, signDocument } from '../../src/core/key-document.ts';
import { generateSigningKey, hash } from '../../src/core/signing.ts';
import { runToEnd } from './node-process.ts';
import { type OperatorStub, operatorStub } from './operator-stub.ts';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'eccp-audit-'));
});
after(() => rm(directory, { recursive: true }));

async function start(t: TestContext): Promise<OperatorStub> {
  const stub = await operatorStub();
  t.after(() => stub.end());
  await stub.operator.announce(stub.address);
  return stub;
}

function audit(...args: string[]): Promise<{ code: number | null; output: string }> {
  return runToEnd(['audit', ...args]);
}

async function record({ fixture }: OperatorStub, count: number): Promise<void> {
  const entry = { kind: 'test.record', actor: 'peer.test', subject: 'about\u2028this', errcode: 'ECCP_REPLAY' };
  for (let i = 0; i < count; i++) await fixture.audit.record({ ...entry, detail: { i } });
}

/** Gives the node another key; the old one is revoked. */
function rotate({ fixture: { identity } }: OperatorStub): void {
  const last = identity.chain.at(-1) ?? assert.fail();
  const key = generateSigningKey();
  const next = { version: last.document.version + 1, prev_hash: documentHash(last.document), keys: [key.publicKey] };
  const revoked = [...last.document.revoked, identity.key.keyId];
  identity.chain = [...identity.chain, signDocument({ ...last.document, ...next, revoked }, [identity.key, key])];
  identity.key = key;
}

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

test('verify asks the running node, page by page and across a change of keys', async (t) => {
  const stub = await start(t);
  await record(stub, 1200);
  rotate(stub);
  await record(stub, 3);
  const { code, output } = await audit('verify', '--data-dir', stub.dataDir);
  assert.equal(code, 0, output);
  assert.match(output, /^The audit log of node\.test holds: 1204 records, 0 to 1203\.\n/);
  assert.match(output, /2 key documents/);
  const { records } = await stub.fixture.audit.page(1203, 1);
  assert.ok(output.includes(records[0]?.hash ?? 'none'), 'with the last hash, to compare with later');
});

test('verify says 1 for a log that does not hold, and which record it is', async (t) => {
  const stub = await start(t);
  await record(stub, 5);
  await stub.fixture.store.write((trx) => trx.deleteFrom('audit').where('seq', '=', 3).execute());
  const { code, output } = await audit('verify', '--data-dir', stub.dataDir);
  assert.equal(code, 1);
  assert.match(output, /^The audit log does not hold: record 4 comes after record 2.*\(ECCP_GAP\)\.\n$/);
});

test('verify without a running node says 2 and what to do', async () => {
  const { code, output } = await audit('verify', '--data-dir', directory);
  assert.equal(code, 2);
  assert.match(output, /no node runs with the data directory .*start it, or name another with --data-dir/);
});

test('an export verifies without the node, and any alteration of it does not', async (t) => {
  const stub = await start(t);
  await record(stub, 1100);
  rotate(stub);
  await record(stub, 2);
  const exported = await audit('export', '--data-dir', stub.dataDir);
  assert.equal(exported.code, 0);
  const lines = exported.output.trimEnd().split('\n');
  assert.equal(lines.length, 2 + 1103);
  const holds = await audit('verify', await file('export.jsonl', exported.output));
  assert.equal(holds.code, 0, holds.output);
  assert.match(holds.output, /holds: 1103 records, 0 to 1102\./);
  const altered = {
    missing: lines.toSpliced(700, 1),
    changed: lines.with(700, lines[700]?.replace('peer.test', 'pear.test') ?? ''),
    swapped: lines.with(700, lines[701] ?? '').with(701, lines[700] ?? ''),
    broken: lines.with(700, lines[700]?.slice(1) ?? ''),
    keyless: lines.filter((line) => !line.includes('"document"')),
  };
  for (const [how, content] of Object.entries(altered)) {
    const { code, output } = await audit('verify', await file(`${how}.jsonl`, content.join('\n')));
    assert.equal(code, 1, `${how}: ${output}`);
    assert.match(output, /does not hold: (?:record|line) \d+/);
  }
});

test('a page as the node answered it verifies too, also from the middle', async (t) => {
  const stub = await start(t);
  await record(stub, 5);
  const page = await stub.fixture.audit.page(2, 2);
  const { code, output } = await audit('verify', await file('page.json', JSON.stringify(page, null, 2)));
  assert.equal(code, 0, output);
  assert.match(output, /holds: 2 records, 2 to 3\./);
  assert.match(output, /What came before record 2 is not in this either\./);
  const empty = await audit('verify', await file('empty.json', JSON.stringify({ ...page, records: [] })));
  assert.equal(empty.code, 2);
});

test('evidence against a host verifies offline, in words', async () => {
  const node = 'host.test';
  const key = generateSigningKey();
  const room_id = `!${hash('eccp.event.v1', 'room')}:${node}`;
  const entry = (event: string): Entry => ({
    v: 1,
    room_id,
    epoch: 0,
    seq: 7,
    prev: hash('eccp.entry.v1', 'before'),
    event_id: `$${hash('eccp.event.v1', event)}`,
    host_key: key.keyId,
    host_ts: 1_767_225_600_000,
    state_root: hash('eccp.state.v1', 'root'),
  });
  const entries = [entry('one'), entry('two')];
  const heads = entries.map((signed) => ({ entry: signed, entry_signature: key.sign('eccp.entry-sig.v1', signed) }));
  const evidence = { room_id, node, heads, documents: [newDocument(node, [key])] };
  const { code, output } = await audit('verify', await file('evidence.json', JSON.stringify(evidence)));
  assert.equal(code, 0, output);
  assert.ok(
    output.startsWith(`The evidence holds: host.test signed two different entries for place 7 of the room ${room_id}`),
  );
  for (const signed of entries) assert.ok(output.includes(signed.event_id) && output.includes(entryHash(signed)));
  const same = { ...evidence, heads: [heads[0], heads[0]] };
  const refused = await audit('verify', await file('same.json', JSON.stringify(same, null, 2)));
  assert.equal(refused.code, 1);
  assert.match(refused.output, /does not hold: .* is the same entry as the first/);
});

test('what is neither, or cannot be read, says 2', async () => {
  const cases = [
    await file('other.json', '{"events":[]}'),
    await file('text', 'Dear operator'),
    await file('nothing', ''),
    join(directory, 'absent'),
    directory,
  ];
  for (const path of cases) {
    const { code, output } = await audit('verify', path);
    assert.equal(code, 2, `${path}: ${output}`);
    assert.match(
      output,
      /^eccp-node: .*(?:neither an export of an audit log nor evidence|name a file that can be read)/,
    );
  }
  assert.equal((await audit('verify', 'a', 'b')).code, 2);
});

test('tail prints the last records, a line for each', async (t) => {
  const stub = await start(t);
  const tail = async (...args: string[]) =>
    (await audit('tail', '--data-dir', stub.dataDir, ...args)).output.split('\n');
  const first = '2026-01-01T00:00:00.000Z  policy.changed  node  -  -';
  const other = '2026-01-01T00:00:00.000Z  test.record  peer.test  about\u{FFFD}this  ECCP_REPLAY';
  assert.deepEqual(await tail(), [first, '']);
  for (const [made, asked, expected] of [
    [1, 1, 1],
    [1, 2, 2],
    [28, 20, 20],
    [0, 29, 29],
  ] as const) {
    await record(stub, made);
    const lines = await tail('-n', String(asked));
    assert.equal(lines.length, expected + 1);
    assert.deepEqual([lines.at(-2), lines.at(-1)], [other, '']);
  }
  assert.equal((await tail('-n', '100'))[0], first);
  assert.equal((await audit('tail', '-n', 'x', '--data-dir', stub.dataDir)).code, 2);
});

test('tail -f goes on with the records that come', async (t) => {
  const stub = await start(t);
  const bin = fileURLToPath(new URL('../../bin/eccp-node.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'audit', 'tail', '-f', '--data-dir', stub.dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => (text += part));
  const until = async (lines: number) => {
    while (text.split('\n').length <= lines) await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  };
  await until(1);
  await record(stub, 2);
  await until(3);
  assert.deepEqual(
    text.split('\n').map((line) => line.split('  ')[1]),
    ['policy.changed', 'test.record', 'test.record', undefined],
  );
});
