import { type DataTable, Then, When } from '@cucumber/cucumber';
import { fill } from '../fill.ts';
import { ConformanceFailure, expectEqual, expectThat } from '../outcome.ts';
import { isObject, type Json, type JsonObject, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';

// When a stranger reads the document "client" at the node's name   (server, client)
When(
  '{actor} reads the document {string} of the node',
  async function (this: EccpWorld, who: string, document: string) {
    this.judge(await this.send({ who, method: 'GET', path: `/.well-known/eccp/${document}` }));
  },
);

// Then its "server" is a host and a port
Then('its "server" is a host and a port', function (this: EccpWorld) {
  const server = String(this.answer.body.server);
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(server) ?? [];
  const bracketed = /^\[[0-9a-f:]+\]$/i.test(host);
  const fine = (bracketed || /^[A-Za-z0-9.-]+$/.test(host)) && Number(port) >= 1 && Number(port) <= 65535;
  expectThat(fine, 'host:port', server);
});

// Then its "client.base_url" is an absolute URL
Then('its "client.base_url" is an absolute URL', function (this: EccpWorld) {
  const base = baseUrlOf(this.answer.json);
  const { protocol, hash, search, username } = new URL(base);
  expectThat(/^https?:$/.test(protocol) && `${hash}${search}${username}` === '', 'an http or https URL', base);
});

// Then the client API answers Alice at that URL   (getVersions is the same node's; her token is good there)
Then('the client API answers {actor} at that URL', async function (this: EccpWorld, who: string) {
  const { token } = await this.actor(who);
  const target = this.run.target.at(baseUrlOf(this.answer.json));
  const headers = { authorization: `Bearer ${token}` };
  try {
    const path = '/_eccp/client/v1';
    const versions = await target.send({ who, method: 'GET', path: `${path}/versions` }, this.evidence.exchanges);
    expectEqual(versions.body.node, this.run.facts.node, 'the node that answers getVersions there');
    const account = await target.send(
      { who, method: 'GET', path: `${path}/account`, headers },
      this.evidence.exchanges,
    );
    expectEqual(this.succeeded(account).body.user_id, await this.userId(who), 'the user of the token there');
  } finally {
    target.close();
  }
});

// Then the answer has at most 8192 bytes
Then('the answer has at most {int} bytes', function (this: EccpWorld, limit: number) {
  const size = Buffer.byteLength(this.answer.text);
  expectThat(size <= limit, `at most ${limit} bytes`, `${size}`);
});

// Then it may be kept for at most 86400 seconds   (Cache-Control with max-age)
Then('it may be kept for at most {int} seconds', function (this: EccpWorld, limit: number) {
  const control = this.answer.headers['cache-control'] ?? 'no Cache-Control';
  const seconds = /(?:^|[\s,])max-age="?(\d+)"?(?=$|[\s,;])/i.exec(control)?.[1];
  expectThat(seconds !== undefined && Number(seconds) <= limit, `max-age of at most ${limit}`, control);
});

// Then "node" is the node name in the ids of Alice and Bob
Then('"node" of the answer is the node name in the ids of {actors}', async function (this: EccpWorld, names: string[]) {
  for (const name of names) {
    const id = await this.userId(name);
    expectEqual(this.answer.body.node, id.slice(id.indexOf(':') + 1), `node, as in ${id}`);
  }
});

// When Alice points the alias "harbour" at the room   (its local part is made unlike any other; kept as {{alias harbour}} below)
When(
  '{actor} points the alias {string} at {room}',
  async function (this: EccpWorld, who: string, name: string, alias: string) {
    const body = { room_id: this.room(alias).id };
    await this.call(who, 'putAlias', { params: { alias: aliasOf(this, name) }, body });
  },
);
When('{actor} looks up the alias {string}', async function (this: EccpWorld, who: string, name: string) {
  await this.call(who, 'getAlias', { params: { alias: aliasOf(this, name) } });
});
When('{actor} removes the alias {string}', async function (this: EccpWorld, who: string, name: string) {
  await this.call(who, 'deleteAlias', { params: { alias: aliasOf(this, name) } });
});

// Then the alias "harbour" points at the room, as Bob sees it · … points nowhere, as Bob sees it
Then(
  'the alias {string} points at {room}, as {actor} sees it',
  async function (this: EccpWorld, name: string, alias: string, who: string) {
    const { room_id } = await this.read(who, 'getAlias', { params: { alias: aliasOf(this, name) } });
    expectEqual(room_id, this.room(alias).id, `the room of the alias ${name}`);
  },
);
Then(
  'the alias {string} points nowhere, as {actor} sees it',
  async function (this: EccpWorld, name: string, who: string) {
    const answer = await this.peek(who, 'getAlias', { params: { alias: aliasOf(this, name) } });
    expectEqual(answer.body.errcode, 'ECCP_NOT_FOUND', `the refusal of getAlias for ${name}`);
  },
);

// When Alice searches the directory for "{{unique}}"
When('{actor} searches the directory for {string}', async function (this: EccpWorld, who: string, text: string) {
  await this.call(who, 'listDirectory', { query: { search: await fill(this, text), limit: 100 } });
});

// Then the directory lists, in this order:   (table of room aliases of the scenario) · Then the directory lists no room
Then('the directory lists, in this order:', function (this: EccpWorld, table: DataTable) {
  const expected = table.raw().map(([alias = '']) => this.room(alias).id);
  expectEqual(
    namesOf(this, roomsOf(this.answer.json)),
    namesOf(
      this,
      expected.map((room_id) => ({ room_id })),
    ),
    'rooms',
  );
});
Then('the directory lists no room', function (this: EccpWorld) {
  expectEqual(roomsOf(this.answer.json).length, 0, 'the number of rooms');
});

// Then the directory lists the rooms "a", "b" and "c" by size, then id
Then('the directory lists by their size, then by their ids:', async function (this: EccpWorld, table: DataTable) {
  const rows = table.raw().map(([alias = '', size = '']) => ({ room_id: this.room(alias).id, size: Number(size) }));
  const sorted = rows.sort((a, b) => b.size - a.size || (a.room_id < b.room_id ? -1 : 1));
  expectEqual(namesOf(this, roomsOf(this.answer.json)), namesOf(this, sorted), 'the order of the rooms');
});

// Then the whole directory has the room "a" once · … has no room "a"   (all pages of 100, without search)
Then(
  'the whole directory, as {actor} pages through it, lists {room} once',
  async function (this: EccpWorld, who: string, alias: string) {
    const ids = (await pages(this, who, { limit: 100 })).map(({ room_id }) => room_id);
    const count = ids.filter((id) => id === this.room(alias).id).length;
    expectEqual(count, 1, 'how often the room is listed');
  },
);
Then(
  'the whole directory, as {actor} pages through it, does not list {room}',
  async function (this: EccpWorld, who: string, alias: string) {
    const ids = (await pages(this, who, { limit: 100 })).map(({ room_id }) => room_id);
    expectThat(!ids.includes(this.room(alias).id), 'the room not to be listed', 'it is listed');
  },
);

// Then pages of 2 rooms each give, with the search "{{unique}}", what one page gives to Alice
Then(
  'pages of {int} room(s) give {actor} what one page gives for {string}',
  async function (this: EccpWorld, limit: number, who: string, text: string) {
    const search = await fill(this, text);
    const whole = await this.read(who, 'listDirectory', { query: { search, limit: 100 } });
    expectThat(whole.next === undefined, 'one page with everything', `next ${show(whole.next)}`);
    const paged = await pages(this, who, { search, limit });
    expectEqual(show(paged), show(roomsOf(whole)), `the rooms in pages of ${limit}`);
  },
);

function aliasOf(world: EccpWorld, name: string): string {
  const key = `the alias ${name}`;
  const known = world.saved.get(key);
  if (typeof known === 'string') return known;
  const made = name.startsWith('#') ? name : `#${name}.${world.unique()}:${world.run.facts.node}`;
  world.saved.set(key, made);
  return made;
}

function baseUrlOf(json: Json | undefined): string {
  const client = isObject(json) && isObject(json.client) ? json.client : {};
  const base = String(client.base_url);
  if (!URL.canParse(base)) throw new ConformanceFailure('an absolute URL in client.base_url', base);
  return base;
}

function roomsOf(json: Json | undefined): JsonObject[] {
  return isObject(json) && Array.isArray(json.rooms) ? json.rooms.filter(isObject) : [];
}

/** Rooms by the names that the scenario gives them. */
function namesOf(world: EccpWorld, rooms: { room_id?: Json }[]): string {
  const names = new Map([...world.rooms].map(([alias, { id }]) => [id, alias]));
  return rooms.map(({ room_id }) => names.get(String(room_id)) ?? `another room (${show(room_id)})`).join(', ');
}

async function pages(world: EccpWorld, who: string, query: Record<string, string | number>): Promise<JsonObject[]> {
  const rooms: JsonObject[] = [];
  const seen = new Set<string>();
  for (let from: string | undefined; ; ) {
    const page = await world.read(who, 'listDirectory', {
      query: { ...query, ...(from === undefined ? {} : { from }) },
    });
    const found = roomsOf(page);
    expectThat(found.length <= Number(query.limit), `at most ${query.limit} rooms in a page`, `${found.length}`);
    rooms.push(...found);
    if (typeof page.next !== 'string') return rooms;
    expectThat(!seen.has(page.next), 'next to move on from page to page', page.next);
    seen.add(page.next);
    from = page.next;
  }
}
