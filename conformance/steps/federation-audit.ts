// The audit log, and what has to stand in it (section 19.6).
import { setTimeout as pause } from 'node:timers/promises';
import { Before, Given, Then, When } from '@cucumber/cucumber';
import { signedRecords } from '../audit.ts';
import { auditProblems } from '../audit-chain.ts';
import { fill } from '../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { isObject, type JsonObject, lookUp, show } from '../wire/json.ts';
import { chainProblems } from '../wire/key-document.ts';
import type { SignedKeyDocument } from '../wire/types.ts';
import { type EccpWorld, OPERATOR, STRANGER } from '../world.ts';
import { nodeNamed } from './federation-operators.ts';

/** Milliseconds in which a decision has to be on record. */
const ARRIVAL = 5000;
/** Milliseconds in which a node has to see that its peer never takes an item. */
const GIVING_UP = 60_000;

const starts = new WeakMap<EccpWorld, number>();

Before({ tags: '@cap-admin' }, async function (this: EccpWorld) {
  starts.set(this, (await signedRecords(this)).length);
});

/** The records that were made since the scenario began. */
export async function recordsOf(world: EccpWorld): Promise<JsonObject[]> {
  const start = starts.get(world);
  if (start === undefined) throw new HarnessError('the scenario needs the tag @cap-admin');
  return (await signedRecords(world)).slice(start).map(({ record }) => (isObject(record) ? record : {}));
}

/** The last record since the scenario began that satisfies a condition. @returns `undefined` where none comes in time. */
export async function recordWhere(
  world: EccpWorld,
  condition: (record: JsonObject) => boolean,
  within = ARRIVAL,
): Promise<JsonObject | undefined> {
  for (const end = performance.now() + within; ; await pause(50)) {
    const found = (await recordsOf(world)).findLast(condition);
    if (found || performance.now() > end) return found;
  }
}

/** Who the words name as the actor of a record. `the operator` stands for any user of the node. */
export async function actorNamed(world: EccpWorld, words: string): Promise<string> {
  return words === 'the node' ? 'node' : await nodeNamed(world, words);
}

// Then the record "peer.blocked" is there, by the operator, about the peer · by the peer "two", about "hello", with ECCP_FORBIDDEN · by the node
//   (about a fake node, an event, the room, the newest key; no subject where nothing is said of one)
Then(
  /^the record "([^"]+)" is there, by (the operator|the node|the peer(?: "[^"]+")?)(?:, about (.+?))?(?:, with (ECCP_[A-Z_]+))?$/,
  async function (this: EccpWorld, kind: string, who: string, about: string | null, errcode: string | null) {
    this.noSurprise();
    const actor = who === 'the operator' ? undefined : await actorNamed(this, who);
    const subject = about === null ? undefined : await subjectNamed(this, about);
    const { node } = this.run.facts;
    const found = await recordWhere(
      this,
      (record) =>
        record.kind === kind &&
        (actor === undefined ? isUserOf(node, record.actor) : record.actor === actor) &&
        record.subject === subject &&
        (errcode === null || record.errcode === errcode),
    );
    const expected = `a record ${kind} by ${actor ?? 'a user'} about ${subject ?? 'nothing'} with ${errcode ?? 'any code or none'}`;
    const same = (await recordsOf(this)).filter((record) => record.kind === kind);
    if (!found) throw new ConformanceFailure(expected, same.length === 0 ? 'none of that kind' : show(same));
    this.saved.set('the record', found);
  },
);

// Then the record has the request_id of the answer   (of the last When)
Then('the record has the request_id of the answer', function (this: EccpWorld) {
  const { headers } = this.answer;
  expectEqual(lookUp(this.saved.get('the record'), 'request_id'), headers['x-request-id'], 'request_id of the record');
});

// Then the record has no errcode
Then('the record has no errcode', function (this: EccpWorld) {
  expectEqual(lookUp(this.saved.get('the record'), 'errcode'), undefined, 'errcode of the record');
});

// Then "one" is given up, which the record "federation.item_dropped" tells   (an entry for the peer, which other nodes may get as well)
Then(
  '{string} is given up, which the record {string} tells',
  async function (this: EccpWorld, text: string, kind: string) {
    const id = this.event(text);
    const found = await recordWhere(this, (record) => record.kind === kind && record.subject === id, GIVING_UP);
    if (!found) throw new ConformanceFailure(`a record ${kind} about ${id}`, 'none');
    expectEqual(found.actor, 'node', 'the actor');
    expectThat(/^ECCP_/.test(String(found.errcode)), 'the code of the refusal', show(found));
  },
);

// Then no record "peer.quarantined" is there   (since the scenario began)
Then('no record {string} is there', async function (this: EccpWorld, kind: string) {
  await pause(300);
  const found = (await recordsOf(this)).filter((record) => record.kind === kind);
  expectEqual(found.length, 0, `records ${kind}`);
});

// Then the audit log is whole: its numbers, hashes and signatures hold
Then('the audit log is whole: its numbers, hashes and signatures hold', async function (this: EccpWorld) {
  const log = await signedRecords(this);
  expectThat(log.length > 0, 'at least one record', 'none');
  const { documents } = await this.read(OPERATOR, 'listAudit', { query: { limit: 1 } });
  const problems = auditProblems(log, documents as unknown as SignedKeyDocument[], this.run.facts.node);
  expectEqual(problems.slice(0, 5).join('; '), '', 'what is wrong with the audit log');
});

// Then the documents of the answer are the node's whole chain of key documents
Then("the documents of the answer are the node's whole chain of key documents", async function (this: EccpWorld) {
  const { documents } = this.succeeded(this.answer).body;
  const chain = (await this.read(STRANGER, 'getKeys')).documents;
  expectEqual(canonical(documents ?? null), canonical(chain ?? null), 'the documents');
  const problems = chainProblems(documents as unknown as SignedKeyDocument[], this.run.facts.node);
  expectEqual(problems.join('; '), '', 'what is wrong with them');
});

// When the operator reads the audit log from 2, at most 3 · … from its end   (the seq after the last)
When(
  'the operator reads the audit log from {int}, at most {int}',
  async function (this: EccpWorld, from: number, limit: number) {
    await this.call(OPERATOR, 'listAudit', { query: { from, limit } });
  },
);
When(
  'the operator reads the last {int} records, at most {int}',
  async function (this: EccpWorld, count: number, limit: number) {
    const end = (await signedRecords(this)).length;
    await this.call(OPERATOR, 'listAudit', { query: { from: end - count, limit } });
  },
);

// Then the answer has the records 2 to 4, and goes on at 5 · Then the answer has the last 3 records, and nothing to go on with
Then(
  'the answer has the records {int} to {int}, and goes on at {int}',
  async function (this: EccpWorld, first: number, last: number, next: number) {
    expectEqual(seqs(this), numbers(first, last), 'the records');
    expectEqual(this.answer.body.next, next, 'next');
  },
);
Then(
  'the answer has the last {int} records, and nothing to go on with',
  async function (this: EccpWorld, count: number) {
    const end = (await signedRecords(this)).length;
    expectEqual(seqs(this), numbers(end - count, end - 1), 'the records');
    expectEqual(this.answer.body.next, undefined, 'next');
  },
);

// Given the audit log has 5 records   (blocking and unblocking makes some where it is new)
Given('the audit log has {int} records', async function (this: EccpWorld, count: number) {
  const node = `${this.unique()}.example.org`;
  for (let i = 0; (await signedRecords(this)).length < count && i < count; i++) {
    const action = i % 2 === 0 ? 'block' : 'unblock';
    await this.must(OPERATOR, 'decidePeer', { params: { node }, body: { action } });
  }
});

// Then every record that was read before is still there, and the same   (as the suite read it, whatever the scenario)
Then('every record that was read before is still there, and the same', async function (this: EccpWorld) {
  const known = [...(await signedRecords(this))];
  expectThat(known.length > 0, 'records', 'none');
  for (let from = 0; from < known.length; from += 1000) {
    const { records } = await this.read(OPERATOR, 'listAudit', { query: { from, limit: 1000 } });
    const again = (Array.isArray(records) ? records : []).slice(0, known.length - from);
    const before = known.slice(from, from + 1000);
    expectEqual(again.length, before.length, `the records from ${from} on`);
    for (const [index, item] of again.entries())
      expectEqual(canonical(item), canonical(before[index] ?? null), `record ${from + index}`);
  }
});

// Then no record has "{{Alice.token}}" in it   (anywhere, since the scenario began)
Then('no record has {string} in it', async function (this: EccpWorld, text: string) {
  const secret = await fill(this, text);
  expectThat(secret.length > 3, 'a text worth looking for', secret);
  const found = (await recordsOf(this)).filter((record) => JSON.stringify(record).includes(secret));
  expectEqual(found.length, 0, `the records with ${text}`);
});

// Then no record has the operator's token in it
Then("no record has the operator's token in it", async function (this: EccpWorld) {
  const token = this.run.adminToken;
  if (token === undefined) throw new HarnessError('there is no operator');
  const found = (await signedRecords(this)).filter((record) => JSON.stringify(record).includes(token));
  expectEqual(found.length, 0, "the records with the operator's token");
});

function seqs({ answer }: EccpWorld): string {
  const { records } = answer.body;
  return (Array.isArray(records) ? records : []).map((item) => lookUp(item, 'record.seq')).join(' ');
}

function numbers(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).join(' ');
}

function isUserOf(node: string, actor: unknown): boolean {
  return typeof actor === 'string' && actor.startsWith('@') && actor.endsWith(`:${node}`);
}

async function subjectNamed(world: EccpWorld, words: string): Promise<string> {
  if (words === 'the room') return world.room('room').id;
  if (words === 'the new key') return String(lookUp(world.latest.json, 'key'));
  const [, text] = /^"([^"]+)"$/.exec(words) ?? [];
  return text === undefined ? await nodeNamed(world, words) : world.event(text);
}
