// New keys of the node under test, and what becomes of the old ones (section 13.5).
import { Then, When } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { lookUp, show } from '../wire/json.ts';
import { chainProblems, keyIn } from '../wire/key-document.ts';
import { keyId } from '../wire/signature.ts';
import type { SequencedEvent, SignedKeyDocument } from '../wire/types.ts';
import { type EccpWorld, OPERATOR, STRANGER } from '../world.ts';
import { wholeLog } from './base/log.ts';
import { memberOf } from './federation-hosting.ts';

/** The chain of the node before its last rotation. */
const before = new WeakMap<EccpWorld, SignedKeyDocument[]>();

// When the operator rotates the keys of the node · rotates and revokes the keys of the node
When(
  /^the operator rotates( and revokes)? the keys of the node$/,
  async function (this: EccpWorld, revoke: string | null) {
    before.set(this, await chainOf(this));
    await this.call(OPERATOR, 'rotateKeys', { body: { revoke: revoke !== null } });
  },
);

// Then the node publishes one document more, with the version and the key of the answer
Then(
  'the node publishes one document more, with the version and the key of the answer',
  async function (this: EccpWorld) {
    const { version, key } = this.succeeded(this.answer).body;
    const [old, chain] = [chainBefore(this), await chainOf(this)];
    expectEqual(chainProblems(chain, this.run.facts.node).join('; '), '', 'what is wrong with the chain');
    expectEqual(JSON.stringify(chain.slice(0, -1)), JSON.stringify(old), 'the documents before');
    const { document } = newest(chain);
    expectEqual(document.version, version, 'the version of the newest document');
    expectEqual(version, newest(old).document.version + 1, 'the version');
    expectThat(keyIn(document, String(key)) !== undefined, `a document that lists ${show(key)}`, show(document));
    const known = old.some((signed) => signed.document.keys.some((each) => keyId(each) === key));
    expectEqual(known, false, 'whether the key stood in a document before');
    const { key: signs } = await this.read(STRANGER, 'getFederationVersion');
    expectEqual(signs, key, 'key of getFederationVersion');
  },
);

// Then none of the keys before is revoked · Then every key before is revoked, and none of them listed
Then('none of the keys before that it listed is revoked', async function (this: EccpWorld) {
  const { document } = newest(await chainOf(this));
  const revoked = newest(chainBefore(this)).document.keys.filter((key) => document.revoked.includes(keyId(key)));
  expectEqual(revoked.join(), '', 'the keys that are revoked now');
});
Then(
  'the keys that it listed before are listed still, as far as there is room for 16',
  async function (this: EccpWorld) {
    const { keys } = newest(await chainOf(this)).document;
    const missing = newest(chainBefore(this)).document.keys.filter((key) => !keys.includes(key));
    const full = keys.length >= 15; // the recovery key may count among the 16
    expectThat(missing.length === 0 || full, 'all of them', `${missing.length} are missing`);
  },
);
Then('every key before is revoked, and none of them listed', async function (this: EccpWorld) {
  const { document } = newest(await chainOf(this));
  const ids = new Set(chainBefore(this).flatMap((signed) => signed.document.keys.map(keyId)));
  for (const id of ids) expectThat(document.revoked.includes(id), `${id} among the revoked`, show(document.revoked));
  expectEqual(document.keys.filter((key) => ids.has(keyId(key))).join(), '', 'old keys that are listed');
});

// Then the last request to the peer is signed with the key of the answer
Then(
  'the next request to {peer} is signed with the key of the answer',
  async function (this: EccpWorld, alias: string) {
    const key = this.succeeded(this.answer).body.key;
    const peer = await this.peer(alias);
    const count = peer.requests.length;
    await this.must(OPERATOR, 'diagnose', { body: { node: peer.name }, deadline: 30_000 });
    const signed = peer.requests.slice(count).filter(({ authorization }) => authorization.length > 0);
    const [first] = signed;
    if (!first) throw new ConformanceFailure('a signed request', 'none');
    expectEqual(memberOf(first, 'key'), key, 'the key of the request');
    expectThat(peer.authenticated > 0 && peer.faults.length === 0, 'a request that holds', peer.faults.join('; '));
  },
);

// Then "after" and its entry are signed with the key of the last rotation   (in the room, as Alice sees it)
Then(
  '{string} and its entry are signed with the new key in {room}, as {actor} sees it',
  async function (this: EccpWorld, text: string, alias: string, who: string) {
    const item = await entryOf(this, who, alias, text);
    const key = newest(await chainOf(this)).document;
    expectThat(keyIn(key, item.event.origin_key) !== undefined, 'an event under a listed key', item.event.origin_key);
    const old = new Set(chainBefore(this).flatMap((signed) => signed.document.keys.map(keyId)));
    expectEqual(old.has(item.event.origin_key), false, 'whether the event is under a key from before');
    expectEqual(old.has(item.entry.host_key), false, 'whether the entry is under a key from before');
  },
);

// Then Alice's join was repeated with 1 key document before "after" in the room
Then(
  "{actor}'s join was repeated with {int} key document(s) before {string} in {room}",
  async function (this: EccpWorld, who: string, count: number, text: string, alias: string) {
    const log = await wholeLog(this, who, alias);
    const place = log.findIndex(({ event_id }) => event_id === this.event(text));
    const since = chainBefore(this).at(-1)?.document.version ?? 0;
    const carried = log.slice(0, place).flatMap((item) => documentsIn(item));
    const mine = carried.filter(({ document }) => document.node === this.run.facts.node && document.version > since);
    expectEqual(mine.length, count, 'the documents that came before it');
  },
);

// Then the room gets to know the new key by itself, as the peer sees it   (nobody says anything)
Then('{peer} is told of the new key in {room}', async function (this: EccpWorld, alias: string, name: string) {
  await toldOfNewKey(this, alias, name);
});

// Then the room has the new key, brought by a leave of Alice, as the peer sees it
Then(
  '{room} has the new key, brought by a leave of {actor}, as {peer} sees it',
  async function (this: EccpWorld, name: string, who: string, alias: string) {
    const version = await toldOfNewKey(this, alias, name);
    const log = (await this.peer(alias)).room(this.room(name).id)?.log ?? [];
    const carrier = log.find((item) => documentsIn(item).some(({ document }) => document.version === version));
    expectEqual(carrier?.event.sender, await this.userId(who), 'who brought the document');
    expectEqual(carrier?.content?.membership, 'leave', 'membership in the event that brought it');
  },
);

/** Waits until a peer's copy of a room has the newest key document of the node under test. @returns its version. */
async function toldOfNewKey(world: EccpWorld, alias: string, name: string): Promise<number> {
  const peer = await world.peer(alias);
  const { version } = newest(await chainOf(world)).document;
  const { id } = world.room(name);
  const { node } = world.run.facts;
  await peer.until(
    `version ${version} of ${node} in the room`,
    () => peer.room(id)?.documents.get(node)?.version === version,
  );
  return version;
}

async function chainOf(world: EccpWorld): Promise<SignedKeyDocument[]> {
  const { documents } = await world.read(STRANGER, 'getKeys');
  return Array.isArray(documents) ? (documents as unknown as SignedKeyDocument[]) : [];
}

function chainBefore(world: EccpWorld): SignedKeyDocument[] {
  const chain = before.get(world);
  if (!chain) throw new HarnessError('the keys have not been rotated');
  return chain;
}

function newest(chain: readonly SignedKeyDocument[]): SignedKeyDocument {
  const signed = chain.at(-1);
  if (!signed) throw new ConformanceFailure('a key document', 'none');
  return signed;
}

async function entryOf(world: EccpWorld, who: string, alias: string, text: string): Promise<SequencedEvent> {
  const item = (await wholeLog(world, who, alias)).find(({ event_id }) => event_id === world.event(text));
  if (!item) throw new ConformanceFailure(`"${text}" in the log`, 'no such event');
  return item;
}

function documentsIn({ content }: SequencedEvent): SignedKeyDocument[] {
  const documents = lookUp(content, 'node_keys');
  return Array.isArray(documents) ? (documents as unknown as SignedKeyDocument[]) : [];
}
