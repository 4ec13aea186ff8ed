// Evidence against a host verifies by itself, and nothing less than a contradiction does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { verifyEquivocation } from '../../src/core/equivocation.ts';
import { type Entry, entryHash } from '../../src/core/event.ts';
import { documentHash, newDocument, type SignedKeyDocument, signDocument } from '../../src/core/key-document.ts';
import { generateSigningKey, hash, type SigningKey } from '../../src/core/signing.ts';

const node = 'host.example.org';
const [key, other, stranger] = Array.from({ length: 3 }, generateSigningKey) as [SigningKey, SigningKey, SigningKey];
const first = newDocument(node, [key]);
const second = signDocument(
  { ...first.document, version: 2, prev_hash: documentHash(first.document), keys: [key.publicKey, other.publicKey] },
  [key, other],
);
const roomId = `!${hash('eccp.event.v1', 'room')}:${node}`;

function entry(change: Partial<Entry> = {}): Entry {
  return {
    v: 1,
    room_id: roomId,
    epoch: 0,
    seq: 7,
    prev: hash('eccp.entry.v1', 'before'),
    event_id: `$${hash('eccp.event.v1', 'one')}`,
    host_key: key.keyId,
    host_ts: 1_767_225_600_000,
    state_root: hash('eccp.state.v1', 'root'),
    ...change,
  };
}

function head(of: Entry, signer = key): JsonObject {
  return { entry: of, entry_signature: signer.sign('eccp.entry-sig.v1', of) };
}

const one = entry();
const two = entry({ event_id: `$${hash('eccp.event.v1', 'two')}` });

function evidence(heads: Json[] = [head(one), head(two)], document: SignedKeyDocument = first): JsonObject {
  return { room_id: roomId, node, heads, documents: [document] };
}

function refuses(received: Json, errcode: string): void {
  assert.throws(() => verifyEquivocation(received), { name: 'EccpError', errcode });
}

test('two entries for one place, both signed, are a contradiction', () => {
  const found = verifyEquivocation(evidence());
  assert.deepEqual([found.node, found.roomId, found.documentHash], [node, roomId, documentHash(first.document)]);
  assert.deepEqual(found.entries.map(entryHash), [entryHash(one), entryHash(two)]);
});

test('a difference in the time alone is one, and so are entries under two keys of one later document', () => {
  assert.ok(verifyEquivocation(evidence([head(one), head(entry({ host_ts: one.host_ts + 1 }))])));
  const underOther = entry({ host_key: other.keyId });
  assert.equal(verifyEquivocation(evidence([head(one), head(underOther, other)], second)).document.version, 2);
});

test('it matches its schema', () => {
  const ajv = new Ajv2020({ keywords: ['x-brand'] });
  const load = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../schemas/${name}.json`, import.meta.url), 'utf8'));
  const used = ['NodeName', 'Hash', 'KeyId', 'PublicKey', 'Signature', 'RoomId', 'EventId', 'Entry', 'LogHead'];
  for (const name of [...used, 'KeyDocument', 'SignedKeyDocument']) ajv.addSchema(load(name));
  const validate = ajv.compile(load('Equivocation'));
  assert.ok(validate(evidence()), ajv.errorsText(validate.errors));
});

test('entries that may both stand in a log prove nothing', () => {
  refuses(evidence([head(one), head(one)]), 'ECCP_BAD_EVENT');
  refuses(evidence([head(one), head(entry({ seq: 8 }))]), 'ECCP_BAD_EVENT');
  refuses(evidence([head(one), head(entry({ epoch: 1 }))]), 'ECCP_BAD_EVENT');
  const elsewhere = `!${hash('eccp.event.v1', 'elsewhere')}:${node}`;
  refuses(evidence([head(one), head(entry({ room_id: elsewhere }))]), 'ECCP_ROOM_MISMATCH');
});

test('a signature that does not hold, or is of nobody that the document lists, proves nothing', () => {
  refuses(evidence([head(one), head(two, stranger)]), 'ECCP_BAD_SIGNATURE');
  refuses(evidence([head(one), head(entry({ host_key: stranger.keyId }), stranger)]), 'ECCP_BAD_SIGNATURE');
  refuses(evidence([head(one), head(entry({ host_key: other.keyId }), other)]), 'ECCP_BAD_SIGNATURE');
  refuses(evidence([head(one), { ...head(two), entry: { ...two, host_ts: 1 } }]), 'ECCP_BAD_SIGNATURE');
});

test('a key document that is not the node’s own proves nothing', () => {
  refuses(evidence(undefined, newDocument('another.example.org', [key])), 'ECCP_KEY_CONTINUITY');
  const unsigned = { ...second, signatures: { [key.keyId]: second.signatures[key.keyId] ?? '' } };
  refuses(evidence(undefined, unsigned), 'ECCP_BAD_SIGNATURE');
  refuses({ ...evidence(), documents: [first, second] }, 'ECCP_KEY_CONTINUITY');
  refuses({ ...evidence(), documents: [] }, 'ECCP_KEY_CONTINUITY');
});

test('a node that does not host the room accuses only itself, and of nothing', () => {
  const foreign = `!${hash('eccp.event.v1', 'room')}:another.example.org`;
  const [a, b] = [entry({ room_id: foreign }), entry({ room_id: foreign, host_ts: 5 })];
  refuses({ ...evidence([head(a), head(b)]), room_id: foreign }, 'ECCP_NOT_HOST');
  const [c, d] = [
    { ...a, epoch: 1 },
    { ...b, epoch: 1 },
  ]; // a later host need not be the founding one
  assert.ok(verifyEquivocation({ ...evidence([head(c), head(d)]), room_id: foreign }));
});

test('what is not evidence is refused by its form', () => {
  const { heads: _, ...without } = evidence();
  const wrong: Json[] = [
    null,
    [],
    without,
    evidence([head(one)]),
    evidence([head(one), head(two), head(two)]),
    evidence([head(one), null]),
    evidence([head(one), { ...head(two), entry_signature: 5 }]),
    evidence([head(one), head({ ...two, more: 1 } as Entry)]),
    { ...evidence(), node: 'Not a node' },
  ];
  for (const received of wrong) refuses(received, 'ECCP_BAD_EVENT');
});
