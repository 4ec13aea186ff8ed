import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { AccountPool } from '../../conformance/accounts.ts';
import { loadCatalogue } from '../../conformance/catalogue.ts';
import { main } from '../../conformance/cli.ts';
import { NodeControl } from '../../conformance/control/control.ts';
import { Driver, readDriver } from '../../conformance/control/driver.ts';
import { LaunchedNode } from '../../conformance/control/launched.ts';
import { whyNeeding } from '../../conformance/control/needs.ts';
import { nodesOf } from '../../conformance/control/nodes.ts';
import { filled } from '../../conformance/control/shell.ts';
import { Api } from '../../conformance/openapi.ts';
import {
  ConfigurationError,
  ConformanceFailure,
  HarnessError,
  MissingPrerequisite,
} from '../../conformance/outcome.ts';
import { Target } from '../../conformance/target.ts';
import { Redactor } from '../../conformance/trace.ts';

const folder = mkdtempSync(join(tmpdir(), 'eccp-control-'));
after(() => rmSync(folder, { recursive: true }));
const STUB = `${process.execPath} ${join(import.meta.dirname, 'launched-stub.ts')} {port} {data}`;
const none = new Driver(new Map(), folder);

function driver(text: string): Driver {
  const file = join(folder, 'driver.yaml');
  writeFileSync(file, text);
  return readDriver(file);
}

/** A launched stub, controlled; it is gone when the test ends. */
async function controlled(
  t: { after(undo: () => Promise<void>): void },
  command: string,
  of = none,
): Promise<{ control: NodeControl; node: LaunchedNode; starts: () => Promise<unknown> }> {
  const node = await LaunchedNode.prepare(command, undefined);
  const target = new Target(node.url, new Api(), loadCatalogue());
  t.after(async () => {
    await node.close();
    target.close();
  });
  const control = new NodeControl(
    target,
    of.with(() => node.values),
    node,
  );
  const ask = { who: 'a test', method: 'GET', path: '/starts', check: false };
  return { control, node, starts: async () => (await target.send(ask, [])).json };
}

test('values stand in commands as one word each, whatever is in them', () => {
  const values = { username: "o'hara; rm -rf /", url: 'http://127.0.0.1:1' };
  const filledIn = filled('make {username} at {url}, not $' + "{url}, '{other}' or {}", values);
  assert.equal(filledIn, "make 'o'\\''hara; rm -rf /' at 'http://127.0.0.1:1', not $" + "{url}, '{other}' or {}");
});

test('a driver runs its commands in its folder, and reads what they print', async () => {
  const read = driver(
    'account: printf %s {password} > made-{username}\nadmin_token: echo \'{"token":"t"}\'\none_time_password: echo no\n',
  );
  await read.run('account', { username: 'ada', password: "a 'b' $c" });
  assert.equal(readFileSync(join(folder, 'made-ada'), 'utf8'), "a 'b' $c");
  assert.deepEqual(await read.ask('admin_token', 'token'), { token: 't' });
  await assert.rejects(read.ask('one_time_password', 'username', 'password'), (error: Error) => {
    assert.ok(error instanceof MissingPrerequisite);
    assert.match(error.message, /print a JSON object with username and password/);
    return true;
  });
  await assert.rejects(read.run('kill'), /a driver with kill; came a run without/);
  await assert.rejects(
    driver('admin_token: echo oh >&2; exit 3').ask('admin_token', 'token'),
    /admin_token of the driver to succeed; came exit code 3 of .*: oh/,
  );
});

test('what is no driver is refused with what would be one', () => {
  const cases: [string, RegExp][] = [
    ['restart: ./again', /there is no restart in a driver; there is account, /],
    ['admin_token: 3', /admin_token has to be a text: prints/],
    ['admin_token: ""', /admin_token has to be a text/],
    ['disk_full: true-ish', /disk_full needs disk_free beside it/],
    ['kill: ./kill', /kill needs start beside it/],
    ['- account', /is no driver: it has to be YAML with names and texts/],
    ['a: b: c', /is no driver that can be read/],
  ];
  for (const [text, message] of cases)
    assert.throws(
      () => driver(text),
      (error: Error) => error instanceof ConfigurationError && message.test(error.message),
      text,
    );
  assert.throws(() => readDriver(join(folder, 'nowhere.yaml')), /nowhere\.yaml is no driver that can be read: ENOENT/);
});

test('a launched node is stopped, killed, started again, and put back to older data', async (t) => {
  const { control, node, starts } = await controlled(t, STUB, driver('older_copy: --older'));
  await control.start();
  assert.equal(await starts(), 1);
  await control.stop();
  await assert.rejects(starts());
  control.backUp();
  await control.start();
  await control.kill();
  await control.start();
  assert.equal(await starts(), 3);
  assert.throws(() => control.putBack(), HarnessError);
  await control.kill();
  control.putBack();
  await control.start(true);
  assert.equal(await starts(), 2);
  assert.match(readFileSync(node.values.log ?? '', 'utf8'), /start 1\nstart 2\nstart 3\nstart 2--older\n/);
  await control.kill();
  await control.revive();
  assert.equal(await starts(), 3);
});

test('whatever a launched command has started ends with it, and nothing is left', async (t) => {
  const { control, node } = await controlled(t, `${STUB} & child=$!; echo child $child; wait $child`);
  await control.start();
  const child = Number(/^child (\d+)$/m.exec(readFileSync(node.values.log ?? '', 'utf8'))?.[1]);
  assert.ok(process.kill(child, 0));
  await control.kill();
  await control.start(); // its port is free
  await node.close();
  assert.equal(existsSync(dirname(node.values.data ?? '')), false);
});

test('a node that does not come up is told with what it said', async (t) => {
  const { control } = await controlled(t, 'echo no licence >&2; exit 7');
  await assert.rejects(control.start(), (error: Error) => {
    assert.ok(error instanceof ConformanceFailure);
    assert.match(error.actual, /^exit code 7\. The last that it said:\nno licence$/);
    return true;
  });
});

test('a node that is not launched is started and stopped by its driver', async () => {
  const read = driver('start: echo start >> acts\nstop: echo stop >> acts\nkill: echo kill >> acts\n');
  const node = await LaunchedNode.prepare(STUB, undefined);
  try {
    const target = new Target(node.url, new Api(), loadCatalogue());
    node.start();
    const control = new NodeControl(target, read);
    await control.awaitHealth();
    for (const act of ['stop', 'start', 'kill', 'start'] as const) await control[act]();
    assert.equal(readFileSync(join(folder, 'acts'), 'utf8'), 'stop\nstart\nkill\nstart\n');
    target.close();
  } finally {
    await node.close();
  }
});

test('scenarios that need more than the run can do are told why not', () => {
  const target = new Target('http://127.0.0.1:1', new Api(), loadCatalogue());
  const { can } = new NodeControl(target, none);
  assert.match(whyNeeding(['@must', '@needs-restart'], can) ?? '', /--launch does, or a driver with start and stop/);
  assert.match(whyNeeding(['@needs-older-copy'], can) ?? '', /a driver that has older_copy/);
  assert.equal(whyNeeding(['@must', '@alone'], can), undefined);
  const full = new NodeControl(target, driver('disk_full: "true"\ndisk_free: "true"\nstart: "true"\nstop: "true"'));
  assert.equal(whyNeeding(['@needs-full-disk', '@needs-restart'], full.can), undefined);
  assert.match(whyNeeding(['@needs-full-disk', '@needs-kill'], full.can) ?? '', /a driver with start and kill/);
  assert.throws(() => whyNeeding(['@needs-luck'], full.can), /there is no @needs-luck; there is restart, /);
});

test('where nobody may register, the driver makes the accounts', async (t) => {
  const read = driver('account: echo {username} {password} >> {data}/accounts');
  const { control, node } = await controlled(t, `${STUB} --closed`, read);
  await control.start();
  const target = new Target(node.url, new Api(), loadCatalogue());
  const of = (commands: Driver) => new AccountPool(target, new Redactor(), 'r', undefined, commands);
  const account = await of(control.driver).register();
  assert.equal(account.userId, `@${account.username}:localhost:${node.values.port}`);
  assert.equal(
    readFileSync(join(node.values.data ?? '', 'accounts'), 'utf8'),
    `${account.username} ${account.password}\n`,
  );
  await assert.rejects(of(driver('account: "true"')).register(), MissingPrerequisite);
  target.close();
});

test('a node is named in one way', async () => {
  const cases: [Parameters<typeof nodesOf>[0], RegExp][] = [
    [{}, /name the node with --url, or let the suite start one with --launch/],
    [{ url: 'http://127.0.0.1:1', launch: 'x' }, /give one of the two/],
    [{ launch: 'x', peer: 'http://127.0.0.1:1', launchPeer: 'x' }, /give one of the two/],
  ];
  for (const [options, message] of cases) await assert.rejects(nodesOf(options), message);
  driver('start: ./start\nstop: ./stop');
  await assert.rejects(
    nodesOf({ launch: 'x', driver: join(folder, 'driver.yaml') }),
    /leave start out of .*driver\.yaml/,
  );
});

test('the suite runs against the node that it launches, and tells when that died', async () => {
  const run = async (launch: string) => {
    const said: string[] = [];
    const take = (text: string) => void said.push(text);
    const argv = ['run', '--launch', launch, '--out', join(folder, 'report'), '--tags', '@DISC-010 or @DISC-012'];
    const code = await main(argv, { out: take, error: take, tty: false, colour: false });
    return { code, said: said.join('') };
  };
  const good = await run(STUB);
  assert.equal(good.code, 0, good.said);
  const bad = await run('echo no licence >&2; exit 7');
  assert.equal(bad.code, 2);
  assert.match(bad.said, /the node that was launched does not run: .*exit code 7.*\nno licence/);
  const mortal = await run(`${STUB} --mortal`);
  assert.equal(mortal.code, 1);
  assert.match(
    mortal.said,
    /a node that was launched died during the run: exit code 9\. The last that it said:\nstart 1--mortal/,
  );
  assert.match(mortal.said, /again .* run --launch '\S+ \S+launched-stub\.ts \{port\} \{data\} --mortal' /);
});
