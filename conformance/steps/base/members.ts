import { Given, Then, When } from '@cucumber/cucumber';
import { bringAcross, inviteGuest } from '../../guests.ts';
import { expectEqual, HarnessError } from '../../outcome.ts';
import { isObject, type JsonObject, lookUp } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';
import { syncUntil } from './sync.ts';

/** Milliseconds for what another node has to answer first. */
const ACROSS = 20_000;

// Given Bob is a member of the room · Given Bob and Carol are members of the room "den"
Given('{actors} is/are (a )member(s) of {room}', async function (this: EccpWorld, names: string[], alias: string) {
  for (const name of names) await bringIn(this, name, alias);
});

// Given Bob is invited to the room
Given('{actors} is/are invited to {room}', async function (this: EccpWorld, names: string[], alias: string) {
  for (const name of names) {
    if (await this.home(name)) await inviteGuest(this, name, alias);
    else await inviteTo(this, name, alias);
  }
});

// Given Bob is banned from the room
Given('{actors} is/are banned from {room}', async function (this: EccpWorld, names: string[], alias: string) {
  for (const name of names) await onMember(this, this.room(alias).owner, 'banMember', name, alias);
});

// Given Bob has left the room   (he was a member before)
Given('{actor} has left {room}', async function (this: EccpWorld, name: string, alias: string) {
  await bringIn(this, name, alias);
  await own(this, name, 'leaveRoom', alias);
});

// When Bob joins the room · knocks on · leaves · forgets
When('{actor} joins {room}', async function (this: EccpWorld, who: string, alias: string) {
  await own(this, who, 'joinRoom', alias);
});
When('{actor} knocks on {room}', async function (this: EccpWorld, who: string, alias: string) {
  await own(this, who, 'knockRoom', alias);
});
When('{actor} leaves {room}', async function (this: EccpWorld, who: string, alias: string) {
  await own(this, who, 'leaveRoom', alias);
});
When('{actor} forgets {room}', async function (this: EccpWorld, who: string, alias: string) {
  await this.call(who, 'forgetRoom', { params: { roomId: this.room(alias).id } });
});

// When Alice invites Bob to the room · kicks Bob from · bans Bob from · unbans Bob from
// each also: … from the room because "spam"
const ACTIONS = {
  'invites {actor} to': 'inviteMember',
  'kicks {actor} from': 'kickMember',
  'bans {actor} from': 'banMember',
};
for (const [words, operation] of Object.entries({ ...ACTIONS, 'unbans {actor} from': 'unbanMember' })) {
  When(`{actor} ${words} {room}`, async function (this: EccpWorld, who: string, whom: string, alias: string) {
    await onMember(this, who, operation, whom, alias);
  });
  When(
    `{actor} ${words} {room} because {string}`,
    async function (this: EccpWorld, who: string, whom: string, alias: string, reason: string) {
      await onMember(this, who, operation, whom, alias, reason);
    },
  );
}

// Given Bob has power 50 in the room · When Alice gives Bob power 50 in the room
Given(
  '{actor} has power {int} in {room}',
  async function (this: EccpWorld, whom: string, power: number, alias: string) {
    await givePower(this, this.room(alias).owner, whom, power, alias);
  },
);
When(
  '{actor} gives {actor} power {int} in {room}',
  async function (this: EccpWorld, who: string, whom: string, power: number, alias: string) {
    await givePower(this, who, whom, power, alias);
  },
);

// Then Bob's membership in the room is "join", as Alice sees it
Then(
  "{actor}'s membership in {room} is {string}, as {actor} sees it",
  async function (this: EccpWorld, whom: string, alias: string, expected: string, who: string) {
    expectEqual((await memberOf(this, who, whom, alias))?.membership, expected, `the membership of ${whom}`);
  },
);

// Then Bob is no member of the room, as Alice sees it   (he has never been)
Then(
  '{actor} is unknown in {room}, as {actor} sees it',
  async function (this: EccpWorld, whom: string, alias: string, who: string) {
    expectEqual((await memberOf(this, who, whom, alias))?.membership, undefined, `the membership of ${whom}`);
  },
);

// Then Bob's power in the room is 50, as Alice sees it
Then(
  "{actor}'s power in {room} is {int}, as {actor} sees it",
  async function (this: EccpWorld, whom: string, alias: string, expected: number, who: string) {
    expectEqual((await memberOf(this, who, whom, alias))?.power, expected, `the power of ${whom}`);
  },
);

/** Makes somebody a member in the way that the room's visibility asks for. */
export async function bringIn(world: EccpWorld, name: string, alias: string): Promise<void> {
  const { owner, visibility } = world.room(alias);
  if ((await world.home(name)) || (await world.home(owner))) return await bringAcross(world, name, alias);
  if (visibility === 'shadow')
    throw new HarnessError('joining a shadow room needs an invitation payload: write a step for it');
  if (visibility !== 'public') await inviteTo(world, name, alias);
  await own(world, name, 'joinRoom', alias);
}

/** Invites somebody as the owner of the room, and waits until the invitation is there, where it goes to another node. */
async function inviteTo(world: EccpWorld, name: string, alias: string): Promise<void> {
  const { id, owner } = world.room(alias);
  await onMember(world, owner, 'inviteMember', name, alias);
  if (world.nodeOf(owner) === world.nodeOf(name)) return;
  const invite = world.event(`${name}'s invite`);
  await syncUntil(world, name, `the invitation of ${name}`, ({ invited }) => {
    return lookUp(invited.get(id), 'event.event_id') === invite; // there may have been one before
  });
}

/** What listMembers says of one user, or `undefined` when it does not list them. */
export async function memberOf(
  world: EccpWorld,
  who: string,
  whom: string,
  alias: string,
): Promise<JsonObject | undefined> {
  const userId = await world.userId(whom);
  const { members } = await world.read(who, 'listMembers', { params: { roomId: world.room(alias).id } });
  return (Array.isArray(members) ? members : []).filter(isObject).find((member) => member.user_id === userId);
}

async function own(world: EccpWorld, who: string, operation: string, alias: string): Promise<void> {
  const { id, owner } = world.room(alias);
  const deadline = world.nodeOf(owner) === world.nodeOf(who) ? {} : { deadline: ACROSS };
  const answer = await world.call(who, operation, { params: { roomId: id }, body: {}, ...deadline });
  if (answer.ok) world.events.set(`${who}'s ${operation.replace('Room', '')}`, String(answer.body.event_id));
}

async function onMember(
  world: EccpWorld,
  who: string,
  operation: string,
  whom: string,
  alias: string,
  reason?: string,
): Promise<void> {
  const body = { user_id: await world.userId(whom), ...(reason === undefined ? {} : { reason }) };
  const answer = await world.call(who, operation, { params: { roomId: world.room(alias).id }, body });
  if (answer.ok) world.events.set(`${whom}'s ${operation.replace('Member', '')}`, String(answer.body.event_id));
}

async function givePower(world: EccpWorld, who: string, whom: string, power: number, alias: string): Promise<void> {
  const roomId = world.room(alias).id;
  const owner = world.room(alias).owner;
  const { content, event_id } = await world.read(owner, 'getStateEvent', {
    params: { roomId, eventType: 'eccp.room.power_levels' },
  });
  const levels = isObject(content) ? content : {};
  const users = isObject(levels.users) ? levels.users : {};
  const body = {
    content: { ...levels, users: { ...users, [await world.userId(whom)]: power } },
    replaces: event_id ?? null,
  };
  await world.call(who, 'putState', { params: { roomId, eventType: 'eccp.room.power_levels' }, body });
}
