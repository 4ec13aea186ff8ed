// Account data and the export.
import { createHash } from 'node:crypto';
import { type DataTable, Then, When } from '@cucumber/cucumber';
import { fill, fillJson } from '../fill.ts';
import { ConformanceFailure, expectEqual, expectThat } from '../outcome.ts';
import { firstDifference, isObject, type Json, lookUp, show } from '../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { readLog } from './base/messages.ts';
import { syncOnce } from './base/sync.ts';

// When Alice writes the account data "org.example.theme":   · … in the room:   (doc string: the content)
When(
  '{actor} writes the account data {string}:',
  async function (this: EccpWorld, who: string, type: string, text: string) {
    await write(this, who, await fill(this, type), await fillJson(this, text));
  },
);
When(
  '{actor} writes the account data {string} in {room}:',
  async function (this: EccpWorld, who: string, type: string, alias: string, text: string) {
    await write(this, who, await fill(this, type), await fillJson(this, text), this.room(alias).id);
  },
);
When(
  '{actor} writes the account data {string} in a room that does not exist:',
  async function (this: EccpWorld, who: string, type: string, text: string) {
    const roomId = `!p3Kd8wZ1xR5tHf4sGj6uAeTo9iXrQvNkBc0Vn7YqLm4:${this.run.facts.node}`;
    await write(this, who, await fill(this, type), await fillJson(this, text), roomId);
  },
);

// When Alice reads the account data "org.example.theme" · … in the room
When('{actor} reads the account data {string}', async function (this: EccpWorld, who: string, type: string) {
  await this.call(who, 'getAccountData', { params: { type: await fill(this, type) } });
});
When(
  '{actor} reads the account data {string} in {room}',
  async function (this: EccpWorld, who: string, type: string, alias: string) {
    await this.call(who, 'getRoomAccountData', {
      params: { type: await fill(this, type), roomId: this.room(alias).id },
    });
  },
);

// When Alice writes the account data "org.example.x" with 61440 bytes of ASCII letters · two-byte letters · spread ASCII letters
// (bytes of the canonical form; spread: the body has 10 000 spaces more)   · … in the room with …
When(
  /^(Alice) writes the account data "([^"]+)" with (\d+) bytes of (ASCII letters|two-byte letters|spread ASCII letters)$/,
  async function (this: EccpWorld, who: string, type: string, bytes: string, how: string) {
    const operation = this.run.api.operation('putAccountData');
    const path = operation.template.replace('{type}', await fill(this, type));
    await writeBytes(this, who, path, Number(bytes), how);
  },
);
When(
  /^(Alice) writes the account data "([^"]+)" in the room with (\d+) bytes of (ASCII letters|two-byte letters)$/,
  async function (this: EccpWorld, who: string, type: string, bytes: string, how: string) {
    const operation = this.run.api.operation('putRoomAccountData');
    const inRoom = operation.template.replace('{roomId}', encodeURIComponent(this.room('room').id));
    await writeBytes(this, who, inRoom.replace('{type}', await fill(this, type)), Number(bytes), how);
  },
);

// When Alice writes the account data "org.example.x" of 24 levels · … in the room of 24 levels   (objects in objects)
When(
  '{actor} writes the account data {string} of {int} levels',
  async function (this: EccpWorld, who: string, type: string, levels: number) {
    await write(this, who, await fill(this, type), nested(levels));
  },
);
When(
  '{actor} writes the account data {string} in {room} of {int} levels',
  async function (this: EccpWorld, who: string, type: string, alias: string, levels: number) {
    await write(this, who, await fill(this, type), nested(levels), this.room(alias).id);
  },
);

// Then the account data "org.example.x" of Alice have 61440 bytes   (of UTF-8, as compact JSON)
Then(
  'the account data {string} of {actor} have {int} bytes',
  async function (this: EccpWorld, type: string, who: string, bytes: number) {
    const content = await this.read(who, 'getAccountData', { params: { type: await fill(this, type) } });
    expectEqual(Buffer.byteLength(JSON.stringify(content)), bytes, 'the size of what is read');
  },
);

// Then "org.example.x" of Alice stands in no sync of Bob   (a sync from the beginning)
Then(
  '{string} of {actor} stands in no sync of {actor}',
  async function (this: EccpWorld, type: string, owner: string, who: string) {
    delete (await this.actor(who)).since;
    const { json } = this.succeeded(await syncOnce(this, who));
    const found = `"whose":${JSON.stringify(owner)}`;
    expectThat(
      !JSON.stringify(json).includes(found),
      `no ${await fill(this, type)} of ${owner} in the sync of ${who}`,
      `${found} in it`,
    );
  },
);

// Then the answer is exactly:   (JSON: no member more, none less)
Then('the answer is exactly:', async function (this: EccpWorld, text: string) {
  exactly(this.answer.json, await fillJson(this, text));
});

// Then the answer's list "rooms" holds:   (JSON: one item contains it)
Then("the answer's list {string} holds:", async function (this: EccpWorld, path: string, text: string) {
  const expected = await fillJson(this, text);
  const list = lookUp(this.answer.json, path);
  const found = Array.isArray(list) && list.some((item) => firstDifference(item, expected) === undefined);
  expectThat(found, `${path} with an item that has ${show(expected)}`, show(list));
});

// Then the export holds exactly the events that Alice sent, as these logs have them:   (table: room, who can read all of it)
Then(
  'the export holds exactly the events that {actor} sent, as these logs have them:',
  async function (this: EccpWorld, who: string, table: DataTable) {
    const sender = await this.userId(who);
    const exported = eventsOf(this.succeeded(this.answer).body.events);
    const expected: SequencedEvent[] = [];
    for (const [alias = '', reader = ''] of table.raw()) {
      const log = (await readLog(this, reader, alias)).filter(({ event }) => event.sender === sender);
      expected.push(...log);
      const mine = exported.filter(({ entry }) => entry.room_id === this.room(alias).id);
      expectEqual(ids(mine), ids(log), `the exported events of the room "${alias}", in order`);
    }
    expectEqual(exported.length, expected.length, 'the number of exported events');
    for (const event of expected) {
      const difference = firstDifference(
        exported.find(({ event_id }) => event_id === event.event_id) as Json | undefined,
        withoutTransaction(event),
      );
      if (difference) throw new ConformanceFailure(`the event as it is in the log: ${show(event as Json)}`, difference);
      const copy = exported.find(({ event_id }) => event_id === event.event_id);
      expectEqual(copy?.content === undefined, event.content === undefined, `that ${event.event_id} has no content`);
    }
  },
);

// Then the answer has none of Alice's passwords and tokens, nor hashes of them
Then(
  "the answer has none of {actor}'s passwords and tokens, nor hashes of them",
  async function (this: EccpWorld, who: string) {
    const { account } = await this.actor(who);
    const sessions = [...this.sessions.values()].filter((session) => session.account === account);
    const { text } = this.answer;
    for (const secret of [account.password, ...sessions.map(({ token }) => token)]) {
      const hashes = (['sha256', 'sha512', 'sha1', 'md5'] as const).flatMap((algorithm) =>
        (['hex', 'base64', 'base64url'] as const).map((form) => createHash(algorithm).update(secret).digest(form)),
      );
      const found = [secret, ...hashes].some((form) => text.includes(form));
      expectThat(!found, 'an export without secrets', 'a password, a token or a hash of one in it');
    }
    const phc = /\$(?:argon2|2[aby]\$|scrypt|pbkdf2|5\$|6\$)/.exec(text);
    expectThat(phc === null, 'an export without hashes of passwords', phc?.[0] ?? '');
  },
);

async function write(world: EccpWorld, who: string, type: string, body: Json, roomId?: string): Promise<void> {
  if (roomId === undefined) await world.call(who, 'putAccountData', { params: { type }, body });
  else await world.call(who, 'putRoomAccountData', { params: { type, roomId }, body });
}

async function writeBytes(world: EccpWorld, who: string, path: string, bytes: number, how: string): Promise<void> {
  const letters = bytes - '{"t":""}'.length;
  const text = how === 'two-byte letters' ? 'é'.repeat(letters / 2) + 'a'.repeat(letters % 2) : 'a'.repeat(letters);
  const space = how.startsWith('spread') ? ' '.repeat(10_000) : '';
  const body = Buffer.from(`{${space}"t":"${text}"}`);
  const headers = { 'content-type': 'application/json' };
  world.judge(await world.send({ who, method: 'PUT', path, headers, body }));
}

function nested(levels: number): Json {
  return levels === 1 ? {} : { n: nested(levels - 1) };
}

function ids(events: SequencedEvent[]): string {
  return events.map(({ event_id }) => event_id).join(', ');
}

function withoutTransaction(event: SequencedEvent): Json {
  const { txn_id: _, ...rest } = event;
  return rest;
}

/** Fails unless two values are the same JSON, whatever the order of members. */
function exactly(actual: Json | undefined, expected: Json): void {
  if (sorted(actual) !== sorted(expected)) throw new ConformanceFailure(`exactly ${show(expected)}`, show(actual));
}

function sorted(value: Json | undefined): string {
  return JSON.stringify(value, (_, part: Json) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
