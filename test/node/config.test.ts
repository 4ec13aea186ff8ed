// What the flags of serve come to, and what is said of those that cannot be used.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigError, readConfig, type ServeOptions } from '../../src/config.ts';
import { readTrustedRoots } from '../../src/federation/trusted-roots.ts';
import { pem, roots } from '../federation/peer-server.ts';

const required: ServeOptions = {
  serverName: 'node.test',
  publicBaseUrl: 'https://node.test',
  bootstrapAdmin: 'admin@node.test',
  dataDir: 'data',
  listen: '127.0.0.1:0',
  registration: 'closed',
};

function read(given: Partial<ServeOptions>) {
  return readConfig({ ...required, ...given }, '/srv/node');
}

function refused(given: Partial<ServeOptions>, says: RegExp): void {
  assert.throws(
    () => read(given),
    (error) => {
      assert.ok(error instanceof ConfigError, String(error));
      assert.match(error.message, says);
      return true;
    },
  );
}

describe('without flags', () => {
  test('a node deals with all peers over TLS by the roots of the system, at open addresses', () => {
    const { federation, ...config } = read({});
    assert.deepEqual(federation, { allowInsecureLoopback: false, allowedRanges: [], mode: 'open', allow: [] });
    for (const key of ['tls', 'region']) assert.ok(!(key in config), key);
  });

  test('registration says what kind of node it is', () => {
    assert.equal(read({}).kind, 'private');
    assert.equal(read({ registration: 'open' }).kind, 'public');
    assert.equal(read({ registration: 'token', registrationToken: 'x' }).kind, 'invite_only');
    assert.equal(read({ registration: 'open', kind: 'experimental' }).kind, 'experimental');
  });
});

test('flags of federation are taken over, paths from the working directory', () => {
  const { federation, tls, region } = read({
    allowInsecureLoopback: true,
    allowPeerRange: ['10.0.0.0/8', 'fd00::/8'],
    trustedRoots: 'ca.pem',
    federationMode: 'allow_list',
    federationAllow: ['a.test', 'b.test:1', 'a.test'],
    keyRotationInterval: '90d',
    tlsCert: 'cert.pem',
    tlsKey: '/etc/key.pem',
    region: 'Sète',
  });
  assert.deepEqual(federation, {
    allowInsecureLoopback: true,
    allowedRanges: ['10.0.0.0/8', 'fd00::/8'],
    trustedRoots: '/srv/node/ca.pem',
    mode: 'allow_list',
    allow: ['a.test', 'b.test:1'],
    rotationIntervalMs: 90 * 86_400_000,
  });
  assert.deepEqual(tls, { cert: '/srv/node/cert.pem', key: '/etc/key.pem' });
  assert.equal(region, 'Sète');
});

test('a time has a unit', () => {
  const times = { '60s': 60_000, '90m': 5_400_000, '12h': 43_200_000, '1d': 86_400_000, never: undefined };
  for (const [text, ms] of Object.entries(times)) {
    assert.equal(read({ keyRotationInterval: text }).federation.rotationIntervalMs, ms, text);
  }
  for (const text of ['', '90', '59s', '0d', '-1d', '1w', '1.5d', '1 d', 'Never', '9999999d']) {
    refused(
      { keyRotationInterval: text },
      /^--key-rotation-interval .* is not a time of at least a minute; use one such as 90d/,
    );
  }
});

test('a range is an address and a length', () => {
  for (const range of ['0.0.0.0/0', '10.1.2.3/32', '::/0', '::1/128']) {
    assert.deepEqual(read({ allowPeerRange: [range] }).federation.allowedRanges, [range]);
  }
  const bad = [
    '',
    '10.0.0.0',
    '10/8',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/8x',
    '010.0.0.0/8',
  ];
  for (const range of [...bad, '::/129', 'fe80::%eth0/64', '[::1]/128', 'node.test/8', '10.0.0.0-10.0.0.9']) {
    refused(
      { allowPeerRange: ['10.0.0.0/8', range] },
      /^--allow-peer-range .* is not a range of addresses; use one such as/,
    );
  }
});

test('what cannot be used is refused with what would do', () => {
  refused({ federationMode: 'closed' }, /^--federation-mode closed is none of open, moderated and allow_list$/);
  refused({ federationAllow: ['a.test'] }, /^--federation-allow needs --federation-mode allow_list/);
  refused({ federationMode: 'moderated', federationAllow: ['a.test'] }, /^--federation-allow needs/);
  refused(
    { federationMode: 'allow_list', federationAllow: ['A.test'] },
    /^--federation-allow A\.test is not a node name; use/,
  );
  refused({ tlsCert: 'cert.pem' }, /^--tls-cert needs --tls-key FILE/);
  refused({ tlsKey: 'key.pem' }, /^--tls-key needs --tls-cert FILE/);
  refused({ kind: 'secret' }, /^--kind secret is none of public, private, invite_only and experimental$/);
  for (const region of ['', 'x'.repeat(101), 'a\nb', 'a\u001b[2J'])
    refused({ region }, /^--region is not 1 to 100 characters/);
});

test('trusted roots are read from their file, or the operator hears what is wrong with it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'eccp-roots-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  const written = async (text: string) => {
    await writeFile(file, text);
    return readTrustedRoots(file);
  };
  const both = await written(`A comment\n${roots}\n${pem('elsewhere')}`);
  assert.equal(both.match(/BEGIN CERTIFICATE/g)?.length, 2);
  const damaged = roots.replace(/\n[A-Za-z0-9+/]{64}\n/, '\n');
  const cases: [Promise<string>, RegExp][] = [
    [readTrustedRoots(join(folder, 'none')), /^--trusted-roots .*none cannot be read \(ENOENT\); name/],
    [written(pem('ca-key')), /holds no certificate; name a file of certificates in PEM/],
  ];
  for (const [reading, message] of cases) await assert.rejects(reading, { message });
  await assert.rejects(written(`${roots}${damaged}`), { message: /certificate 2 of 2 cannot be read/ });
});
