import { Given, Then, When } from '@cucumber/cucumber';
import { type Answer, name } from '../answer.ts';
import { download, makeBlob, upload } from '../media.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { compareVersions } from '../requirements.ts';
import type { EccpWorld } from '../world.ts';
import { servedOperations, wellFormed } from './errors-walk.ts';

const pairs = new WeakMap<EccpWorld, [Answer, Answer][]>();

// Then the versions of the answer ascend
Then('the versions of the answer ascend', function (this: EccpWorld) {
  const { versions } = this.answer.body;
  const listed = Array.isArray(versions) ? versions.map(String) : [];
  expectThat(listed.length > 0, 'at least one version', 'none');
  expectEqual(listed.join(', '), listed.toSorted(compareVersions).join(', '), 'the versions, in ascending order');
});

// Then one of the versions of the answer is one of this specification
Then('one of the versions of the answer is one of this specification', function (this: EccpWorld) {
  const known = new Set([...this.run.ledger.requirements.values()].map(({ since }) => since));
  const { versions } = this.answer.body;
  const common = (Array.isArray(versions) ? versions : []).filter((version) => known.has(String(version)));
  expectThat(common.length > 0, `one of ${[...known].join(', ')}`, JSON.stringify(versions));
});

// Given the aliases and the directory are used by Alice, where the node declares them   (needs the default room)
Given(
  'the aliases and the directory are used by {actor}, where the node declares them',
  async function (this: EccpWorld, who: string) {
    const { capabilities, version } = this.run.facts;
    const declared = (capability: string) => capabilities.has(capability) && compareVersions('0.2', version) <= 0;
    const params = { alias: `#tour-${this.unique()}:${this.run.facts.node}` };
    if (declared('aliases')) {
      await this.call(who, 'putAlias', { params, body: { room_id: this.room('room').id } });
      await this.call(who, 'getAlias', { params });
      await this.call(who, 'deleteAlias', { params });
    }
    if (declared('directory')) await this.call(who, 'listDirectory');
  },
);

// Given media is used by Alice, where the node declares it
Given('media is used by {actor}, where the node declares it', async function (this: EccpWorld, who: string) {
  if (!this.run.facts.capabilities.has('media') || compareVersions('0.2', this.run.facts.version) > 0) return;
  const blob = makeBlob(this, 'tour', 10, this.run.facts.node);
  this.judge(await upload(this, who, blob.bytes));
  this.judge(await download(this, who, blob));
  await this.call(who, 'deleteMedia', { params: { node: blob.node, mediaId: blob.id } });
});

// Then every operation has been used with success   (by the steps before; those of the node's version and capabilities)
Then('every operation has been used with success', function (this: EccpWorld) {
  const used = new Set(this.evidence.exchanges.map(({ operation }) => operation));
  const served = new Set(
    this.evidence.exchanges.filter(({ status }) => status >= 200 && status < 300).map(({ operation }) => operation),
  );
  const operations = servedOperations(this).flatMap(({ id }) => (id === 'transferRoom' ? [] : id)); // that takes two nodes
  const forgotten = operations.filter((id) => !used.has(id));
  if (forgotten.length > 0) throw new HarnessError(`the scenario uses no ${forgotten.join(', ')}`);
  const refused = operations.filter((id) => !served.has(id));
  expectThat(refused.length === 0, 'every operation to be served', `nothing but refusals from ${refused.join(', ')}`);
});

// When Alice calls every operation with a query parameter that nobody knows, and without   (logout aside)
When(
  '{actor} calls every operation with query parameters that nobody knows, and without',
  async function (this: EccpWorld, who: string) {
    const answers: [Answer, Answer][] = [];
    for (const operation of servedOperations(this)) {
      const headers: Record<string, string> = operation.id === 'logout' ? { authorization: 'Bearer never-issued' } : {};
      const plain = await this.send(await wellFormed(this, who, operation, headers));
      const { path, ...sent } = await wellFormed(this, who, operation, headers);
      const query = 'org.example.unknown=1&unheard_of&unheard_of=2&access_token=x&x[]=%F0%9F%90%99';
      answers.push([plain, await this.send({ ...sent, path: `${path}?${query}` })]);
    }
    pairs.set(this, answers);
  },
);

// Then the parameters make no difference
Then('the parameters make no difference', function (this: EccpWorld) {
  const answers = pairs.get(this) ?? [];
  if (answers.length === 0) throw new HarnessError('no step has called anything with parameters that nobody knows');
  const line = ({ status, body }: Answer) => `${status} ${body.errcode ?? ''}`;
  const odd = answers.find(([plain, other]) => line(plain) !== line(other));
  if (odd) throw new ConformanceFailure(`${name(odd[0])} to be answered with ${line(odd[0])}`, line(odd[1]));
});
