// The suite's throw-away authority: what it makes holds for TLS, and what it makes wrong on purpose does not.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type SecureContextOptions, connect as tlsConnect } from 'node:tls';
import { main } from '../../conformance/cli.ts';
import { ConfigurationError } from '../../conformance/outcome.ts';
import { TLS_FAULTS } from '../../conformance/peer/tls-faults.ts';
import { Authority, makeAuthority, readAuthority } from '../../conformance/tls/authority.ts';
import { tagged } from '../../conformance/tls/der.ts';

const folder = mkdtempSync(join(tmpdir(), 'eccp-authority-'));
after(() => rmSync(folder, { recursive: true }));

/** Shakes hands as a node does. @returns the error's code, or its message where Node.js has no code for it; else the protocol. */
async function shakeHands(tls: SecureContextOptions, ca: string, host: string): Promise<string> {
  const server = createServer(tls);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = tlsConnect({
    host,
    port,
    ca,
    minVersion: 'TLSv1.3',
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  try {
    await once(socket, 'secureConnect');
    return socket.getProtocol() ?? '';
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return code === 'UNSPECIFIED' ? message : code;
  } finally {
    socket.destroy();
    server.close();
  }
}

describe('the authority', () => {
  const authority = new Authority();

  test('vouches for names and addresses, and for no others', async () => {
    const hosts = ['localhost', 'node.test', '127.0.0.1', '::1', '2001:db8::5:1', '1:2:3:4:5:6:7:8'];
    const certified = authority.issue(hosts);
    const certificate = new X509Certificate(certified.cert);
    const root = new X509Certificate(authority.cert);
    assert.ok(certificate.checkIssued(root) && certificate.verify(root.publicKey) && root.ca && !certificate.ca);
    for (const name of ['localhost', 'node.test']) assert.equal(certificate.checkHost(name), name);
    for (const ip of hosts.slice(2)) assert.equal(certificate.checkIP(ip), ip);
    assert.equal(certificate.checkHost('elsewhere.test'), undefined);
    assert.equal(certificate.checkIP('127.0.0.2'), undefined);
    assert.equal(await shakeHands(certified, authority.cert, '127.0.0.1'), 'TLSv1.3');
    assert.equal(await shakeHands(certified, authority.cert, 'node.test'), 'TLSv1.3');
  });

  test('says until when it holds', () => {
    const until = new Date('2051-02-03T04:05:06Z');
    const { validFromDate, validToDate } = new X509Certificate(authority.issue(['a.test'], { until }).cert);
    assert.equal(validToDate.getTime(), until.getTime());
    const age = Date.now() - validFromDate.getTime();
    assert.ok(age > 86_000_000 && age < 87_000_000);
  });

  test('writes lengths of every size', () => {
    const lengths = [5, 127, 128, 255, 256, 70_000].map((size) => tagged(4, Buffer.alloc(size)));
    const heads = lengths.map((bytes) => bytes.subarray(0, 5).toString('hex').replace(/0+$/, ''));
    assert.deepEqual(heads, ['0405', '047f', '04818', '0481ff', '048201', '048301117']);
  });

  const codes: Record<string, string> = {
    'a certificate for another host': 'ERR_TLS_CERT_ALTNAME_INVALID',
    'a certificate for another host that names it in its subject': 'ERR_TLS_CERT_ALTNAME_INVALID',
    'a certificate that has ended': 'CERT_HAS_EXPIRED',
    'a certificate that begins tomorrow': 'CERT_NOT_YET_VALID',
    'a certificate that vouches for itself': 'DEPTH_ZERO_SELF_SIGNED_CERT',
    'a certificate of an authority that nobody named': 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'a certificate that another node has made': 'key usage does not include certificate signing',
    'TLS 1.2 and nothing newer': 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  };
  for (const [what, fault] of Object.entries(TLS_FAULTS)) {
    test(`makes ${what} that fails for this and nothing else`, async () => {
      assert.equal(await shakeHands(fault(authority, '127.0.0.1'), authority.cert, '127.0.0.1'), codes[what]);
    });
  }
});

describe('a folder with an authority', () => {
  test('holds what the node and the suite need', async () => {
    const place = join(folder, 'deep', 'ca');
    makeAuthority(place, ['node.test']);
    const read = (name: string) => readFileSync(join(place, name), 'utf8');
    for (const name of ['ca-key.pem', 'node-key.pem']) assert.equal(statSync(join(place, name)).mode & 0o077, 0);
    const node = { cert: read('node.pem'), key: read('node-key.pem') };
    for (const host of ['127.0.0.1', 'localhost', 'node.test'])
      assert.equal(await shakeHands(node, read('ca.pem'), host), 'TLSv1.3');
    const kept = readAuthority(place);
    assert.equal(kept.cert, read('ca.pem'));
    assert.equal(await shakeHands(kept.issue(['127.0.0.1']), read('ca.pem'), '127.0.0.1'), 'TLSv1.3');
  });

  test('is not written over, and has to be one', () => {
    const place = join(folder, 'kept');
    makeAuthority(place, []);
    assert.throws(() => makeAuthority(place, []), /holds an authority already: use it, or name another folder/);
    const cases: [string, (other: string) => void, RegExp][] = [
      [
        'none',
        () => rmSync(join(folder, 'none'), { recursive: true }),
        /no authority .*make one with eccp-conformance ca/,
      ],
      ['other', (path) => writeFileSync(join(path, 'ca-key.pem'), new Authority().key), /not the key of ca\.pem/],
      ['old', (path) => end(path), /has ended on .*make one with/],
    ];
    for (const [name, spoil, says] of cases) {
      const path = join(folder, name);
      makeAuthority(path, []);
      spoil(path);
      assert.throws(
        () => readAuthority(path),
        (error) => error instanceof ConfigurationError && says.test(error.message),
        name,
      );
    }
  });

  test('is made by eccp-conformance ca, which says what to do next', async () => {
    const place = join(folder, 'made');
    const text: string[] = [];
    const write = (line: string) => void text.push(line);
    const console = { out: write, error: write, tty: false, colour: false };
    assert.equal(await main(['ca', place, '--host', 'one.test', '--host', '192.0.2.7'], console), 0);
    assert.match(text.join(''), /ca\.pem, then: eccp-conformance run --url … --ca /);
    const certificate = new X509Certificate(readFileSync(join(place, 'node.pem')));
    assert.equal(certificate.checkHost('one.test'), 'one.test');
    assert.equal(certificate.checkIP('192.0.2.7'), '192.0.2.7');
    assert.equal(await main(['ca', place], console), 2);
  });
});

/** An authority that was good until yesterday. */
function end(path: string): void {
  const day = 24 * 60 * 60 * 1000;
  const past = new Authority().issue([], { authority: true, until: new Date(Date.now() - day / 2) });
  writeFileSync(join(path, 'ca.pem'), past.cert);
  writeFileSync(join(path, 'ca-key.pem'), past.key);
}
