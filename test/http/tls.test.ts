// A node that serves HTTPS itself: what it speaks, what broken TLS gets, and how a renewed certificate comes into force.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../../src/config.ts';
import { createHttpServer, drain, LIMITS, listen } from '../../src/http/listen.ts';
import { readTls, reloadTls, type TlsFiles } from '../../src/http/tls.ts';
import { certified, pem, roots } from '../federation/peer-server.ts';
import { runToEnd, startProcess } from '../node/node-process.ts';
import { memoryLogger } from './stub-node.ts';

const fixtures = fileURLToPath(new URL('../fixtures/tls/', import.meta.url));
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eccp-tls-'));
});
after(() => rm(folder, { recursive: true }));

/** Files that a test may write over. */
async function filesOf(certificate: string): Promise<TlsFiles> {
  const own = await mkdtemp(join(folder, 'files-'));
  const files = { cert: join(own, 'cert.pem'), key: join(own, 'key.pem') };
  await install(files, certificate);
  return files;
}

async function install(files: TlsFiles, certificate: string): Promise<void> {
  await copyFile(join(fixtures, `${certificate}.pem`), files.cert);
  await copyFile(join(fixtures, `${certificate}-key.pem`), files.key);
}

async function serve(t: TestContext, files: TlsFiles, limits = LIMITS) {
  const log: string[] = [];
  const answer = createHttpServer(
    (_request, response) => response.end('served'),
    memoryLogger(log),
    limits,
    await readTls(files),
  );
  const { port } = await listen(answer, '127.0.0.1', 0);
  t.after(() => drain(answer, new AbortController(), 0));
  assert.ok('setSecureContext' in answer);
  return { server: answer, port, log };
}

async function shakeHands(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = tlsConnect({ host: '127.0.0.1', port, ca: roots, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function ask(port: number): Promise<string> {
  const sent = request({ host: '127.0.0.1', port, ca: roots, agent: false }).end();
  const [response] = await once(sent, 'response');
  return text(response);
}

/** The serial number of the certificate that a new connection is shown. */
async function serialAt(port: number): Promise<string> {
  const socket = await shakeHands(port);
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

function serialOf(certificate: string): string {
  return new X509Certificate(pem(certificate)).serialNumber;
}

describe('a server with a certificate', () => {
  test('answers over TLS 1.3', async (t) => {
    const { port } = await serve(t, await filesOf('node'));
    assert.equal(await ask(port), 'served');
    const socket = await shakeHands(port);
    assert.equal(socket.getProtocol(), 'TLSv1.3');
    socket.destroy();
  });

  test('refuses TLS 1.2, also after its certificate was renewed', async (t) => {
    const files = await filesOf('node');
    const { port, server } = await serve(t, files);
    const old: ConnectionOptions = { maxVersion: 'TLSv1.2' };
    await assert.rejects(shakeHands(port, old), /protocol version/);
    await reloadTls(server, files);
    await assert.rejects(shakeHands(port, old), /protocol version/);
  });

  test('ends a connection that speaks no TLS, and serves on', async (t) => {
    const { port, log } = await serve(t, await filesOf('node'));
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: node.test\r\n\r\n');
    const answer = await text(socket).catch(({ code }) => assert.equal(code, 'ECONNRESET'));
    assert.doesNotMatch(answer ?? '', /HTTP/, 'nothing that only looks like an answer');
    assert.equal(await ask(port), 'served');
    assert.match(log.join(''), /no TLS/);
  });

  test('ends a connection that never shakes hands', async (t) => {
    const { port } = await serve(t, await filesOf('node'), { ...LIMITS, headersTimeout: 50 });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    await once(socket, 'close');
  });

  test('refuses broken HTTP inside TLS as it does without', async (t) => {
    const { port } = await serve(t, await filesOf('node'));
    const socket = await shakeHands(port);
    socket.write('HELLO\r\n\r\n');
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    assert.match(head, /^HTTP\/1\.1 400 /);
    assert.equal(JSON.parse(body).errcode, 'ECCP_BAD_PARAM');
  });
});

describe('a renewed certificate', () => {
  test('is shown to new connections, and old ones go on', async (t) => {
    const files = await filesOf('node');
    const { port, server } = await serve(t, files);
    const before = await shakeHands(port);
    assert.equal(before.getPeerCertificate().serialNumber, serialOf('node'));
    await install(files, 'renewed');
    assert.equal(await serialAt(port), serialOf('node'), 'nobody has said so yet');
    await reloadTls(server, files);
    assert.equal(await serialAt(port), serialOf('renewed'));
    before.write('GET / HTTP/1.1\r\nHost: node.test\r\nConnection: close\r\n\r\n');
    assert.match(await text(before), /served/);
  });

  test('that cannot be used leaves the one before', async (t) => {
    const files = await filesOf('node');
    const { port, server } = await serve(t, files);
    await writeFile(files.cert, 'half a certif');
    await assert.rejects(reloadTls(server, files), ConfigError);
    await copyFile(join(fixtures, 'renewed.pem'), files.cert);
    await assert.rejects(reloadTls(server, files), ConfigError, 'the key is that of the one before');
    assert.equal(await serialAt(port), serialOf('node'));
  });
});

describe('files that are no certificate and key', () => {
  test('are refused with what to do', async () => {
    const files = await filesOf('node');
    const other = await filesOf('elsewhere');
    const cases: [TlsFiles, RegExp][] = [
      [{ ...files, cert: join(folder, 'none') }, /--tls-cert .*none cannot be read \(ENOENT\); name a PEM file/],
      [{ ...files, key: join(folder, 'none') }, /--tls-key .*none cannot be read \(ENOENT\); name a PEM file/],
      [{ ...files, key: other.key }, /are not a certificate and its private key/],
      [{ cert: files.key, key: files.cert }, /are not a certificate and its private key/],
    ];
    for (const [given, says] of cases) {
      await assert.rejects(readTls(given), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, says);
        return true;
      });
    }
    assert.equal((await readTls(files)).cert.toString(), certified('node').cert);
  });
});

describe('eccp-node serve', () => {
  const tls = (files: TlsFiles) => ['--tls-cert', files.cert, '--tls-key', files.key];

  test('with a certificate serves https, and reads it again on SIGHUP', async (t) => {
    const files = await filesOf('node');
    const node = await startProcess(join(folder, 'data'), tls(files));
    t.after(() => node.end('SIGKILL'));
    assert.match(node.url, /^https:/);
    const port = Number(new URL(node.url).port);
    const isHealthy = request(`${node.url}/_eccp/client/v1/health`, { ca: roots, agent: false }).end();
    const [health] = await once(isHealthy, 'response');
    assert.deepEqual(JSON.parse(await text(health)), { status: 'ok' });

    const logged = (line: RegExp) => until(t, node.child.stderr, () => line.test(node.output()));
    await install(files, 'renewed');
    node.child.kill('SIGHUP');
    await logged(/certificate and key read again/);
    assert.equal(await serialAt(port), serialOf('renewed'));
    await writeFile(files.key, 'no key');
    node.child.kill('SIGHUP');
    await logged(/certificate and key not read again/);
    assert.equal(await serialAt(port), serialOf('renewed'));
    assert.equal(await node.end('SIGTERM'), 0);
  });

  test('with a certificate that is none does not start, and makes nothing', async () => {
    const files = await filesOf('node');
    await writeFile(files.key, 'no key');
    const names = ['--server-name', 'node.test', '--public-base-url', 'https://node.test'];
    const data = join(folder, 'never');
    const args = [...names, '--bootstrap-admin', 'admin@node.test', '--data-dir', data, '--listen', '127.0.0.1:0'];
    const { code, output } = await runToEnd(['serve', ...args, ...tls(files)]);
    assert.equal(code, 2);
    assert.match(output, /^eccp-node: --tls-cert .* are not a certificate and its private key/);
    await assert.rejects(copyFile(join(data, 'store'), join(folder, 'copy')), { code: 'ENOENT' });
  });
});

/** Waits for a condition that output may bring about. */
async function until(t: TestContext, output: NodeJS.ReadableStream | null, holds: () => boolean): Promise<void> {
  assert.ok(output);
  const deadline = AbortSignal.any([t.signal, AbortSignal.timeout(10_000)]);
  while (!holds()) await once(output, 'data', { signal: deadline });
}
