import { type DataTable, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { fill } from '../fill.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { hashBytes } from '../wire/hash.ts';
import { lookUp } from '../wire/json.ts';
import { carriedProblems } from '../wire/key-document.ts';
import { eventsOf, type SignedKeyDocument } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { readLog } from './base/messages.ts';
import { expand } from './canonical-json.ts';
import { idsIn, isDeviceId, isNodeName, isWellFormed } from './identifiers/grammar.ts';
import { type Place, placesOf } from './identifiers/places.ts';

interface Trial {
  id: string;
  place: Place;
  answer: Answer;
}

const trials = new WeakMap<EccpWorld, Trial[]>();

// When Alice gives each of these as a user id:   (table of one column; every operation that takes one gets it)
//   kinds: places.ts · besides the suite's placeholders: {{NODE}} the node's name in capitals, {{other port}} its name with another
//   port, {{spare room}} and {{spare event x}} the ids with other spare bits, «3 ab» for ababab
When(
  '{actor} gives each of these as a/an {}:',
  async function (this: EccpWorld, who: string, kind: string, table: DataTable) {
    const ids = await Promise.all(table.raw().map(([cell = '']) => idOf(this, cell)));
    for (const id of ids) await tryEverywhere(this, who, kind, id);
  },
);
When('{actor} gives {string} as a/an {}', async function (this: EccpWorld, who: string, id: string, kind: string) {
  await tryEverywhere(this, who, kind, await idOf(this, id));
});

// When Alice sends an event with a type of 255 characters to the room
When(
  '{actor} sends an event with a type of {int} characters to {room}',
  async function (this: EccpWorld, who: string, length: number, alias: string) {
    const params = { roomId: this.room(alias).id, eventType: `a.${'b'.repeat(length - 2)}` };
    await this.call(who, 'sendEvent', { params, body: {} });
  },
);

// Then each id is refused with ECCP_BAD_PARAM · Then each id is refused with ECCP_NOT_FOUND
Then('each id is refused with {errcodes}', function (this: EccpWorld, allowed: string[]) {
  const all = tried(this);
  const faults = all
    .filter(({ answer }) => !allowed.includes(String(answer.body.errcode)))
    .map(({ id, place, answer }) => `${id} in ${place.at} of ${place.operation}: ${answer.status} ${answer.text}`);
  expectThat(
    faults.length === 0,
    `each of ${all.length} requests refused with ${allowed.join(' or ')}`,
    [...faults.slice(0, 5), ...(faults.length > 5 ? [`${faults.length - 5} more`] : [])].join('; '),
  );
});

// Then each refusal names the place of the id
Then('each refusal names the place of the id', function (this: EccpWorld) {
  for (const { id, place, answer } of tried(this)) {
    const where = `path in the refusal of ${id} by ${place.operation}`;
    expectEqual(answer.body.path, place.at, where);
  }
});

// Then the node's name matches the grammar
Then("the node's name matches the grammar", async function (this: EccpWorld) {
  const { node } = await this.read('a stranger', 'getVersions');
  expectThat(isNodeName(String(node)), 'a node name by the grammar of section 3.1', String(node));
  const { account } = await this.actor('Alice');
  const own = account.userId.slice(account.userId.indexOf(':') + 1);
  expectThat(isNodeName(own), 'the same of the node name in a user id', own);
});

// Then every user id in what the node tells Alice of the room is well-formed   (room id, event id; at least 5 of them)
Then(
  'every {word} id in what the node tells {actor} of {room} is well-formed',
  async function (this: EccpWorld, kind: string, who: string, alias: string) {
    const params = { roomId: this.room(alias).id };
    const answers = [
      await this.must(who, 'getAccount'),
      await this.must(who, 'getRoom', { params }),
      await this.must(who, 'getState', { params }),
      await this.must(who, 'listMembers', { params }),
      await this.must(who, 'listMessages', { params }),
      await this.must(who, 'sync', { query: { timeout: 0 } }),
    ];
    const found = answers.flatMap(({ json }) => idsIn(json)).filter((item) => item.kind === kind);
    expectThat(found.length >= 5, `${kind} ids in six answers`, `only ${found.length}`);
    const wrong = found.filter((item) => !isWellFormed(item)).map(({ id }) => id);
    expectThat(wrong.length === 0, `${kind} ids by the grammar`, [...new Set(wrong)].join(', '));
  },
);

// Then every device id of Alice is well-formed   (of the device that registered, of "phone", and as they are listed)
Then('every device id of {actor} is well-formed', async function (this: EccpWorld, who: string) {
  const sessions = [...this.sessions.values()].filter(({ name }) => name === who || name.startsWith(`${who} on `));
  const { devices } = await this.read(who, 'listDevices');
  const listed = (Array.isArray(devices) ? devices : []).map((device) => String(lookUp(device, 'device_id')));
  const { device_id } = await this.read(who, 'getAccount');
  expectThat(listed.length >= sessions.length, `${sessions.length} devices`, `${listed.length} are listed`);
  for (const id of [...sessions.map(({ deviceId }) => deviceId), ...listed, String(device_id)])
    expectThat(isDeviceId(id), 'a device id of 8 to 16 capital letters and digits', id);
});

// When Alice looks at the room, its id encoded like "%21"   (see SPELLINGS)
const SPELLINGS: Record<string, (id: string) => string> = {
  'as it stands': (id) => id,
  'as in a URL': encodeURIComponent,
  'every character': (id) => escaped(id).toUpperCase(),
  'every character, lower case': escaped,
  twice: (id) => encodeURIComponent(encodeURIComponent(id)),
  'every character, twice': (id) => encodeURIComponent(escaped(id)),
};
When(
  '{actor} looks at {room}, its id encoded {string}',
  async function (this: EccpWorld, who: string, alias: string, how: string) {
    const path = `/_eccp/client/v1/rooms/${spelled(this.room(alias).id, how)}`;
    this.judge(await this.send({ who, method: 'GET', path, operation: this.run.api.operation('getRoom') }));
  },
);
// When Alice puts the state "org.example.x" in the room with the key "a/b", encoded "every character"
When(
  '{actor} puts the state {string} in {room} with the key {string}, encoded {string}',
  async function (this: EccpWorld, who: string, type: string, alias: string, key: string, how: string) {
    const path = `/_eccp/client/v1/rooms/${encodeURIComponent(this.room(alias).id)}/state/${type}/${spelled(expand(key), how)}`;
    const headers = { 'content-type': 'application/json' };
    const operation = this.run.api.operation('putKeyedState');
    this.judge(await this.send({ who, method: 'PUT', path, headers, operation, body: Buffer.from('{"content":{}}') }));
  },
);
// Then the state keys of "org.example.x" in the room are, as Alice sees them:   (table of one column, in the order of the log)
Then(
  'the state keys of {string} in {room} are, as {actor} sees them:',
  async function (this: EccpWorld, type: string, alias: string, who: string, table: DataTable) {
    const { events } = await this.read(who, 'getState', { params: { roomId: this.room(alias).id } });
    const keys = eventsOf(events).flatMap(({ event }) => (event.type === type ? [event.state_key ?? ''] : []));
    expectEqual(keys.join(' '), table.raw().flat().map(expand).join(' '), 'the state keys');
  },
);

// Then the key ids in the log of the room are the hashes of the keys, as Alice reads it
Then(
  'the key ids in the log of {room} are the hashes of the keys, as {actor} reads it',
  async function (this: EccpWorld, alias: string, who: string) {
    const log = await readLog(this, who, alias);
    const documents = documentsOf(log[0]?.content?.node_keys);
    const keys = documents.flatMap(({ document }) => document.keys);
    expectThat(keys.length > 0, 'keys in the create event', 'none');
    const ids = new Set(
      keys.map((key) => `ed25519:${hashBytes('eccp.key.v1', new Uint8Array(Buffer.from(key, 'base64url')))}`),
    );
    const used = [
      ...log.flatMap(({ event, entry }) => [event.origin_key, entry.host_key]),
      // Keys that are in no document of the log may have signed a later one.
      ...documents.flatMap(({ document, signatures }) => (document.version === 1 ? Object.keys(signatures) : [])),
    ];
    const unknown = [...new Set(used.filter((id) => !ids.has(id)))];
    expectThat(unknown.length === 0, `key ids among ${[...ids].join(', ')}`, unknown.join(', '));
  },
);

// Then the key documents in the create event of the room form a chain, as Alice reads it
Then(
  'the key documents in the create event of {room} form a chain, as {actor} reads it',
  async function (this: EccpWorld, alias: string, who: string) {
    const [create] = await readLog(this, who, alias);
    const documents = documentsOf(create?.content?.node_keys);
    expectThat(documents.length > 0, 'key documents in the create event', 'none');
    const problems = carriedProblems(documents, this.run.facts.node);
    expectThat(problems.length === 0, 'a chain by section 3.10', problems.join('; '));
  },
);

async function tryEverywhere(world: EccpWorld, who: string, kind: string, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  const list = trials.get(world) ?? [];
  trials.set(world, list);
  for (const place of placesOf(kind)) {
    const room = world.rooms.get('room')?.id ?? '';
    const inPath = place.at.startsWith('/') ? {} : { [place.at]: id };
    const params = { roomId: room, eventType: 'org.example.state', stateKey: 'key', ...place.params, ...inPath };
    const body = place.body?.(id);
    const answer = await world.peek(who, place.operation, {
      params,
      bad: true,
      ...(body === undefined ? {} : { body: place.operation === 'putAlias' ? { room_id: room } : body }),
    });
    list.push({ id, place, answer });
  }
}

function tried(world: EccpWorld): Trial[] {
  const list = trials.get(world) ?? [];
  if (list.length === 0) throw new HarnessError('no step has tried ids');
  return list;
}

/**
 * The id that a cell means; `undefined` where the node's name has no letters that could be capitals, or would be none with more in
 * front, as an address is.
 */
async function idOf(world: EccpWorld, cell: string): Promise<string | undefined> {
  const { node } = world.run.facts;
  if (cell.includes('{{NODE}}') && node.toUpperCase() === node) return undefined;
  if (/:x\.?\{\{node\}\}/.test(cell) && !/(?:^|\.)[a-z][a-z0-9-]*(?::\d+)?$/.test(node)) return undefined;
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(node) ?? [];
  const text = cell
    .replace('{{NODE}}', node.toUpperCase())
    .replace('{{other port}}', `${name}:${port === '8448' ? '8449' : '8448'}`)
    .replace(/\{\{spare room(?: (\d))?\}\}/, (_, step: string | undefined) => spare(world.room('room').id, step))
    .replace(/\{\{spare event (.+?)(?: (\d))?\}\}/, (_, name_: string, step: string | undefined) =>
      spare(world.event(name_), step),
    );
  return expand(await fill(world, text));
}

/** The id with other spare bits at the end of its hash: a decoder that does not look takes it for the same hash. */
function spare(id: string, step = '1'): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(id.charAt(43));
  return `${id.slice(0, 43)}${alphabet.charAt(last + Number(step))}${id.slice(44)}`;
}

function spelled(text: string, how: string): string {
  const spelling = SPELLINGS[how];
  if (!spelling) throw new HarnessError(`no spelling "${how}"; there are ${Object.keys(SPELLINGS).join(', ')}`);
  return spelling(text);
}

function escaped(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function documentsOf(value: unknown): SignedKeyDocument[] {
  return Array.isArray(value) ? (value as SignedKeyDocument[]) : [];
}
