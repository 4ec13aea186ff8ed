// AUD-001 to AUD-003: what verifies as an audit log, and everything that must not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {
  type AuditEntry,
  type AuditRecord,
  nextRecord,
  recordHash,
  type SignedAuditRecord,
} from '../../src/core/audit-chain.ts';
import { AuditVerifier } from '../../src/core/audit-verifier.ts';
import type { Json } from '../../src/core/canonical-json.ts';
import { documentHash, newDocument, type SignedKeyDocument, signDocument } from '../../src/core/key-document.ts';
import { generateSigningKey, type SigningKey } from '../../src/core/signing.ts';

const node = 'node.example.org';
const [oldKey, newKey, stranger] = Array.from({ length: 3 }, generateSigningKey) as [
  SigningKey,
  SigningKey,
  SigningKey,
];
const first = newDocument(node, [oldKey]);
const second = signDocument(
  {
    ...first.document,
    version: 2,
    prev_hash: documentHash(first.document),
    keys: [newKey.publicKey],
    revoked: [oldKey.keyId],
  },
  [oldKey, newKey],
);
const documents = [first, second];
const entry: AuditEntry = {
  kind: 'federation.refused',
  actor: 'peer.example.net',
  subject: '/x',
  errcode: 'ECCP_REPLAY',
};

/** A log of as many records as there are keys, each signed with its key. */
function logOf(keys: SigningKey[]): SignedAuditRecord[] {
  const log: SignedAuditRecord[] = [];
  for (const [i, key] of keys.entries()) {
    const last = log.at(-1);
    const before = last && { seq: last.record.seq, hash: last.hash };
    log.push(nextRecord(node, before, { ...entry, request_id: `r${i}`, detail: { i } }, 1000 + i, key));
  }
  return log;
}

function verify(records: readonly Json[], chain: SignedKeyDocument[] = documents): AuditVerifier {
  const verifier = new AuditVerifier();
  verifier.learn(chain);
  for (const record of records) verifier.take(record);
  return verifier;
}

function refuses(records: readonly Json[], errcode: string, message: RegExp, chain = documents): void {
  assert.throws(
    () => verify(records, chain),
    (error: Error & { errcode?: string }) => {
      assert.equal(error.errcode, errcode, error.message);
      assert.match(error.message, message);
      return true;
    },
  );
}

/** The record with other members, and a hash and signature to fit. */
function resigned({ record }: SignedAuditRecord, change: Partial<AuditRecord>, key: SigningKey): SignedAuditRecord {
  const altered = { ...record, ...change };
  return {
    record: altered,
    hash: recordHash(altered),
    key: key.keyId,
    signature: key.sign('eccp.audit-sig.v1', altered),
  };
}

const log = logOf([oldKey, oldKey, newKey, newKey]);
const [r0, r1, r2, r3] = log as [SignedAuditRecord, SignedAuditRecord, SignedAuditRecord, SignedAuditRecord];

test('a log verifies as a whole, across a change of keys', () => {
  assert.deepEqual(verify(log).verified, {
    node,
    count: 4,
    first: 0,
    last: { seq: 3, hash: r3.hash },
    documents: 2,
    firstDocument: documentHash(first.document),
  });
  assert.deepEqual([r0.record.seq, r0.record.prev, r1.record.seq, r1.record.prev], [0, null, 1, r0.hash]);
});

test('key documents may come between the records, and more than once', () => {
  const verifier = new AuditVerifier();
  verifier.learn([first]);
  verifier.take(r0);
  verifier.learn([first]);
  verifier.take(r1);
  verifier.learn([first, second]);
  verifier.take(r2);
  assert.equal(verifier.verified.count, 3);
});

test('a stretch from the middle verifies, and says where it starts', () => {
  const { first: start, count } = verify([r2, r3]).verified;
  assert.deepEqual([start, count], [2, 2]);
});

test('records match their schema, with and without the optional members', () => {
  const ajv = new Ajv2020({ keywords: ['x-brand'] });
  const load = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../schemas/${name}.json`, import.meta.url), 'utf8'));
  for (const name of ['NodeName', 'Hash', 'KeyId', 'Signature', 'AuditRecord']) ajv.addSchema(load(name));
  const validate = ajv.compile(load('SignedAuditRecord'));
  for (const made of [r0, nextRecord(node, undefined, { kind: 'policy.changed', actor: 'node' }, 0, oldKey)]) {
    assert.ok(validate(made), ajv.errorsText(validate.errors));
    verify([made]);
  }
});

test('an altered record, with its hash or without, is found', () => {
  const altered = { ...r1.record, actor: 'another.example.net' };
  refuses([r0, { ...r1, record: altered }, r2], 'ECCP_CHAIN_FORK', /^record 1 was altered/);
  refuses([r0, { ...r1, record: altered, hash: recordHash(altered) }, r2], 'ECCP_BAD_SIGNATURE', /^record 1 /);
  refuses(
    [r0, resigned(r1, { actor: 'another.example.net' }, oldKey), r2],
    'ECCP_CHAIN_FORK',
    /^record 2 does not continue/,
  );
});

test('any single change of a log is found', () => {
  fc.assert(
    fc.property(
      fc.nat(log.length - 1),
      fc.constantFrom('actor', 'ts', 'kind', 'subject', 'prev', 'detail'),
      (at, member) => {
        const other = {
          actor: 'x',
          ts: 5,
          kind: 'a.b',
          subject: 'y',
          prev: r0.hash.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
          detail: { i: -1 },
        };
        const records = structuredClone(log);
        const hit = records[at] as SignedAuditRecord;
        hit.record = { ...hit.record, [member]: other[member as keyof typeof other] };
        assert.throws(() => verify(records), { name: 'EccpError' });
      },
    ),
  );
});

test('a record that is missing, twice, moved or put in is found', () => {
  refuses([r0, r2, r3], 'ECCP_GAP', /^record 2 comes after record 0/);
  refuses([r0, r1, r1, r2], 'ECCP_CHAIN_FORK', /^record 1 comes after record 1/);
  refuses([r1, r0], 'ECCP_CHAIN_FORK', /^record 0 comes after record 1/);
  refuses([r0, resigned(r1, { prev: r3.hash }, oldKey)], 'ECCP_CHAIN_FORK', /^record 1 does not continue/);
  refuses([resigned(r0, { prev: r3.hash }, oldKey)], 'ECCP_CHAIN_FORK', /^record 0 /);
  refuses([resigned(r1, { prev: null }, oldKey)], 'ECCP_CHAIN_FORK', /^record 1 /);
});

test('a record of a key that is not the node’s, or of another node, is found', () => {
  refuses([r0, resigned(r1, {}, stranger)], 'ECCP_BAD_KEY', /which no key document lists/);
  refuses(log, 'ECCP_BAD_KEY', /^record 2 is signed by .* which no key document lists/, [first]);
  refuses([r0, { ...resigned(r1, {}, stranger), key: oldKey.keyId }], 'ECCP_BAD_SIGNATURE', /^record 1 /);
  refuses([resigned(r0, { node: 'other.example.org' }, oldKey)], 'ECCP_BAD_KEY', /is of other\.example\.org/);
  refuses([r0], 'ECCP_BAD_KEY', /the key documents are missing/, []);
  const withOther = [first, newDocument('other.example.org', [stranger])];
  assert.throws(() => verify(log, withOther), { errcode: 'ECCP_KEY_CONTINUITY' });
});

test('a key that was revoked signs no record after one of its successor', () => {
  const after = nextRecord(node, { seq: 2, hash: r2.hash }, entry, 2000, oldKey);
  refuses([r0, r1, r2, after], 'ECCP_KEY_REVOKED', /^record 3 .* dropped before/);
});

test('what is not a record is refused by its form', () => {
  const { subject: _, ...withoutSubject } = r0.record;
  const { actor: __, ...withoutActor } = r0.record;
  assert.ok(verify([resigned({ ...r0, record: withoutSubject }, {}, oldKey)]));
  const wrong: Json[] = [
    null,
    'record',
    {},
    { ...r0, more: 1 },
    { ...r0, record: withoutActor },
    { ...r0, record: { ...r0.record, more: 1 } },
    { ...r0, record: { ...r0.record, v: 2 } },
    { ...r0, record: { ...r0.record, kind: 'Policy' } },
    { ...r0, record: { ...r0.record, subject: '' } },
    { ...r0, record: { ...r0.record, detail: [] } },
    { ...r0, record: { ...r0.record, errcode: 'replay' } },
    { ...r0, record: { ...r0.record, toString: 1 } },
    { ...r0, hash: 'x' },
  ];
  for (const record of wrong) refuses([record], 'ECCP_BAD_JSON', /^the first record is not an audit record$/);
  refuses([r0, {}], 'ECCP_BAD_JSON', /^what follows record 0 /);
});
