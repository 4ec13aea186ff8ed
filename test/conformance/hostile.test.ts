import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { main } from '../../conformance/cli.ts';
import type { ScenarioResult } from '../../conformance/scenario.ts';
import { startForeignNode } from './foreign/node.ts';
import { afterPreflight, always, type Hostility, slow, startHostile } from './hostile.ts';

const SCENARIOS = ['features/devices/devices.feature'];

interface Ran {
  code: number;
  scenarios: ScenarioResult[];
  out: string;
  error: string;
}

describe('a target that is not easy to talk to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eccp-hostile-'));
  let node: Awaited<ReturnType<typeof startForeignNode>>;
  before(async () => {
    node = await startForeignNode();
  });
  after(async () => {
    await node.stop();
    rmSync(folder, { recursive: true });
  });

  async function through(hostility: Hostility, ...argv: string[]): Promise<Ran> {
    const proxy = await startHostile(node.url, hostility);
    const written: { out: string[]; error: string[] } = { out: [], error: [] };
    const console = {
      out: (text: string) => void written.out.push(text),
      error: (text: string) => void written.error.push(text),
      tty: false,
      colour: false,
    };
    const chosen = argv.length > 0 ? argv : SCENARIOS;
    try {
      const code = await main(['run', '--url', proxy.url, '--out', folder, ...chosen], console);
      const json = code === 2 ? '{}' : readFileSync(join(folder, 'report.json'), 'utf8');
      const { scenarios = [] } = JSON.parse(json) as { scenarios?: ScenarioResult[] };
      return { code, scenarios, out: written.out.join(''), error: written.error.join('') };
    } finally {
      await proxy.stop();
    }
  }

  /** How many scenarios had each verdict. */
  function verdicts({ scenarios }: Ran): Record<string, number> {
    return Object.fromEntries(
      [...Map.groupBy(scenarios, ({ verdict }) => verdict)].map(([verdict, all]) => [verdict, all.length]),
    );
  }

  /** Every scenario ends as one of two, none as the suite's own fault, and each says why. */
  function blames(ran: Ran, expected: RegExp, actual: RegExp): void {
    assert.equal(ran.code, 1, ran.out + ran.error);
    assert.ok(ran.scenarios.length > 10);
    for (const { verdict, trouble, name } of ran.scenarios) {
      assert.match(verdict, /^(fail|not testable)$/, name);
      assert.match(trouble?.expected ?? '', expected, name);
      assert.match(trouble?.actual ?? '', actual, name);
    }
  }

  const limited = (ms: number) =>
    always(429, 'application/json', `{"errcode":"ECCP_LIMIT_EXCEEDED","error":"Wait.","retry_after_ms":${ms}}`);

  test('that is asked too often is asked again when it says', async () => {
    let count = 0;
    const ran = await through(
      afterPreflight((request, response, onward) => {
        if (++count % 3 === 0) limited(20)(request, response, onward);
        else onward();
      }),
    );
    assert.deepEqual(Object.keys(verdicts(ran)), ['pass'], ran.out);
    assert.ok(ran.scenarios.some(({ exchanges }) => exchanges.some(({ status }) => status === 429)));
  });

  test('that lets nobody ask for an hour is not testable, and asked no more', async () => {
    const ran = await through(afterPreflight(limited(3_600_000)));
    blames(ran, /takes as many requests|a node that answers/, /retry_after_ms 3600000.*raise the node's limits/);
    assert.deepEqual(Object.keys(verdicts(ran)), ['not testable']);
    assert.ok(ran.scenarios.at(-1)?.exchanges.length === 0, 'it was asked to the end');
  });

  test('that does not say when to ask again breaks a requirement', async () => {
    const bare = always(429, 'application/json', '{"errcode":"ECCP_LIMIT_EXCEEDED","error":"Wait."}');
    blames(await through(afterPreflight(bare)), /tells in retry_after_ms/, /^429 /);
  });

  test('that is two seconds away passes what it does in time', async () => {
    const ran = await through(
      slow(2000),
      '--tags',
      '@SYNC-011 or @DEV-003',
      'features/sync/waiting.feature',
      'features/devices/devices.feature',
    );
    assert.deepEqual(Object.keys(verdicts(ran)), ['pass'], ran.out);
  });

  test('that declares another media type is told which came', async () => {
    blames(
      await through(afterPreflight(always(404, 'text/html', '<h1>Not found</h1>'))),
      /media type application\/json|without a header|X-Request-Id/i,
      /404 text\/html: .*Not found/,
    );
  });

  test('that breaks its JSON off is told what came', async () => {
    blames(await through(afterPreflight(always(200, 'application/json', '{"user_id":"@a'))), /JSON body/, /200 .*@a/);
  });

  test('that redirects is told where to, and not followed', async () => {
    const redirect = always(302, 'text/html', '', { location: 'https://elsewhere.example/x' });
    blames(await through(afterPreflight(redirect)), /without a redirect/, /302 to https:\/\/elsewhere\.example\/x/);
    const whole = always(301, 'text/html', '', { location: `${node.url}/_eccp/client/v1/versions` });
    const { code, error } = await through(whole);
    assert.equal(code, 2);
    assert.ok(error.includes(`run with --url ${node.url} if`), error);
  });

  test('that closes connections it had kept open is asked again what changes nothing', async () => {
    const served = new WeakSet<object>();
    const ran = await through(
      (request, _response, onward) => {
        if (request.method === 'GET' && served.has(request.socket)) request.socket.destroy();
        else onward();
        served.add(request.socket);
      },
      ...SCENARIOS,
    );
    assert.deepEqual(Object.keys(verdicts(ran)), ['pass'], ran.out);
    const broken = ran.scenarios.flatMap(({ exchanges }) => exchanges.filter(({ status }) => status === 0));
    assert.ok(broken.length > 0, 'no connection was closed');
  });

  test('that hangs up on what changes something fails, and is asked once', async () => {
    let posts = 0;
    const ran = await through((request, _response, onward) => {
      if (request.method !== 'PUT') return onward();
      posts++;
      request.socket.destroy();
    });
    const failed = ran.scenarios.filter(({ verdict }) => verdict === 'fail');
    assert.ok(failed.length > 0 && failed.every(({ trouble }) => /^none: socket hang up/.test(trouble?.actual ?? '')));
    const asked = ran.scenarios.flatMap(({ exchanges }) => exchanges.filter(({ method }) => method === 'PUT'));
    assert.equal(posts, asked.length);
    assert.ok(
      ran.scenarios.some(({ verdict }) => verdict === 'pass'),
      'the rest is played',
    );
  });

  test('whose answers have no end, or too many headers, fails', async () => {
    const endless = await through(
      afterPreflight((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'hostile-0001' });
        const chunk = 'x'.repeat(1 << 20);
        const pour = (): void => {
          while (!response.destroyed && response.write(chunk));
          if (!response.destroyed) response.once('drain', pour);
        };
        pour();
      }),
      '--tags',
      '@DEV-002',
    );
    assert.match(endless.scenarios[0]?.trouble?.actual ?? '', /Maximum response size/);
    const huge = always(200, 'application/json', '{}', { 'x-much': 'y'.repeat(100_000) });
    const headers = await through(afterPreflight(huge), '--tags', '@DEV-002');
    assert.match(headers.scenarios[0]?.trouble?.actual ?? '', /Header overflow/);
  });

  test('that ends each connection with its answer passes', async () => {
    const ran = await through(
      (_request, response, onward) => {
        response.shouldKeepAlive = false;
        onward();
      },
      '--tags',
      '@DEV-002',
    );
    assert.deepEqual(verdicts(ran), { pass: 2 });
  });

  test('that dies in the middle ends the run, with one message for what is left', async () => {
    let left = 40;
    let dying: Promise<void> | undefined;
    const proxy = await startHostile(node.url, (request, _response, onward) => {
      if (--left > 0) return onward();
      request.socket.destroy();
      dying ??= proxy.stop();
    });
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const console = { out: write, error: write, tty: false, colour: false };
    const code = await main(['run', '--url', proxy.url, '--out', folder, 'features/devices', 'features/sync'], console);
    await dying;
    const text = lines.join('');
    assert.equal(code, 1);
    assert.equal([...text.matchAll(/the node stopped answering: 3 requests in a row/g)].length, 1, text);
    assert.ok(text.length < 20_000, `${text.length} characters`);
  });
});
