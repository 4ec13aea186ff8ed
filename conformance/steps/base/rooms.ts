import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../../answer.ts';
import { fill, fillJson } from '../../fill.ts';
import { expectEqual } from '../../outcome.ts';
import type { JsonObject } from '../../wire/json.ts';
import { isObject } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';

/** What a scenario's room is unless it says otherwise: one where things are said in the open, and power is given to anybody, which most scenarios need. */
export const PLAIN: JsonObject = { encrypted: false, requireVerified: false };

/** Creates a room and keeps it under its alias; unless the scenario names it, its name is unlike any other. */
export async function createRoom(world: EccpWorld, owner: string, alias: string, body: JsonObject): Promise<Answer> {
  const answer = await world.call(owner, 'createRoom', { body: { ...PLAIN, ...body } });
  if (answer.ok) {
    const visibility = typeof body.visibility === 'string' ? body.visibility : 'private';
    world.rooms.set(alias, { id: String(answer.body.room_id), owner, visibility });
  }
  return answer;
}

// Given Alice has a private room · Given Alice has a public room "den"
// When Alice creates an invite-only room
for (const verb of ['has', 'creates']) {
  Given(`{actor} ${verb} a(n) {visibility} room`, async function (this: EccpWorld, owner: string, visibility: string) {
    await createRoom(this, owner, 'room', { visibility });
  });
  Given(
    `{actor} ${verb} a(n) {visibility} room {string}`,
    async function (this: EccpWorld, owner: string, visibility: string, alias: string) {
      await createRoom(this, owner, alias, { visibility });
    },
  );
  // Given Alice has a private room with "shared" history
  Given(
    `{actor} ${verb} a(n) {visibility} room with {string} history`,
    async function (this: EccpWorld, owner: string, visibility: string, historyVisibility: string) {
      await createRoom(this, owner, 'room', { visibility, historyVisibility });
    },
  );
  // Given Alice has a room:   (a JSON body for createRoom; placeholders are filled)
  Given(`{actor} ${verb} a room:`, async function (this: EccpWorld, owner: string, body: string) {
    const json = await fillJson(this, body);
    await createRoom(this, owner, 'room', isObject(json) ? json : {});
  });
  Given(
    `{actor} ${verb} a room {string}:`,
    async function (this: EccpWorld, owner: string, alias: string, body: string) {
      const json = await fillJson(this, body);
      await createRoom(this, owner, alias, isObject(json) ? json : {});
    },
  );
}

// When Bob looks at the room   (getRoom)
When('{actor} looks at {room}', async function (this: EccpWorld, who: string, room: string) {
  await this.call(who, 'getRoom', { params: { roomId: this.room(room).id } });
});

// Then Bob sees that the room's "visibility" is "private"   (a member of getRoom)
Then(
  '{actor} sees that {string} of {room} is {string}',
  async function (this: EccpWorld, who: string, member: string, room: string, expected: string) {
    const body = await this.read(who, 'getRoom', { params: { roomId: this.room(room).id } });
    expectEqual(body[member], await fill(this, expected), `${member} of the room`);
  },
);

// Then Alice sees 3 members in the room
Then(
  '{actor} sees {int} member(s) in {room}',
  async function (this: EccpWorld, who: string, count: number, room: string) {
    const body = await this.read(who, 'getRoom', { params: { roomId: this.room(room).id } });
    expectEqual(body.member_count, count, 'member_count of the room');
  },
);
