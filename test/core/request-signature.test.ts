import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { etc, Point } from '@noble/ed25519';
import { verifyJson } from '../../conformance/wire/signature.ts';
import { fromBase64url, toBase64url } from '../../src/core/encoding.ts';
import {
  type Authorization,
  bodyDigest,
  checkWindow,
  claimedOrigin,
  parseAuthorization,
  signRequest,
  verifyRequest,
} from '../../src/core/request-signature.ts';
import { generateSigningKey, keyId } from '../../src/core/signing.ts';

const key = generateSigningKey();
const request = {
  method: 'POST',
  uri: '/_eccp/federation/v1/transactions?a=%2f&ä',
  origin: 'example.org',
  destination: 'peer.example.net:8449',
  body: '{"n":"ü"}',
  ts: 1_775_001_600_000,
  nonce: 'BgYGBgYGBgYGBgYGBgYGBg',
};
const header = signRequest(key, request);
const order = Point.CURVE().n;

function refuses(values: string[], errcode: string): void {
  assert.throws(() => parseAuthorization(values), { name: 'EccpError', errcode }, values.join('\n'));
}

/** The header with one member's value, or the text around it, changed. */
function bent(name: string, value: string): string {
  return header.replace(new RegExp(`${name}="[^"]*"`), `${name}="${value}"`);
}

test('AUTH-001: what is signed is read again, in the order and form of the specification', () => {
  const fields = parseAuthorization([header]);
  const { method: _m, uri: _u, body: _b, ...named } = request;
  const { signature, digest, key: id, ...rest } = fields;
  assert.deepEqual(rest, named);
  assert.equal(id, key.keyId);
  assert.equal(digest, createHash('sha256').update('{"n":"ü"}', 'utf8').digest('base64url'));
  assert.equal(
    header,
    `ECCP-FED origin="example.org",destination="peer.example.net:8449",key="${key.keyId}",ts="1775001600000",nonce="${request.nonce}",digest="${digest}",signature="${signature}"`,
  );
});

test('AUTH-002: the signature is what an independent implementation expects', () => {
  const { signature, ...fields } = parseAuthorization([header]);
  const signed = { method: request.method, uri: request.uri, ...fields };
  assert.equal(typeof signed.ts, 'number');
  assert(verifyJson(key.publicKey, 'eccp.http.v1', signed, signature));
  assert(!verifyJson(key.publicKey, 'eccp.http.v1', { ...signed, ts: String(signed.ts) }, signature));
});

test('AUTH-004: no body has the digest of no bytes; bytes and text give the same', () => {
  assert.equal(bodyDigest(''), '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
  assert.equal(bodyDigest(Buffer.from(request.body)), bodyDigest(request.body));
});

test("the specification's own example verifies", () => {
  const spec = readFileSync(new URL('../../spec/15-signed-requests.md', import.meta.url), 'utf8');
  const value = /^Authorization: (ECCP-FED origin="example\.org".*)$/m.exec(spec)?.[1] ?? '';
  const vector = readFileSync(new URL('../../spec/vectors/room-log.json', import.meta.url), 'utf8');
  const fields = parseAuthorization([value]);
  const publicKeys = [...vector.matchAll(/"([A-Za-z0-9_-]{43})"/g)].map(([, text = '']) => text);
  const publicKey = publicKeys.find((text) => keyId(text) === fields.key) ?? '';
  const line = { method: 'POST', uri: '/_eccp/federation/v1/transactions' };
  assert.equal(fields.digest, bodyDigest('{}'));
  assert(verifyRequest(publicKey, fields, line));
});

test('AUTH-011: one header of this scheme and form, or ECCP_BAD_AUTH', () => {
  refuses([], 'ECCP_BAD_AUTH');
  refuses([header, header], 'ECCP_BAD_AUTH');
  refuses([header, 'Bearer x'], 'ECCP_BAD_AUTH');
  const forms = [
    '',
    'Bearer x',
    'ECCP-FED',
    header.replace('ECCP-FED', 'eccp-fed'),
    header.replace('ECCP-FED ', 'ECCP-FED  '),
    header.replace(',', ', '),
    header.replace(',', ' ,'),
    `${header} `,
    ` ${header}`,
    `${header},`,
    `${header},extra="1"`,
    header.replace(/,nonce="[^"]*"/, ''),
    header.replace(/(nonce="[^"]*")/, '$1,$1'),
    header.replace(/(origin="[^"]*"),(destination="[^"]*")/, '$2,$1'),
    header.replaceAll('"', ''),
    header.replaceAll('"', "'"),
    `${header}, ${header}`,
  ];
  for (const form of forms) refuses([form], 'ECCP_BAD_AUTH');
  for (const name of ['', 'Example.org', 'example.org:0', 'example..org', '[::1'])
    refuses([bent('origin', name)], 'ECCP_BAD_AUTH');
  for (const name of ['', 'PEER.example.net']) refuses([bent('destination', name)], 'ECCP_BAD_AUTH');
  for (const id of ['', key.publicKey, `${key.keyId}=`, key.keyId.replace('ed25519', 'ED25519')])
    refuses([bent('key', id)], 'ECCP_BAD_AUTH');
  for (const ts of ['', '-1', '+1', '01', '1.0', '1e3', ' 1', '9007199254740992', '99999999999999999', '٣'])
    refuses([bent('ts', ts)], 'ECCP_BAD_AUTH');
  assert.equal(parseAuthorization([bent('ts', '9007199254740991')]).ts, Number.MAX_SAFE_INTEGER);
  assert.equal(parseAuthorization([bent('ts', '0')]).ts, 0);
});

test('AUTH-012: nonce, digest and signature are base64url without padding and spare bits', () => {
  const { nonce, digest, signature } = parseAuthorization([header]);
  for (const [name, value] of Object.entries({ nonce, digest, signature })) {
    const spare = value.slice(0, -1) + String.fromCharCode(value.charCodeAt(value.length - 1) + 1);
    const faults = [`${value}=`, `${value}==`, '', value.slice(0, -2), `${value}AA`, spare, `+${value.slice(1)}`];
    for (const fault of faults) refuses([bent(name, fault)], 'ECCP_BAD_ENCODING');
  }
});

test('AUTH-015: both ends of the window count', () => {
  const now = 1_775_001_600_000;
  const skewed = { name: 'EccpError', errcode: 'ECCP_CLOCK_SKEW' };
  for (const ts of [now, now - 300_000, now + 60_000]) assert.doesNotThrow(() => checkWindow(ts, now));
  assert.throws(() => checkWindow(now - 300_001, now), skewed);
  assert.throws(() => checkWindow(now + 60_001, now), skewed);
  assert.throws(() => checkWindow(0, now), skewed);
});

test('AUTH-025: the signature holds for these fields and this request line only', () => {
  const fields = parseAuthorization([header]);
  const line = { method: request.method, uri: request.uri };
  assert(verifyRequest(key.publicKey, fields, line));
  const changes: Partial<Authorization>[] = [
    { origin: 'example.com' },
    { destination: 'peer.example.net' },
    { key: generateSigningKey().keyId },
    { ts: fields.ts + 1 },
    { nonce: 'BwYGBgYGBgYGBgYGBgYGBg' },
    { digest: bodyDigest('') },
    { signature: signRequestSignature({ ...request, body: '' }) },
  ];
  for (const change of changes) assert(!verifyRequest(key.publicKey, { ...fields, ...change }, line));
  for (const other of [
    { method: 'PUT' },
    { uri: `${request.uri}&x` },
    { uri: request.uri.replace('%2f', '%2F') },
    { uri: request.uri.replace('%2f', '/') },
  ])
    assert(!verifyRequest(key.publicKey, fields, { ...line, ...other }));
  assert(!verifyRequest(generateSigningKey().publicKey, fields, line));
});

function signRequestSignature(other: typeof request): string {
  return parseAuthorization([signRequest(key, other)]).signature;
}

test('ID-072 to ID-075: S + L is refused, and so are keys with a small-order part', () => {
  const fields = parseAuthorization([header]);
  const bytes = fromBase64url(fields.signature);
  const s = BigInt(`0x${etc.bytesToHex(Uint8Array.from(bytes.subarray(32)).reverse())}`);
  const forged = etc.hexToBytes((s + order).toString(16).padStart(64, '0')).reverse();
  const signature = toBase64url(Buffer.concat([bytes.subarray(0, 32), forged]));
  assert(!verifyRequest(key.publicKey, { ...fields, signature }, request));
  const small = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a');
  const mixed = Point.fromBytes(fromBase64url(key.publicKey)).add(small);
  for (const point of [Point.ZERO, small, mixed]) assert(!verifyRequest(toBase64url(point.toBytes()), fields, request));
});

test('the origin that a request claims, for the records', () => {
  assert.equal(claimedOrigin([header]), 'example.org');
  assert.equal(claimedOrigin(['Bearer x', header]), 'example.org');
  assert.equal(claimedOrigin([bent('nonce', '=')]), 'example.org');
  assert.equal(claimedOrigin([header.replace(/^.*?,/, 'ECCP-FED x="1",')]), undefined);
  assert.equal(claimedOrigin([bent('origin', 'EVIL')]), undefined);
  assert.equal(claimedOrigin(['Bearer origin="example.org"']), undefined);
  assert.equal(claimedOrigin([]), undefined);
});
