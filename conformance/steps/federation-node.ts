// What the node under test says of itself to other nodes (chapter 13).
import { Then } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual, expectThat } from '../outcome.ts';
import { documentHash } from '../peer/identity.ts';
import { isObject, lookUp, show } from '../wire/json.ts';
import { chainProblems, keyIn } from '../wire/key-document.ts';
import { verifyJson } from '../wire/signature.ts';
import type { SignedKeyDocument } from '../wire/types.ts';
import { type EccpWorld, STRANGER } from '../world.ts';
import { memberOf } from './federation-hosting.ts';

// Then the key of getFederationVersion is the one that signed the last request to the peer
Then(
  'the key of getFederationVersion is the one that signed the last request to {peer}',
  async function (this: EccpWorld, alias: string) {
    const signed = (await this.peer(alias)).requests.findLast(({ authorization }) => authorization.length > 0);
    if (!signed) throw new ConformanceFailure('a signed request of the node', 'none');
    const { key } = await this.read(STRANGER, 'getFederationVersion');
    expectEqual(key, memberOf(signed, 'key'), 'the key of getFederationVersion');
  },
);

// Then getFederationVersion has the same "versions" · Then getFederationCapabilities has the same "versions", "classes" and "capabilities"   (as the last When's answer)
Then(/^(getFederation\w+) has the same (.+)$/, async function (this: EccpWorld, operation: string, names: string) {
  const body = await this.read(STRANGER, operation);
  for (const [, member = ''] of names.matchAll(/"(\w+)"/g)) {
    const [here, there] = [lookUp(body, member), lookUp(this.answer.json, member)].map((value) =>
      JSON.stringify(sorted(value)),
    );
    expectThat(here === there, `${member} of ${operation} to be ${there}`, String(here));
  }
});

// Then the answer's "classes" names "federation"
Then("the answer's {string} names {string}", function (this: EccpWorld, member: string, expected: string) {
  const list = lookUp(this.answer.json, member);
  expectThat(Array.isArray(list) && list.includes(expected), `${member} to name ${expected}`, show(list));
});

// Then every further version that is held leaves the documents after it   (of the last When's answer, which has all)
Then('every further version that is held leaves the documents after it', async function (this: EccpWorld) {
  const all = documentsOf(this);
  for (const { document } of all) {
    const { documents } = await this.read(STRANGER, 'getKeys', { query: { since: document.version } });
    const expected = all.filter((signed) => signed.document.version > document.version);
    expectEqual(JSON.stringify(documents), JSON.stringify(expected), `the documents since ${document.version}`);
  }
});

// Then the documents of the answer are a chain of the node
Then('the documents of the answer are a chain of the node', function (this: EccpWorld) {
  const documents = documentsOf(this);
  expectThat(documents.length > 0, 'at least one key document', 'none');
  expectEqual(chainProblems(documents, this.run.facts.node).join('; '), '', 'what is wrong with the chain');
});

// Then the freshness of the answer vouches for the newest document, now   (by the suite's clock, give or take 60 s)
Then('the freshness of the answer vouches for the newest document, now', async function (this: EccpWorld) {
  const { documents } = await this.read(STRANGER, 'getKeys');
  const newest = Array.isArray(documents) ? (documents as unknown as SignedKeyDocument[]).at(-1) : undefined;
  if (!newest) throw new ConformanceFailure('a key document', 'none');
  const signed = this.answer.body.freshness;
  const freshness = isObject(signed) ? signed.freshness : undefined;
  if (!isObject(signed) || !isObject(freshness)) throw new ConformanceFailure('a statement', show(signed));
  expectEqual(freshness.node, this.run.facts.node, 'node of the statement');
  expectEqual(freshness.version, newest.document.version, 'version of the statement');
  expectEqual(freshness.document_hash, documentHash(newest), 'document_hash of the statement');
  const [from, until] = [Number(freshness.valid_from), Number(freshness.valid_until)];
  const now = Date.now();
  const holds = from <= now + 60_000 && until > now - 60_000 && until - from <= 604_800_000;
  expectThat(holds, 'a statement that holds now, for at most seven days', show(freshness));
  const key = keyIn(newest.document, String(signed.key));
  if (key === undefined) throw new ConformanceFailure('a key that the newest document lists', show(signed.key));
  const good = verifyJson(key, 'eccp.freshness-sig.v1', freshness, String(signed.signature));
  expectThat(good, 'a statement whose signature verifies', show(signed));
});

// Then the freshness of the answer is for 172800000 milliseconds
Then('the freshness of the answer is for {int} milliseconds', function (this: EccpWorld, length: number) {
  const freshness = lookUp(this.answer.json, 'freshness.freshness');
  const { valid_from, valid_until } = isObject(freshness) ? freshness : {};
  expectEqual(Number(valid_until) - Number(valid_from), length, 'the milliseconds from valid_from to valid_until');
});

function documentsOf(world: EccpWorld): SignedKeyDocument[] {
  const { documents } = world.answer.body;
  return Array.isArray(documents) ? (documents as unknown as SignedKeyDocument[]) : [];
}

/** A list in an order of its own, and an object's members too: what counts is what is in them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(String).sort();
  return isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}
