// Invitations of users of the node under test to rooms that fake nodes host (section 17.4).
import { Given, Then, When } from '@cucumber/cucumber';
import { fillJson } from '../fill.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { invite, inviteItem, say } from '../peer/host.ts';
import { INVITE_FAULTS } from '../peer/invite-faults.ts';
import { firstDifference, isObject, type JsonObject, lookUp, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { syncUntil, viewOf } from './base/sync.ts';
import { handOver, hosted } from './federation-entries.ts';

const results = new WeakMap<EccpWorld, JsonObject>();

// Given Pat has invited Alice to the room   (which Pat's node hosts) · When Pat's node invites Alice to the room
for (const words of ['{guest} has invited {actor} to {room}', "{guest}'s node invites {actor} to {room}"]) {
  Given(words, async function (this: EccpWorld, guest: string, whom: string, alias: string) {
    const { host, room } = await hosted(this, alias);
    const { item, answer } = await invite(host, room, await this.userId(guest), await this.userId(whom));
    this.events.set(`${whom}'s invite`, item.event_id);
    take(this, this.judge(answer).body);
  });
}

// When Pat's node invites Alice to the room with "no preview"   (peer/invite-faults.ts) · …, handed over by the peer "two"
When(
  "{guest}'s node invites {actor} to {room} with {string}",
  async function (this: EccpWorld, guest: string, whom: string, alias: string, words: string) {
    const { host, room } = await hosted(this, alias);
    const make = INVITE_FAULTS[words];
    if (!make) throw new HarnessError(`no fault "${words}"; there are ${Object.keys(INVITE_FAULTS).join(', ')}`);
    const item = make(host, room, await this.userId(guest), await this.userId(whom));
    take(this, this.judge(await host.transact({ invites: [item] })).body);
  },
);
When(
  "{guest}'s node invites {actor} to {room}, and {peer} hands it over",
  async function (this: EccpWorld, guest: string, whom: string, alias: string, other: string) {
    const { host, room } = await hosted(this, alias);
    const item = INVITE_FAULTS.nothing?.(host, room, await this.userId(guest), await this.userId(whom)) ?? {};
    take(this, this.judge(await (await this.peer(other)).transact({ invites: [item] })).body);
  },
);

// When Pat's node hands over the invitation of Alice again
When(
  "{guest}'s node hands over the invitation of {actor} again",
  async function (this: EccpWorld, _guest: string, whom: string) {
    const { host, room } = await hosted(this, 'room');
    const id = this.event(`${whom}'s invite`);
    const item = room.log.find(({ event_id }) => event_id === id);
    if (!item) throw new HarnessError('the room has no such invite');
    take(this, this.judge(await host.transact({ invites: [inviteItem(host, room, item)] })).body);
  },
);

// When Pat's node takes the invitation of Alice back   (a kick, handed over as an entry)
When(
  "{guest}'s node takes the invitation of {actor} to {room} back",
  async function (this: EccpWorld, guest: string, whom: string, alias: string) {
    const { host, room } = await hosted(this, alias);
    host.behaviour.fansOut = false;
    const item = say(host, room, {
      type: 'eccp.room.member',
      sender: await this.userId(guest),
      content: { membership: 'leave' },
      stateKey: await this.userId(whom),
    });
    this.events.set(`${whom}'s kick`, item.event_id);
    await handOver(this, host, item);
  },
);

// Then the invitation is taken · Then the invitation is refused with ECCP_NOT_HOST
Then('the invitation is taken', function (this: EccpWorld) {
  expectEqual(resultOf(this).status, 'applied', `what became of the invitation (${show(resultOf(this))})`);
});
Then('the invitation is refused with {errcodes}', function (this: EccpWorld, codes: string[]) {
  const result = resultOf(this);
  expectThat(codes.includes(String(result.errcode)), `a refusal with ${codes.join(' or ')}`, show(result));
  expectEqual(result.status, undefined, 'status of the result');
});

// Then Alice's sync shows the invitation to the room with the preview:   (doc string: JSON; with the invite and the create event)
Then(
  "{actor}'s sync shows the invitation to {room} with the preview:",
  async function (this: EccpWorld, who: string, alias: string, text: string) {
    const { id } = this.room(alias);
    await syncUntil(this, who, `an invitation to ${id}`, (view) => view.invited.has(id));
    const item = viewOf(this, who).invited.get(id);
    expectEqual(lookUp(item, 'event.event_id'), this.event(`${who}'s invite`), 'the invite');
    const types = Array.isArray(item?.state) ? item.state.map((event) => lookUp(event, 'event.type') ?? null) : [];
    expectThat(types.includes('eccp.room.create'), 'the create event in state', show(types));
    const difference = firstDifference(item?.preview, await fillJson(this, text));
    if (difference) throw new ConformanceFailure(`the preview ${text}`, `${difference} in ${show(item?.preview)}`);
  },
);

// Then Alice's sync shows no invitation to the room
Then("{actor}'s sync shows no invitation to {room}", async function (this: EccpWorld, who: string, alias: string) {
  const body = await this.read(who, 'sync', { query: { timeout: 0 } });
  const invited = lookUp(body, 'rooms.invited');
  expectThat(isObject(invited) && !(this.room(alias).id in invited), 'no such invitation', show(invited));
});

function take(world: EccpWorld, body: JsonObject): void {
  const result = lookUp(body, 'invites.0');
  results.set(world, isObject(result) ? result : {});
}

function resultOf(world: EccpWorld): JsonObject {
  const result = results.get(world);
  if (!result) throw new HarnessError('no fake node has invited anybody');
  return result;
}
