import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { canonical } from '../../conformance/wire/canonical.ts';
import { fromBase64url } from '../../conformance/wire/hash.ts';
import { chainProblems } from '../../conformance/wire/key-document.ts';
import { keyId, signJson, verifyJson } from '../../conformance/wire/signature.ts';
import type { SignedKeyDocument } from '../../conformance/wire/types.ts';
import { EccpError } from '../../src/core/errors.ts';
import { listedKey } from '../../src/core/key-document.ts';
import { bodyDigest, checkWindow, parseAuthorization, verifyRequest } from '../../src/core/request-signature.ts';
import { load, verdictOf } from './load.ts';
import { matches } from './schemas.ts';

interface Vector {
  method: string;
  uri: string;
  authorization: string[];
  body: string;
  now: number;
  expected: string;
}

interface File {
  node: string;
  origin: string;
  seed: string;
  public_key: string;
  key_id: string;
  documents: SignedKeyDocument[];
}

const file = load<Vector, File>('request-signatures.json');
const { node, origin, documents, vectors } = file;
const newest = documents.at(-1)?.document;
assert.ok(newest);

describe('by the suite', () => {
  const members = ['origin', 'destination', 'key', 'ts', 'nonce', 'digest', 'signature'];
  const form = new RegExp(`^ECCP-FED ${members.map((name) => `${name}="(?<${name}>[^"]*)"`).join(',')}$`);
  const isBytes = (text: string, length: number) => {
    try {
      return fromBase64url(text).length === length;
    } catch {
      return false;
    }
  };

  /** Section 15.2, step by step, with what is known of one sender. */
  function verdictOn({ method, uri, authorization, body, now }: Vector): string {
    const [header = ''] = authorization;
    const {
      origin = '',
      destination = '',
      key = '',
      ts = '',
      nonce = '',
      digest = '',
      signature = '',
    } = form.exec(header)?.groups ?? {};
    const time = Number(ts);
    const inForm =
      authorization.length === 1 &&
      matches('NodeName', origin) &&
      matches('NodeName', destination) &&
      matches('KeyId', key) &&
      /^(0|[1-9]\d*)$/.test(ts) &&
      Number.isSafeInteger(time);
    if (!inForm) return 'ECCP_BAD_AUTH';
    if (!isBytes(nonce, 16) || !isBytes(digest, 32) || !isBytes(signature, 64)) return 'ECCP_BAD_ENCODING';
    if (destination !== node) return 'ECCP_WRONG_DESTINATION';
    if (origin === node) return 'ECCP_BAD_AUTH';
    if (time < now - 300_000 || time > now + 60_000) return 'ECCP_CLOCK_SKEW';
    if (createHash('sha256').update(body).digest('base64url') !== digest) return 'ECCP_BAD_SIGNATURE';
    if (newest?.revoked.includes(key)) return 'ECCP_KEY_REVOKED';
    const publicKey = newest?.keys.find((listed) => keyId(listed) === key);
    const signed = { method, uri, origin, destination, key, ts: time, nonce, digest };
    const good = publicKey !== undefined && verifyJson(publicKey, 'eccp.http.v1', signed, signature);
    return good ? 'ok' : 'ECCP_BAD_SIGNATURE';
  }

  test('the sender’s key documents are good, and the key is the seed’s', () => {
    assert.deepEqual(chainProblems(documents, origin), []);
    assert.equal(keyId(file.public_key), file.key_id);
    const signature = signJson(fromBase64url(file.seed), 'eccp.http.v1', 'x');
    assert.ok(verifyJson(file.public_key, 'eccp.http.v1', 'x', signature));
  });

  for (const vector of vectors) {
    test(vector.name, () => assert.equal(verdictOn(vector), vector.expected));
  }

  test('the first is the example of chapter 15', () => {
    const chapter = readFileSync(join(import.meta.dirname, '../../spec/15-signed-requests.md'), 'utf8');
    const [{ authorization, method, uri } = vectors[0] as Vector] = vectors;
    assert.ok(chapter.includes(`Authorization: ${authorization[0]}`));
    const { ts, signature: _, ...strings } = form.exec(authorization[0] ?? '')?.groups ?? {};
    assert.ok(chapter.includes(canonical({ ...strings, method, uri, ts: Number(ts) })));
  });
});

describe('by the node', () => {
  for (const { name, authorization, body, now, expected, ...line } of vectors) {
    test(name, () => {
      const check = () => {
        const fields = parseAuthorization(authorization);
        if (fields.destination !== node) throw new EccpError('ECCP_WRONG_DESTINATION', 'not here');
        if (fields.origin === node) throw new EccpError('ECCP_BAD_AUTH', 'from here');
        checkWindow(fields.ts, now);
        if (bodyDigest(body) !== fields.digest) throw new EccpError('ECCP_BAD_SIGNATURE', 'another body');
        const key = listedKey(newest, fields.key);
        if (newest.revoked.includes(fields.key)) throw new EccpError('ECCP_KEY_REVOKED', 'revoked');
        if (key === undefined || !verifyRequest(key, fields, line)) {
          throw new EccpError('ECCP_BAD_SIGNATURE', 'does not verify');
        }
      };
      assert.equal(verdictOf(check), expected);
    });
  }
});
