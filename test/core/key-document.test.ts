import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json } from '../../src/core/canonical-json.ts';
import {
  documentHash,
  type KeyDocument,
  listedKey,
  newDocument,
  type SignedKeyDocument,
  signDocument,
  verifyChain,
} from '../../src/core/key-document.ts';
import { generateSigningKey, type SigningKey } from '../../src/core/signing.ts';

const node = 'example.org';
const [a, b, c, recovery, stranger] = Array.from({ length: 5 }, generateSigningKey) as [
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
];
const first = newDocument(node, [a], recovery.publicKey);

/** The document after another one, with some members changed. */
function next(before: KeyDocument, changes: Partial<KeyDocument>): KeyDocument {
  return { ...before, version: before.version + 1, prev_hash: documentHash(before), ...changes };
}

const second = signDocument(next(first.document, { keys: [b.publicKey] }), [a, b]);
const third = signDocument(next(second.document, { keys: [b.publicKey, c.publicKey], revoked: [a.keyId] }), [b, c]);

function refuses(documents: Json, errcode: string, held?: KeyDocument): void {
  assert.throws(() => verifyChain(documents, node, held), { name: 'EccpError', errcode });
}

/** A second document with these changes and signers, after the first. */
function refusesNext(
  changes: Partial<KeyDocument>,
  signers: SigningKey[],
  errcode: string,
  before: SignedKeyDocument = first,
): void {
  refuses([signDocument(next(before.document, changes), signers)], errcode, before.document);
}

test('ID-090: a good chain gives its last document, from the start or from what is held', () => {
  assert.deepEqual(verifyChain([first], node), first.document);
  assert.deepEqual(verifyChain([first, second, third], node), third.document);
  assert.deepEqual(verifyChain([second, third], node, first.document), third.document);
  assert.deepEqual(verifyChain([], node, third.document), third.document);
  assert.deepEqual(verifyChain([newDocument(node, [a, b])], node).keys, [a.publicKey, b.publicKey]);
});

test('what the code makes and accepts matches the schemas', () => {
  const ajv = new Ajv2020({ keywords: ['x-brand'] });
  for (const name of ['NodeName', 'Hash', 'PublicKey', 'KeyId', 'Signature', 'KeyDocument']) ajv.addSchema(load(name));
  const validate = ajv.compile(load('SignedKeyDocument'));
  for (const signed of [first, second, third]) assert(validate(signed), JSON.stringify(validate.errors));
  assert(!validate({ ...first, extra: 1 }));
  assert(!validate({ ...first, document: { ...first.document, extra: 1 } }));
});

function load(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../schemas/${name}.json`, import.meta.url), 'utf8'));
}

test('listedKey finds a key by its id', () => {
  assert.equal(listedKey(third.document, c.keyId), c.publicKey);
  assert.equal(listedKey(third.document, a.keyId), undefined);
});

test('ID-080: shape and node', () => {
  const { document, signatures } = first;
  const { revoked: _, ...incomplete } = document;
  const shapes: Json[] = [
    ...[
      null,
      {},
      'x',
      [null],
      [[]],
      [{ document }],
      [{ document, signatures, extra: 1 }],
      [{ document, signatures: [] }],
    ],
    ...[[{ document, signatures: { [a.keyId]: 1 } }], [{ document: incomplete, signatures }]],
    ...[
      { extra: 1 },
      { version: '1' },
      { prev_hash: 1 },
      { keys: a.publicKey },
      { keys: ['A'] },
      { keys: [1] },
      { revoked: ['A'] },
      { recovery_key: null },
    ].map((change) => [{ document: { ...document, ...change }, signatures }]),
    [{ document: { ...document, revoked: [b.keyId, b.keyId] }, signatures }],
  ];
  for (const shape of shapes) refuses(shape, 'ECCP_KEY_CONTINUITY');
  refuses([], 'ECCP_KEY_CONTINUITY');
  refuses([newDocument('other.example', [a])], 'ECCP_KEY_CONTINUITY');
});

test('ID-081: versions start at 1, or after the held one, and leave nothing out', () => {
  refuses([second], 'ECCP_KEY_CONTINUITY');
  refuses([first, third], 'ECCP_KEY_CONTINUITY');
  refuses([first, first], 'ECCP_KEY_CONTINUITY');
  refuses([first], 'ECCP_KEY_CONTINUITY', first.document);
  refuses([third], 'ECCP_KEY_CONTINUITY', first.document);
  refuses([signDocument({ ...first.document, version: 0 }, [a])], 'ECCP_KEY_CONTINUITY');
});

test('ID-082: prev_hash', () => {
  refuses([signDocument({ ...first.document, prev_hash: documentHash(first.document) }, [a])], 'ECCP_KEY_CONTINUITY');
  refusesNext({ prev_hash: null }, [a], 'ECCP_KEY_CONTINUITY');
  refusesNext({ prev_hash: documentHash(second.document) }, [a], 'ECCP_KEY_CONTINUITY');
  const branch = signDocument(next(first.document, { keys: [c.publicKey] }), [a, c]);
  refuses([third], 'ECCP_KEY_CONTINUITY', branch.document);
});

test('ID-083: 1 to 16 keys, none twice, each fit for use', () => {
  const many = Array.from({ length: 17 }, generateSigningKey);
  verifyChain([newDocument(node, many.slice(1))], node);
  refuses([newDocument(node, many)], 'ECCP_BAD_KEY');
  refuses([newDocument(node, [])], 'ECCP_BAD_KEY');
  refuses([newDocument(node, [a, a])], 'ECCP_BAD_KEY');
  refuses([newDocument(node, [a], a.publicKey)], 'ECCP_BAD_KEY');
  const neutral = 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  refuses([signDocument({ ...first.document, keys: [a.publicKey, neutral] }, [a])], 'ECCP_BAD_KEY');
  refuses([signDocument({ ...first.document, recovery_key: neutral }, [a])], 'ECCP_BAD_KEY');
});

test('ID-084: a revoked key is not listed', () => {
  refusesNext({ revoked: [a.keyId] }, [a], 'ECCP_BAD_KEY');
  refusesNext({ revoked: [recovery.keyId] }, [a], 'ECCP_BAD_KEY');
  const replaced = next(first.document, { keys: [b.publicKey], revoked: [a.keyId] });
  assert.deepEqual(verifyChain([first, signDocument(replaced, [a, b])], node), replaced); // a key may sign its own revocation
});

test('ID-085: a revocation stays', () => {
  refusesNext({ revoked: [] }, [b, c], 'ECCP_KEY_CONTINUITY', third);
  refusesNext({ revoked: [stranger.keyId] }, [b, c], 'ECCP_KEY_CONTINUITY', third);
});

test('ID-086: every listed key signs', () => {
  refuses([signDocument(first.document, [])], 'ECCP_BAD_SIGNATURE');
  refusesNext({ keys: [a.publicKey, b.publicKey] }, [a], 'ECCP_BAD_SIGNATURE');
  refusesNext({ keys: [b.publicKey] }, [recovery], 'ECCP_BAD_SIGNATURE');
});

test('ID-087: a key of the version before signs, or its recovery key', () => {
  refusesNext({ keys: [b.publicKey] }, [b], 'ECCP_BAD_SIGNATURE');
  const recovered = next(first.document, { keys: [b.publicKey] });
  assert.deepEqual(verifyChain([first, signDocument(recovered, [b, recovery])], node), recovered);
  const plain = newDocument(node, [a]);
  refusesNext({ keys: [b.publicKey], recovery_key: c.publicKey }, [b, c], 'ECCP_BAD_SIGNATURE', plain); // its own recovery key does not count
});

test('ID-088: the recovery key changes only with its own signature', () => {
  const { recovery_key: _, ...dropped } = next(first.document, {});
  const changed = next(first.document, { recovery_key: c.publicKey });
  for (const document of [dropped, changed]) {
    refuses([signDocument(document, [a])], 'ECCP_BAD_SIGNATURE', first.document);
    assert.deepEqual(verifyChain([signDocument(document, [a, recovery])], node, first.document), document);
  }
  const added = next(newDocument(node, [a]).document, { recovery_key: recovery.publicKey });
  assert.deepEqual(verifyChain([newDocument(node, [a]), signDocument(added, [a])], node), added);
});

test('ID-089: no signature may be bad or by a stranger', () => {
  refuses([signDocument(first.document, [a, stranger])], 'ECCP_BAD_SIGNATURE');
  const signatures = { [a.keyId]: second.signatures[a.keyId] ?? '' };
  refuses([{ document: first.document, signatures }], 'ECCP_BAD_SIGNATURE');
  refuses(
    [{ document: first.document, signatures: { ...first.signatures, [recovery.keyId]: 'AAAA' } }],
    'ECCP_BAD_SIGNATURE',
  );
  verifyChain([signDocument(first.document, [a, recovery])], node);
});
