import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { canonical } from '../../conformance/wire/canonical.ts';
import { hashBytes, hashJson } from '../../conformance/wire/hash.ts';
import type { Json } from '../../conformance/wire/json.ts';
import { canonicalize } from '../../src/core/canonical-json.ts';
import { contentHash, type Entry, type Event, entryHash, eventId } from '../../src/core/event.ts';
import { documentHash, type KeyDocument } from '../../src/core/key-document.ts';
import { type HashDomain, hash, keyId } from '../../src/core/signing.ts';
import { load } from './load.ts';

interface Vector {
  domain: string;
  value?: Json;
  bytes?: string;
  canonical?: string;
  hash: string;
  id?: string;
}

const { vectors } = load<Vector>('hashes.json');

describe('by the suite, and by node:crypto alone', () => {
  for (const { name, domain, value, bytes, id, ...expected } of vectors) {
    test(name, () => {
      const payload = Buffer.from(bytes ?? '', 'hex');
      if (value !== undefined) {
        assert.equal(canonical(value), expected.canonical);
        assert.equal(hashJson(domain, value), expected.hash);
      } else assert.equal(hashBytes(domain, payload), expected.hash);
      const digest = createHash('sha256').update(domain).update(Buffer.of(0));
      digest.update(expected.canonical ?? payload);
      assert.equal(digest.digest('base64url'), expected.hash);
      if (id !== undefined) assert.match(id.replace(expected.hash, ''), /^(\$|!:example\.org|ed25519:)$/);
    });
  }
});

describe('by the node', () => {
  /** The functions of the node that make hashes of their own domain. */
  const own: { [domain: string]: (value: never) => string } = {
    'eccp.event.v1': (event: Event) => eventId(event).slice(1),
    'eccp.entry.v1': (entry: Entry) => entryHash(entry),
    'eccp.content.v1': ({ content, nonce }: { content: { [name: string]: Json }; nonce: string }) =>
      contentHash(content, nonce),
    'eccp.key-document.v1': (document: KeyDocument) => documentHash(document),
  };
  for (const { name, domain, value, bytes, hash: expected, id } of vectors) {
    test(name, () => {
      const payload = value === undefined ? Buffer.from(bytes ?? '', 'hex') : canonicalize(value);
      assert.equal(hash(domain as HashDomain, payload), expected);
      if (value !== undefined && own[domain] !== undefined) assert.equal(own[domain](value as never), expected);
      if (typeof payload !== 'string') assert.equal(keyId(payload.toString('base64url')), id);
    });
  }
});
