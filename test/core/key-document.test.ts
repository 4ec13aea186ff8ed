import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { carriedProblems, chainProblems } from '../../conformance/wire/key-document.ts';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import type { Event } from '../../src/core/event.ts';
import { readFreshness, signFreshness, verifyFreshness } from '../../src/core/freshness.ts';
import {
  documentHash,
  extendChain,
  type KeyDocument,
  listedKey,
  newDocument,
  type SignedKeyDocument,
  signDocument,
  verifyChain,
  verifyCheckpoint,
} from '../../src/core/key-document.ts';
import { carriedKeys, documentsToCarry } from '../../src/core/node-keys.ts';
import { RoomState } from '../../src/core/room-state.ts';
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

// A thief with the key of version 2 went on with 3; the owner goes on from 2 with 6, by the recovery key, and then with 7.
const stolen = signDocument(next(second.document, { keys: [stranger.publicKey], revoked: [b.keyId] }), [b, stranger]);
const regained = { keys: [c.publicKey], revoked: [a.keyId, b.keyId], version: 6 };
const sixth = signDocument(next(second.document, regained), [c, recovery]);
const seventh = signDocument(next(sixth.document, { keys: [c.publicKey, stranger.publicKey] }), [c, stranger]);

test('KEY-047, KEY-048: a recovery document goes on from where it says, and takes the place of what came after that', () => {
  assert.deepEqual(extendChain([], first, node), { chain: [first], recovered: false });
  assert.deepEqual(extendChain([first], second, node), { chain: [first, second], recovered: false });
  const held = [first, second, stolen];
  assert.deepEqual(extendChain(held, sixth, node), { chain: [first, second, sixth], recovered: true });
  assert.deepEqual(extendChain([first, second], sixth, node), { chain: [first, second, sixth], recovered: true });
  const refused = (chain: SignedKeyDocument[], item: Json, errcode: string, version?: number) =>
    assert.throws(
      () => extendChain(chain, item, node),
      (error) => error instanceof EccpError && error.errcode === errcode && error.details.version === version,
    );
  refused([first, stolen], sixth, 'ECCP_KEY_CONTINUITY', 3); // continues a document that is not held
  refused(
    held,
    signDocument(next(second.document, { ...regained, version: 3 }), [c, recovery]),
    'ECCP_KEY_CONTINUITY',
    3,
  );
  refused(held, signDocument(next(second.document, regained), [c, b]), 'ECCP_KEY_CONTINUITY', 3);
  refused(held, signDocument(next(second.document, regained), [recovery]), 'ECCP_BAD_SIGNATURE');
  const forged = signDocument(next(second.document, regained), [c, b]);
  const signatures = { ...forged.signatures, [recovery.keyId]: sixth.signatures[c.keyId] ?? '' };
  refused(held, { document: forged.document, signatures }, 'ECCP_BAD_SIGNATURE');
  refused([], second, 'ECCP_KEY_CONTINUITY', 0);
  refused([first], {}, 'ECCP_KEY_CONTINUITY', 1);
  refused([sixth], signDocument(next(sixth.document, { revoked: [] }), [c]), 'ECCP_KEY_CONTINUITY', 6);
});

test('ID-081: the recovery key may leave versions out, and nobody else', () => {
  assert.deepEqual(verifyChain([first, second, sixth], node), sixth.document);
  refuses([first, second, signDocument(next(second.document, regained), [c, b])], 'ECCP_KEY_CONTINUITY');
  refuses([first, sixth], 'ECCP_KEY_CONTINUITY'); // in a whole chain it continues the document before it
});

test('a refusal of a chain says which version is held', () => {
  const versionOf = (documents: Json, held?: KeyDocument) => {
    try {
      verifyChain(documents, node, held);
    } catch (error) {
      return error instanceof EccpError ? error.details.version : undefined;
    }
    return undefined;
  };
  assert.equal(versionOf([second]), 0);
  assert.equal(versionOf([first], second.document), 2);
  assert.equal(versionOf([third, third], second.document), 2);
});

/** A room whose log has this document of the node, or none. */
function roomWith(...documents: SignedKeyDocument[]): RoomState {
  const keys = { type: 'eccp.node.keys', state_key: node, event_id: '$x', sender: `@alice:${node}` };
  const rows = documents.length === 0 ? [] : [{ ...keys, content: { node_keys: documents } }];
  return RoomState.restore('!x:example.org', rows, RoomState.empty.head);
}

function carry(state: RoomState, node_keys: Json): unknown {
  const sender = `@alice:${node}`;
  const about = { type: 'eccp.room.member', state_key: sender, sender };
  const event: Event = { v: 1, ...about, origin_key: '', origin_ts: 0, content_hash: '' };
  return carriedKeys(state, event, '$y', { membership: 'join', node_keys });
}

/** What a room that has `held` says to a carrier of `documents`, by the node and by the suite. */
function verdict(held: SignedKeyDocument[], documents: SignedKeyDocument[]): string | undefined {
  const problems = carriedProblems(documents, node, held.at(-1)?.document);
  let errcode: string | undefined;
  try {
    carry(roomWith(...held), documents);
  } catch (error) {
    if (!(error instanceof EccpError)) throw error;
    errcode = error.errcode;
  }
  assert.equal(problems.length > 0, errcode !== undefined, `${errcode} against ${problems.join('; ')}`);
  return errcode;
}

test('LOG-044, LOG-045, LOG-047: a room starts with the newest document alone, and goes on from it', () => {
  const good: [SignedKeyDocument[], SignedKeyDocument[]][] = [
    [[], [first]],
    [[], [signDocument(first.document, [a, stranger])]],
    [[], [{ ...first, signatures: { ...first.signatures, [recovery.keyId]: second.signatures[a.keyId] ?? '' } }]],
    [[], [second]],
    [[], [third]],
    [[], [sixth]],
    [[first], [second]],
    [[first], [second, third]],
    [[third], []],
    [[second], [sixth, seventh]],
    [[stolen], [sixth]],
    [[stolen], [sixth, seventh]],
    [[first], [second, sixth, seventh]],
  ];
  for (const [held, documents] of good) assert.equal(verdict(held, documents), undefined, JSON.stringify(documents));
  assert.throws(() => carry(roomWith(), []), { errcode: 'ECCP_KEY_CONTINUITY' });
});

test('LOG-047: other documents are refused in rooms', () => {
  const foreign = newDocument('other.example', [a]);
  const unsigned = signDocument(third.document, [b]);
  const rootless = signDocument({ ...second.document, prev_hash: null }, [a, b]);
  const rooted = signDocument({ ...first.document, prev_hash: documentHash(first.document) }, [a]);
  const cases: [SignedKeyDocument[], SignedKeyDocument[], string][] = [
    [[], [first, second], 'ECCP_KEY_CONTINUITY'],
    [[], [foreign], 'ECCP_KEY_CONTINUITY'],
    [[], [unsigned], 'ECCP_BAD_SIGNATURE'],
    [[], [rootless], 'ECCP_KEY_CONTINUITY'],
    [[], [rooted], 'ECCP_KEY_CONTINUITY'],
    [[], [signDocument({ ...second.document, revoked: [b.keyId] }, [a, b])], 'ECCP_BAD_KEY'],
    [[first], [third], 'ECCP_KEY_CONTINUITY'],
    [[second], [first], 'ECCP_KEY_CONTINUITY'],
    [[second], [second], 'ECCP_KEY_CONTINUITY'],
    [[stolen], [third], 'ECCP_KEY_CONTINUITY'],
    [[stolen], [seventh], 'ECCP_KEY_CONTINUITY'],
    [[sixth], [third], 'ECCP_KEY_CONTINUITY'],
    [[sixth], [signDocument(next(second.document, { ...regained, version: 5 }), [c, recovery])], 'ECCP_KEY_CONTINUITY'],
    [[stolen], [signDocument({ ...sixth.document, prev_hash: null }, [c, recovery])], 'ECCP_KEY_CONTINUITY'],
    [[stolen], [signDocument(sixth.document, [recovery])], 'ECCP_BAD_SIGNATURE'],
    [
      [first],
      [second, sixth, signDocument(next(second.document, { version: 8 }), [b, recovery])],
      'ECCP_KEY_CONTINUITY',
    ],
  ];
  for (const [held, documents, errcode] of cases) assert.equal(verdict(held, documents), errcode);
});

test('a checkpoint of a later version may bear signatures that only the version before explains', () => {
  const later = signDocument(next(first.document, { keys: [b.publicKey] }), [a, b]);
  assert.deepEqual(verifyCheckpoint([later], node), later.document);
  const spoilt = { ...later, signatures: { ...later.signatures, [b.keyId]: later.signatures[a.keyId] ?? '' } };
  assert.throws(() => verifyCheckpoint([spoilt], node), { errcode: 'ECCP_BAD_SIGNATURE' });
  const backward = signDocument({ ...later.document, version: 0 }, [a, b]);
  assert.throws(() => verifyCheckpoint([backward], node), { errcode: 'ECCP_KEY_CONTINUITY' }); // no schema lets it through
  assert.throws(() => verifyCheckpoint('x', node), { errcode: 'ECCP_KEY_CONTINUITY' });
});

test('documentsToCarry gives what verifies', () => {
  const owned = [first, second, sixth, seventh];
  const carried = (...held: SignedKeyDocument[]) => documentsToCarry(roomWith(...held), node, owned);
  assert.deepEqual(carried(), [seventh]);
  assert.deepEqual(carried(first), [second, sixth, seventh]);
  assert.deepEqual(carried(stolen), [sixth, seventh]);
  assert.deepEqual(carried(sixth), [seventh]);
  assert.deepEqual(carried(seventh), []);
  const keyless = newDocument(node, [stranger]);
  assert.deepEqual(carried(signDocument(next(keyless.document, {}), [stranger])), []); // no recovery key leads on from there
  for (const held of [[], [first], [second], [stolen], [sixth]]) {
    assert.equal(verdict(held, documentsToCarry(roomWith(...held), node, owned)), undefined);
  }
});

test('the suite finds the same chains good', () => {
  assert.deepEqual(chainProblems([first, second, third], node), []);
  assert.deepEqual(chainProblems([first, second, sixth, seventh], node), []);
  assert.notDeepEqual(chainProblems([first, sixth], node), []);
  assert.notDeepEqual(chainProblems([second], node), []);
});

const now = 1_775_001_600_000;
const day = 24 * 60 * 60 * 1000;
const fresh = signFreshness(first.document, a, now, day);

test('KEY-013 to KEY-015: a freshness statement is what the schema says, and verifies', () => {
  assert.deepEqual(fresh.freshness, {
    node,
    version: 1,
    document_hash: documentHash(first.document),
    valid_from: now,
    valid_until: now + day,
  });
  assert.deepEqual(readFreshness(structuredClone(fresh), node, now), fresh);
  verifyFreshness(fresh, first.document);
  const ajv = new Ajv2020({ keywords: ['x-brand'] });
  for (const name of ['NodeName', 'Hash', 'KeyId', 'Signature', 'Freshness']) ajv.addSchema(load(name));
  const validate = ajv.compile(load('SignedFreshness'));
  assert(validate(fresh), JSON.stringify(validate.errors));
});

/** The statement with some members changed, signed again. */
function statement(changes: JsonObject, key = a): JsonObject {
  const freshness = { ...fresh.freshness, ...changes };
  return { freshness, key: key.keyId, signature: key.sign('eccp.freshness-sig.v1', freshness) };
}

function freshnessRefused(value: Json | undefined, errcode: string, at = now): void {
  assert.throws(() => verifyFreshness(readFreshness(value, node, at), first.document), { name: 'EccpError', errcode });
}

test('KEY-025, KEY-026: a statement holds from its beginning, give or take a minute, to its end', () => {
  readFreshness(fresh, node, now - 60_000);
  freshnessRefused(fresh, 'ECCP_KEY_ROLLBACK', now - 60_001);
  readFreshness(fresh, node, now + day - 1);
  freshnessRefused(fresh, 'ECCP_KEY_ROLLBACK', now + day);
  readFreshness(statement({ valid_until: now + 7 * day }), node, now);
  freshnessRefused(statement({ valid_until: now + 7 * day + 1 }), 'ECCP_KEY_ROLLBACK');
});

test('KEY-028, KEY-029: a statement is the node’s own, for the newest document, under a key of it', () => {
  freshnessRefused(statement({ node: 'other.example' }), 'ECCP_KEY_CONTINUITY');
  freshnessRefused(statement({ version: 2 }), 'ECCP_KEY_CONTINUITY');
  freshnessRefused(statement({ document_hash: documentHash(second.document) }), 'ECCP_KEY_CONTINUITY');
  freshnessRefused(statement({}, b), 'ECCP_BAD_SIGNATURE');
  freshnessRefused(statement({}, recovery), 'ECCP_BAD_SIGNATURE');
  freshnessRefused({ ...fresh, signature: b.sign('eccp.freshness-sig.v1', fresh.freshness) }, 'ECCP_BAD_SIGNATURE');
  freshnessRefused({ ...fresh, signature: a.sign('eccp.key-document-sig.v1', fresh.freshness) }, 'ECCP_BAD_SIGNATURE');
  const { valid_until: _, ...endless } = fresh.freshness;
  const shapes: (Json | undefined)[] = [
    undefined,
    null,
    'x',
    {},
    { ...fresh, extra: 1 },
    { ...fresh, key: 'x' },
    { ...fresh, signature: 1 },
    { ...fresh, freshness: endless },
    statement({ extra: 1 }),
    statement({ version: '1' }),
    statement({ version: -1 }),
    statement({ document_hash: 'x' }),
    statement({ valid_from: null }),
    statement({ valid_until: -1 }),
  ];
  for (const shape of shapes) freshnessRefused(shape, 'ECCP_KEY_CONTINUITY');
});
