// doctor, init, list and explain, and what a run says of the same troubles.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parse } from 'yaml';
import { main } from '../../conformance/cli.ts';
import { SETTINGS } from '../../conformance/settings/table.ts';
import { Authority, makeAuthority } from '../../conformance/tls/authority.ts';
import { parts, temporaryFolder } from './report-fixture.ts';
import { startSmallNode, type Traits } from './small-node.ts';
import { startPlainServer } from './stub-node.ts';

const cwd = temporaryFolder();
after(() => rmSync(cwd, { recursive: true }));

interface Done {
  code: number;
  out: string;
  error: string;
}

async function eccp(argv: string[], env: Record<string, string> = {}): Promise<Done> {
  const done = { code: 0, out: '', error: '' };
  const console = {
    out: (text: string) => {
      done.out += text;
    },
    error: (text: string) => {
      done.error += text;
    },
    tty: false,
    colour: false,
  };
  done.code = await main(argv, console, () => parts, { cwd, env });
  return done;
}

/** What doctor, and a run of the first scenario, say of a node. */
async function both(traits: Traits, ...argv: string[]): Promise<[Done, Done]> {
  const node = await startSmallNode(traits);
  const doctor = await eccp(['doctor', '--url', node.url, ...argv]);
  const ran = await eccp(['run', '--url', node.url, '--out', cwd, '--tags', '@STUB-001', ...argv]);
  await node.stop();
  return [doctor, ran];
}

describe('doctor, and a run,', () => {
  test('find nothing wrong with a node that is ready', async () => {
    const [doctor, ran] = await both({});
    assert.equal(doctor.code, 0, doctor.out);
    assert.doesNotMatch(doctor.out, /FAIL/);
    assert.deepEqual(
      doctor.out.split('\n').map((line) => line.slice(6, 18).trim()),
      ['node', 'registration', 'clock', 'operator', 'peers', ''],
    );
    assert.match(doctor.out, /made @\S+:small\.example/);
    assert.notEqual(ran.code, 2, ran.error);
  });

  test('say that nothing answers, that it is no node, or that it speaks another protocol', async () => {
    const plain = await startPlainServer();
    const cases: [string, RegExp][] = [
      ['http://127.0.0.1:1', /does not answer .*start the node, or check the URL/],
      [plain.url, /is no ECCP node: .*Check the URL/],
      [plain.url.replace('http', 'https'), /does not speak TLS there .* begins with http:\/\//],
    ];
    for (const [url, says] of cases) {
      const doctor = await eccp(['doctor', '--url', url]);
      assert.deepEqual([doctor.code, doctor.out.trim().split('\n').length], [2, 1]);
      assert.match(doctor.out, says);
      const ran = await eccp(['run', '--url', url, '--out', cwd]);
      assert.equal(ran.code, 2);
      assert.match(ran.error, says);
    }
    await plain.stop();
  });

  test('say how to pass the authority of a certificate that is not trusted, which then is', async () => {
    const [authority, other] = [new Authority(), new Authority()];
    const traits = { tls: authority.issue(['127.0.0.1']) };
    const says = /nobody here vouches for .* pass with --ca the authority's certificate as a PEM file/;
    for (const done of await both(traits)) {
      assert.equal(done.code, 2);
      assert.match(done.out + done.error, says);
    }
    writeFileSync(join(cwd, 'ca.pem'), authority.cert);
    const [doctor] = await both(traits, '--ca', 'ca.pem');
    assert.equal(doctor.code, 0, doctor.out);
    writeFileSync(join(cwd, 'other.pem'), other.cert);
    assert.equal((await both(traits, '--ca', 'other.pem'))[0].code, 2);
    const [named] = await both({ tls: authority.issue(['node.test']) }, '--ca', 'ca.pem');
    assert.match(named.out, /a certificate for another name/);
    writeFileSync(join(cwd, 'none.pem'), 'none');
    assert.match((await both(traits, '--ca', 'none.pem'))[1].error, /none\.pem holds no certificate in PEM/);
  });

  test('say that registration takes a token, or is closed, and what to pass', async () => {
    const [doctor, ran] = await both({ registration: 'token', token: 'let-me-in' });
    assert.deepEqual([doctor.code, ran.code], [2, 2]);
    for (const text of [doctor.out, ran.error])
      assert.match(text, /only with a token: pass one with --registration-token/);
    assert.equal(
      (await both({ registration: 'token', token: 'let-me-in' }, '--registration-token', 'let-me-in'))[0].code,
      0,
    );
    const [wrong] = await both({ registration: 'token', token: 'let-me-in' }, '--registration-token', 'another');
    assert.equal(wrong.code, 2);
    assert.match(wrong.out, /403 .*ECCP_FORBIDDEN.*: check --registration-token/);
    const closed = await both({ registration: 'closed', token: 'nobody has it' });
    assert.deepEqual(
      closed.map(({ code }) => code),
      [1, 1],
    );
    for (const { out } of closed) assert.match(out, /registration is closed, .* pass --driver .* --registration-token/);
  });

  test('say by how much the clock is off, once it matters', async () => {
    for (const [ahead, says] of [
      [90_000, /90 s ahead of this one, .*: set both clocks/],
      [-600_000, /600 s behind this one, .*: set both clocks/],
    ] as const) {
      const done = await both({ ahead });
      assert.equal(done[0].code, 1);
      for (const { out } of done) assert.match(out, says);
    }
    const [little] = await both({ ahead: 30_000 });
    assert.deepEqual([little.code, /30 s ahead of this one, which is within bounds/.test(little.out)], [0, true]);
  });

  test('say what an operator’s token lacks', async () => {
    const admin = { capabilities: { admin: true, federation: false }, token: 'the-token-of-an-operator' };
    const [none] = await both(admin);
    assert.deepEqual([none.code, /pass an access token with the scope admin/.test(none.out)], [1, true]);
    const wrong = await both(admin, '--admin-token', 'a-token-that-is-none');
    assert.deepEqual(
      wrong.map(({ code }) => code),
      [2, 2],
    );
    for (const { out, error } of wrong)
      assert.match(out + error, /does not take --admin-token \(401 ECCP_UNKNOWN_TOKEN\)/);
    const reader = await both(admin, '--admin-token', 'token-of-a-reader');
    for (const { out, error } of reader) assert.match(out + error, /lacks the scope admin: it has read/);
    const right = await both(
      { registration: 'token', ...admin },
      '--admin-token',
      admin.token,
      '--registration-token',
      admin.token,
    );
    assert.equal(right[0].code, 0, right[0].out);
  });

  test('say whether the node reaches the nodes that the suite plays', async () => {
    const federation = { classes: ['core', 'federation'], capabilities: { federation: true } };
    const [blocked] = await both(federation);
    assert.equal(blocked.code, 1);
    assert.match(blocked.out, /^FAIL {2}peers .*--peer-listen \(now 127\.0\.0\.1\).*--advertise \(now 127\.0\.0\.1\)/m);
    const [reached] = await both({ ...federation, callsBack: true });
    assert.equal(reached.code, 0, reached.out);
    const [elsewhere] = await both({ ...federation, callsBack: true }, '--peer-listen', '192.0.2.1');
    assert.match(elsewhere.out, /EADDRNOTAVAIL/);
  });

  test('take their settings from the same places', async () => {
    const node = await startSmallNode();
    assert.equal((await eccp(['doctor'], { ECCP_CONFORMANCE_URL: node.url })).code, 0);
    const ran = await eccp(['run', '--tags', '@STUB-001', '--out', cwd], { ECCP_CONFORMANCE_URL: node.url });
    assert.notEqual(ran.code, 2, ran.error);
    assert.match((await eccp(['doctor'])).error, /there is no URL/);
    assert.match((await eccp(['doctor', '--seed', '1'])).error, /unknown option '--seed'/);
    await node.stop();
  });
});

test('a folder of --ca still is an authority, and another path none', async () => {
  makeAuthority(join(cwd, 'authority'), []);
  const node = await startSmallNode();
  assert.notEqual(
    (await eccp(['run', '--url', node.url, '--ca', 'authority', '--tags', '@STUB-001', '--out', cwd])).code,
    2,
  );
  assert.match((await eccp(['run', '--url', node.url, '--ca', 'nowhere'])).error, /there is no authority in/);
  await node.stop();
});

describe('init', () => {
  const config = join(cwd, 'eccp-conformance.yaml');

  test('writes a configuration that a run takes, and a workflow', async () => {
    const { code, out } = await eccp(['init', '--url', 'http://127.0.0.1:1/']);
    assert.equal(code, 0);
    assert.match(
      out,
      /Wrote eccp-conformance\.yaml\nWrote \.github\/workflows\/eccp-conformance\.yml\nNext: eccp-conformance doctor/,
    );
    const workflow = readFileSync(join(cwd, '.github/workflows/eccp-conformance.yml'), 'utf8');
    assert.match(workflow, /--retry-all-errors http:\/\/127\.0\.0\.1:1\/_eccp/);
    assert.ok((parse(workflow) as { jobs: object }).jobs);
    assert.match((await eccp(['doctor'])).out, /127\.0\.0\.1:1 does not answer/);
  });

  test('names every setting, each good once its # is gone', async () => {
    const lines = readFileSync(config, 'utf8').replace(/^# ([a-z-]+: )/gm, '$1');
    assert.deepEqual(
      Object.keys(parse(lines) as object),
      SETTINGS.filter(({ secret }) => !secret).map(({ name }) => name),
    );
    writeFileSync(config, lines);
    assert.match(
      (await eccp(['doctor'])).out + (await eccp(['doctor'])).error,
      /there is no authority|holds no certificate|does not answer|--launch/,
    );
  });

  test('writes over nothing without --force', async () => {
    writeFileSync(config, 'mine');
    const { code, error } = await eccp(['init']);
    assert.equal(code, 2);
    assert.match(
      error,
      /eccp-conformance\.yaml and \.github\/workflows\/eccp-conformance\.yml are there already: --force/,
    );
    const gitlab = await eccp(['init', '--ci', 'gitlab']);
    assert.deepEqual([gitlab.code, existsSync(join(cwd, '.gitlab'))], [2, false]);
    assert.equal(readFileSync(config, 'utf8'), 'mine');
    assert.equal((await eccp(['init', '--ci', 'gitlab', '--force'])).code, 0);
    assert.ok(parse(readFileSync(join(cwd, '.gitlab/eccp-conformance.yml'), 'utf8')));
    assert.notEqual(readFileSync(config, 'utf8'), 'mine');
    rmSync(config);
    assert.match((await eccp(['init', '--ci', 'jenkins'])).error, /there are github and gitlab/);
  });
});

describe('list and explain', () => {
  const ids = (text: string) => text.split('\n').flatMap((line) => /^STUB-\d+/.exec(line)?.[0] ?? []);

  test('list by version, profile and level, as text and as JSON', async () => {
    assert.equal(ids((await eccp(['list'])).out).length, 14);
    assert.equal(ids((await eccp(['list', '--spec', '0.1'])).out).length, 13);
    assert.deepEqual(ids((await eccp(['list', '--level', 'should'])).out), ['STUB-008']);
    assert.ok(!ids((await eccp(['list', '--profile', 'core'])).out).includes('STUB-007'));
    const [one] = JSON.parse((await eccp(['list', '--json'])).out) as { id: string; scenarios: string[] }[];
    assert.deepEqual([one?.id, one?.scenarios], ['STUB-001', ['test/conformance/features/verdicts.feature:5']]);
    assert.match((await eccp(['list', '--level', 'most'])).error, /there are MUST, SHOULD and MAY/);
    assert.match((await eccp(['list', '--spec', '9'])).error, /this suite knows 0\.1, 0\.2/);
  });

  test('explain a requirement, with its scenarios as they are written, and the command for them', async () => {
    const { out } = await eccp(['explain', 'stub-001']);
    assert.match(out, /^ {2} {2}Scenario: passes\n {6}When Alice calls getAccount\n/m);
    assert.match(out, /^eccp-conformance run --url URL --tags @STUB-001$/m);
    assert.match((await eccp(['explain', 'STUB-012'])).out, /not tested from outside: nobody can see it/);
    assert.match((await eccp(['explain', 'STUB-013'])).out, /\nno scenario\n/);
  });

  test('explain the scenario at a place, and say what is near a place or an id that there is not', async () => {
    const { out } = await eccp(['explain', 'test/conformance/features/verdicts.feature:7']);
    assert.match(out, /^test\/conformance\/features\/verdicts\.feature:5\n/);
    assert.match(out, /^STUB-001 {2}MUST, since 0\.1\nSentence 1\./m);
    assert.match(out, /run --url URL test\/conformance\/features\/verdicts\.feature:5\n$/);
    assert.match((await eccp(['explain', 'STUP-001'])).error, /no requirement STUP-001; did you mean STUB-001/);
    assert.match((await eccp(['explain', 'verdict.feature:5'])).error, /there is no feature verdict\.feature/);
    assert.match((await eccp(['explain', 'verdicts.feature:1'])).error, /at line 1: they begin at 5, 11/);
  });
});

test('the help of every command has examples', async () => {
  const { out } = await eccp(['--help']);
  const commands = [...out.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name = '']) => name);
  const own = commands.filter((name) => name !== 'help' && name !== 'eccp-conformance');
  assert.ok(own.length >= 9, own.join());
  for (const name of own)
    assert.match((await eccp([name, '--help'])).out, /Examples?[:,][\s\S]*eccp-conformance/, name);
});
