import { type AuditEntry, nextRecord, recordHash, type SignedAuditRecord } from '../../src/core/audit-chain.ts';
import type { JsonObject } from '../../src/core/canonical-json.ts';
import { documentHash, newDocument, signDocument } from '../../src/core/key-document.ts';
import type { SigningKey } from '../../src/core/signing.ts';
import { keyOf, otherHash, startTime } from './fixed.ts';
import { raised } from './spoilt.ts';

const node = 'example.org';
const [old, key, stranger] = [keyOf(1), keyOf(2), keyOf(99)];
const first = newDocument(node, [old]);
const second = { ...first.document, version: 2, prev_hash: documentHash(first.document), keys: [key.publicKey] };

const entries: [AuditEntry, SigningKey][] = [
  [{ kind: 'peer.approved', actor: '@admin:example.org', subject: 'remote.example' }, old],
  [{ kind: 'keys.rotated', actor: 'node', subject: key.keyId }, key],
  [
    {
      kind: 'federation.refused',
      actor: 'remote.example',
      subject: '/_eccp/federation/v1/transactions',
      errcode: 'ECCP_CLOCK_SKEW',
      request_id: 'r-0123456789',
      detail: { unrecorded: 3 },
    },
    key,
  ],
];

/** Chains of audit records (section 19.6). */
export function audit(): JsonObject {
  return {
    about: 'Audit records of example.org, in the order in which they are checked: a whole chain, and altered ones.',
    node,
    documents: [first, signDocument(second, [old, key])],
    vectors: vectors(),
  };
}

function vectors(): JsonObject[] {
  const [a, b, c] = chain();
  if (a === undefined || b === undefined || c === undefined) throw new Error('fewer than three records');
  const ok = (rule: string, name: string, records: SignedAuditRecord[]) => ({ name, rule, records, expected: 'ok' });
  /** @param at the place in `records` of the first that is refused. */
  const no = (rule: string, name: string, records: (SignedAuditRecord & JsonObject)[], at: number) => ({
    name,
    rule,
    records,
    expected: 'refused',
    at,
  });
  return [
    ok('AUD-003', 'the whole chain', [a, b, c]),
    ok('AUD-001', 'the end of the chain, as a page of it', [b, c]),
    no('AUD-001', 'a record left out', [a, c], 1),
    no('AUD-001', 'a record twice', [a, b, b], 2),
    no('AUD-001', 'two records exchanged', [b, a, c], 1),
    no('AUD-002', 'a first record that names one before it', [changed(a, { prev: otherHash }, old)], 0),
    no('AUD-002', 'a later record that names none before it', [changed(b, { prev: null }, key)], 0),
    no('AUD-002', 'a record that names another before it', [a, changed(b, { prev: otherHash }, key)], 1),
    no('AUD-002', 'a record altered, hashed and signed again', [a, changed(b, { ts: b.record.ts + 1 }, key), c], 2),
    no('AUD-003', 'a record altered', [a, { ...b, record: { ...b.record, actor: '@admin:example.org' } }], 1),
    no(
      'AUD-003',
      'a record altered and hashed again',
      [a, { ...changed(b, { kind: 'x.y' }, key), signature: b.signature }],
      1,
    ),
    no('AUD-003', 'another hash', [a, { ...b, hash: otherHash }], 1),
    no('AUD-003', 'the signature of another record', [a, { ...b, signature: c.signature }], 1),
    no('AUD-003', 'a signature with S + L', [a, { ...b, signature: raised(b.signature) }], 1),
    no(
      'AUD-003',
      'a signature in the domain of events',
      [a, { ...b, signature: key.sign('eccp.event-sig.v1', b.record) }],
      1,
    ),
    no('AUD-003', 'a key that no key document lists', [a, changed(b, {}, stranger)], 1),
    no('AUD-003', 'the record of another node', [changed(a, { node: 'remote.example' }, old)], 0),
    no('AUD-003', 'an unknown member', [a, changed(b, { note: 'x' }, key)], 1),
  ];
}

function chain(): SignedAuditRecord[] {
  const records: SignedAuditRecord[] = [];
  for (const [entry, signer] of entries) {
    const last = records.at(-1);
    const place = last && { seq: last.record.seq, hash: last.hash };
    records.push(nextRecord(node, place, entry, startTime + records.length, signer));
  }
  return records;
}

/** The record with some members changed, in all else right. */
function changed({ record }: SignedAuditRecord, changes: JsonObject, signer: SigningKey): SignedAuditRecord {
  const altered = { ...record, ...changes };
  const signature = signer.sign('eccp.audit-sig.v1', altered);
  return { record: altered, hash: recordHash(altered), key: signer.keyId, signature };
}
