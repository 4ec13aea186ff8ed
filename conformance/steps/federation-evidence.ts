// Hosts that contradict themselves, heads that are compared, and evidence that is passed on (sections 16.4 and 17.6).
import { Given, Then, When } from '@cucumber/cucumber';
import { auditOf } from '../audit.ts';
import { ConformanceFailure, expectEqual, HarnessError } from '../outcome.ts';
import { contradicting, evidenceOf, evidenceProblems, FALSE_EVIDENCE } from '../peer/equivocation.ts';
import { say } from '../peer/host.ts';
import { ownMembership } from '../peer/participant.ts';
import { isObject, type JsonObject } from '../wire/json.ts';
import type { SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { handOver, hosted } from './federation-entries.ts';

/** Evidence from before a rotation, by scenario. */
const kept = new WeakMap<EccpWorld, JsonObject>();

// When the peer hands over another entry in the place of the newest   (which the host of the room signed as well)
When('{peer} hands over another entry in the place of the newest', async function (this: EccpWorld, alias: string) {
  const { host, room } = await hosted(this, 'room');
  await host.delivered();
  await handOver(this, await this.peer(alias), contradicting(host, room));
});

// When the peer "two" tells the head of another branch of the room · … the head of the room
When(
  '{peer} tells the head of another branch of {room}',
  async function (this: EccpWorld, alias: string, name: string) {
    const { host, room } = await hosted(this, name);
    await host.delivered();
    await tellHead(this, alias, room.id, contradicting(host, room));
  },
);
When('{peer} tells the head of {room}', async function (this: EccpWorld, alias: string, name: string) {
  const { room } = await hosted(this, name);
  const item = room.log.at(-1);
  if (item) await tellHead(this, alias, room.id, item);
});
When(
  '{peer} tells the head of {room} with a signature that does not verify',
  async function (this: EccpWorld, alias: string, name: string) {
    const { host, room } = await hosted(this, name);
    await host.delivered();
    await tellHead(this, alias, room.id, { ...contradicting(host, room), entry_signature: 'A'.repeat(86) });
  },
);

// When the peer "two" passes on evidence against the host of the room · … evidence that is "the same entry twice"
When(
  '{peer} passes on evidence against the host of {room}',
  async function (this: EccpWorld, alias: string, name: string) {
    const { host, room } = await hosted(this, name);
    await host.delivered();
    const item = room.log.at(-1);
    if (!item) throw new HarnessError('the room is empty');
    await passOn(this, alias, evidenceOf(host, room, [item, contradicting(host, room)]));
  },
);
When(
  '{peer} passes on evidence against the host of {room} that is {string}',
  async function (this: EccpWorld, alias: string, name: string, words: string) {
    const { host, room } = await hosted(this, name);
    await host.delivered();
    const make = FALSE_EVIDENCE[words];
    if (!make)
      throw new HarnessError(`nothing is called "${words}"; there are ${Object.keys(FALSE_EVIDENCE).join(', ')}`);
    await passOn(this, alias, make(host, room, await this.peer(alias)));
  },
);

// Given Pat's node has kept evidence under its key and then revoked that key in the room
Given(
  "{guest}'s node has kept evidence under its key and then revoked that key in {room}",
  async function (this: EccpWorld, guest: string, name: string) {
    const { host, room } = await hosted(this, name);
    const item = room.log.at(-1);
    if (!item) throw new HarnessError('the room is empty');
    kept.set(this, evidenceOf(host, room, [item, contradicting(host, room)]));
    host.identity.requestKey = host.identity.rotate(true); // the other node need not know yet
    say(host, room, ownMembership(await this.userId(guest), 'join'));
    await host.delivered();
  },
);
When('{peer} passes on the evidence that was kept', async function (this: EccpWorld, alias: string) {
  const evidence = kept.get(this);
  if (!evidence) throw new HarnessError('no evidence was kept');
  await passOn(this, alias, evidence);
});

// Then the peer "two" is sent evidence against the host of the room, which holds
Then(
  '{peer} is sent evidence against the host of {room}, which holds',
  async function (this: EccpWorld, alias: string, name: string) {
    const peer = await this.peer(alias);
    const { id } = this.room(name);
    const found = () => evidenceTo(peer.transactions).filter(({ room_id }) => room_id === id);
    await peer.until('evidence', () => found().length > 0);
    const [evidence, ...more] = found();
    expectEqual(evidenceProblems(evidence).join('; '), '', 'what is wrong with the evidence');
    expectEqual(more.length, 0, 'how often it came again');
  },
);

// Then the peer is sent no evidence
Then('{peer} is sent no evidence', async function (this: EccpWorld, alias: string) {
  expectEqual(evidenceTo((await this.peer(alias)).transactions).length, 0, 'the evidence that came');
});

// Then the contradiction is on record for the room, where an operator is there to read it
Then(
  'the contradiction is on record for {room}, where an operator is there to read it',
  async function (this: EccpWorld, name: string) {
    if (this.run.adminToken === undefined) return;
    const { id, owner } = this.room(name);
    const host = await this.home(owner);
    const found = await auditOf(
      this,
      ({ kind, subject, actor }) => kind === 'room.equivocation' && subject === id && actor === host?.name,
    );
    if (!found) throw new ConformanceFailure(`a record room.equivocation of ${id}`, 'none');
  },
);

async function tellHead(world: EccpWorld, alias: string, roomId: string, item: SequencedEvent): Promise<void> {
  const { entry, entry_signature } = item;
  world.judge(await (await world.peer(alias)).transact({ heads: { [roomId]: { entry, entry_signature } } }));
}

async function passOn(world: EccpWorld, alias: string, evidence: JsonObject): Promise<void> {
  world.judge(await (await world.peer(alias)).transact({ evidence: [evidence] }));
}

function evidenceTo(transactions: readonly JsonObject[]): JsonObject[] {
  return transactions.flatMap(({ evidence }) => (Array.isArray(evidence) ? evidence.filter(isObject) : []));
}
