import { gzipSync } from 'node:zlib';
import { type DataTable, defineParameterType, Then, When } from '@cucumber/cucumber';
import type { Answer, RawRequest } from '../answer.ts';
import { ConformanceFailure, expectThat, HarnessError } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { type Json, lookUp, show } from '../wire/json.ts';
import { eventsOf } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';

/** One body sent to one operation. */
interface Trial {
  /** How a message names the body. */
  text: string;
  operation: string;
  who: string;
  /** The type of account data that it was sent for. */
  type: string;
  bytes: Uint8Array;
  answer: Answer;
}

interface Trials {
  list: Trial[];
  /** The head of the room before them. */
  head: Json | undefined;
}

const trials = new WeakMap<EccpWorld, Trials>();
const JSON_TYPE = 'application/json';
const STATE_TYPE = 'org.example.state';
/** The operations that keep their body as account data, and those that read it. */
const ACCOUNT_DATA: Record<string, string> = {
  putAccountData: 'getAccountData',
  putRoomAccountData: 'getRoomAccountData',
};
/** The type of the events that carry content of any form. */
export const EVENT_TYPE = 'org.example.data';

/** `createRoom`, `createRoom and sendEvent`, `createRoom, sendEvent and putAccountData`. */
defineParameterType({
  name: 'operations',
  regexp: /(?:[a-z]+(?:[A-Z][a-z]+)+, )*(?:[a-z]+(?:[A-Z][a-z]+)+ and )?[a-z]+(?:[A-Z][a-z]+)+/,
  transformer: (text: string) => text.split(/, | and /),
});

// When Alice sends each of these bodies to createRoom, sendEvent and putAccountData:   (table of one column)
//   «3 ab» stands for ababab, «U+2028» for that character
When(
  '{actor} sends each of these bodies to {operations}:',
  async function (this: EccpWorld, who: string, operations: string[], table: DataTable) {
    const texts = table.raw().map(([text = '']) => text);
    await tryAll(
      this,
      who,
      operations,
      texts.map((text) => ({ text, bytes: Buffer.from(expand(text)) })),
    );
  },
);
// … each of these bytes …   (table of one column: hexadecimal, spaces between groups)
When(
  '{actor} sends each of these bytes to {operations}:',
  async function (this: EccpWorld, who: string, operations: string[], table: DataTable) {
    const texts = table.raw().map(([text = '']) => text);
    const bodies = texts.map((text) => ({ text, bytes: Buffer.from(text.replaceAll(' ', ''), 'hex') }));
    await tryAll(this, who, operations, bodies);
  },
);
// … an empty body …
When(
  '{actor} sends an empty body to {operations}',
  async function (this: EccpWorld, who: string, operations: string[]) {
    await tryAll(this, who, operations, [{ text: '(empty)', bytes: Buffer.alloc(0) }]);
  },
);
// When Alice sends this body to createRoom and sendEvent:   (doc string, every white space as it stands)
When(
  '{actor} sends this body to {operations}:',
  async function (this: EccpWorld, who: string, operations: string[], text: string) {
    await tryAll(this, who, operations, [{ text, bytes: Buffer.from(expand(text)) }]);
  },
);
// When Alice sends a body of 1048576 bytes to createRoom and sendEvent · … without announcing its length …
When(
  '{actor} sends a body of {int} bytes to {operations}',
  async function (this: EccpWorld, who: string, size: number, operations: string[]) {
    await tryAll(this, who, operations, padded(size));
  },
);
When(
  '{actor} sends a body of {int} bytes, without announcing its length, to {operations}',
  async function (this: EccpWorld, who: string, size: number, operations: string[]) {
    await tryAll(this, who, operations, padded(size), { chunked: true });
  },
);
// When Alice sends the media types to createRoom and sendEvent:   (table of one column)
When(
  '{actor} sends a body of each of these media types to {operations}:',
  async function (this: EccpWorld, who: string, operations: string[], table: DataTable) {
    for (const [type = ''] of table.raw()) {
      const bodies = [{ text: type, bytes: Buffer.from('{"a":"é"}') }];
      await tryAll(this, who, operations, bodies, { headers: { 'content-type': type } });
    }
  },
);
// When Alice sends a body in each of these content encodings to createRoom:   (table of one column; gzip is really used)
When(
  '{actor} sends a body in each of these content encodings to {operations}:',
  async function (this: EccpWorld, who: string, operations: string[], table: DataTable) {
    for (const [encoding = ''] of table.raw()) {
      const plain = Buffer.from('{"a":1}');
      const bytes = encoding.includes('gzip') ? gzipSync(plain) : plain;
      const headers = { 'content-encoding': encoding };
      await tryAll(this, who, operations, [{ text: encoding, bytes }], { headers });
    }
  },
);
// When Alice sends the body "{…}" to every operation that takes one   (those of optional capabilities where they are declared)
When(
  '{actor} sends the body {string} to every operation that takes one',
  async function (this: EccpWorld, who: string, text: string) {
    const optional = this.run.facts.capabilities.has('aliases') ? ['putAlias'] : [];
    await tryAll(this, who, [...TAKING_BODIES, ...optional], [{ text, bytes: Buffer.from(text) }]);
  },
);
const TAKING_BODIES = [
  ...['register', 'login', 'changePassword', 'deactivateAccount', 'renameDevice', 'putAccountData'],
  ...['putRoomAccountData', 'createRoom', 'joinRoom', 'knockRoom', 'leaveRoom', 'inviteMember', 'kickMember'],
  ...['banMember', 'unbanMember', 'putState', 'putKeyedState', 'sendEvent', 'sendEventWithTxn', 'redactEvent'],
  ...['putReceipt', 'putTyping'],
];

// Then each is refused with ECCP_BAD_JSON   (and neither the room nor the account data has anything of it)
Then('each is refused with {errcodes}', async function (this: EccpWorld, allowed: string[]) {
  const { list, head } = tried(this);
  const faults = list
    .filter(({ answer }) => !allowed.includes(String(answer.body.errcode)))
    .map(({ text, operation, answer }) => `${cut(text)} to ${operation}: ${answer.status} ${cut(answer.text)}`);
  expectThat(
    faults.length === 0,
    `every one of ${list.length} bodies refused with ${allowed.join(' or ')}`,
    some(faults),
  );
  const owner = list[0]?.who ?? '';
  if (this.rooms.has('room'))
    expectThat(show(await headOf(this, owner)) === show(head), 'the room as it was', 'new entries in its log');
  for (const trial of list.filter(({ operation }) => operation in ACCOUNT_DATA)) {
    const kept = await readAccountData(this, trial);
    expectThat(kept.status === 404, 'no account data of it', `${kept.status} ${cut(kept.text)}`);
  }
});

// Then each is accepted · Then each is accepted and comes back as it was written
//   (of the event in getEvent and listMessages; of account data; a room's body does not come back)
Then('each is accepted', function (this: EccpWorld) {
  accepted(this);
});
Then('each is accepted and comes back as it was written', async function (this: EccpWorld) {
  accepted(this);
  let compared = 0;
  for (const trial of tried(this).list) {
    const written = canonical(JSON.parse(Buffer.from(trial.bytes).toString()) as Json);
    for (const [place, value] of await readBack(this, trial)) {
      const back = value === undefined ? 'nothing' : canonicalOr(value);
      expectThat(back === written, `${cut(trial.text)} as it was written, in ${place}`, cut(back));
      compared++;
    }
  }
  if (compared === 0) throw new HarnessError('none of these operations gives back what it was sent');
});

async function tryAll(
  world: EccpWorld,
  who: string,
  operations: string[],
  bodies: { text: string; bytes: Uint8Array }[],
  options: Partial<RawRequest> = {},
): Promise<void> {
  const known = trials.get(world) ?? { list: [], head: await headOf(world, who) };
  trials.set(world, known);
  for (const { text, bytes } of bodies) {
    for (const id of operations) {
      const operation = world.run.api.operation(id);
      const type = `org.example.${world.unique()}`;
      const path = await pathOf(world, who, operation.template, type);
      const headers = { 'content-type': JSON_TYPE, ...options.headers };
      const request = { who, method: operation.method, path, operation, body: bytes, ...options, headers };
      known.list.push({ text, operation: id, who, type, bytes, answer: await world.send(request) });
    }
  }
}

/** The path of an operation, about the default room and the asking device where it names any. */
async function pathOf(world: EccpWorld, who: string, template: string, type: string): Promise<string> {
  const values: Record<string, string> = {
    roomId: template.includes('{roomId}') ? world.room('room').id : '',
    eventId: [...world.events.values()].at(-1) ?? '',
    eventType: template.includes('/state/') ? STATE_TYPE : EVENT_TYPE,
    stateKey: 'key',
    txnId: world.unique(),
    type,
    deviceId: (await world.actor(who)).deviceId,
    alias: `#${world.unique()}:${world.run.facts.node}`,
  };
  return template.replace(/\{([^}]+)\}/g, (_, parameter: string) => {
    const value = values[parameter];
    if (!value) throw new HarnessError(`no value for ${parameter}: make a room, and an event in it, first`);
    return encodeURIComponent(value);
  });
}

function tried(world: EccpWorld): Trials {
  const known = trials.get(world);
  if (!known || known.list.length === 0) throw new HarnessError('no step has sent bodies');
  return known;
}

function accepted(world: EccpWorld): void {
  const { list } = tried(world);
  const faults = list
    .filter(({ answer }) => !answer.ok)
    .map(({ text, operation, answer }) => `${cut(text)} to ${operation}: ${answer.status} ${cut(answer.text)}`);
  expectThat(faults.length === 0, `every one of ${list.length} bodies accepted`, some(faults));
}

async function readBack(world: EccpWorld, trial: Trial): Promise<[string, Json | undefined][]> {
  const { operation, answer, who } = trial;
  if (operation in ACCOUNT_DATA) {
    return [['the account data', world.succeeded(await readAccountData(world, trial)).json]];
  }
  if (operation !== 'sendEvent') return [];
  const params = { roomId: world.room('room').id, eventId: String(answer.body.event_id) };
  const from = Number(answer.body.seq) + 1;
  const page = await world.read(who, 'listMessages', { params: { roomId: params.roomId }, query: { from, limit: 1 } });
  return [
    ['getEvent', (await world.read(who, 'getEvent', { params })).content],
    ['listMessages', eventsOf(page.events)[0]?.content],
  ];
}

async function readAccountData(world: EccpWorld, { operation, who, type }: Trial): Promise<Answer> {
  const roomId = world.room('room').id;
  return await world.peek(who, ACCOUNT_DATA[operation] ?? '', { params: { roomId, type } });
}

async function headOf(world: EccpWorld, who: string): Promise<Json | undefined> {
  const room = world.rooms.get('room');
  return room && lookUp(await world.read(who, 'getRoom', { params: { roomId: room.id } }), 'head');
}

/** Objects of exactly `size` bytes: one filled up with white space inside, one with white space after it. */
function padded(size: number): { text: string; bytes: Uint8Array }[] {
  const texts = [`{"a":1${' '.repeat(size - 7)}}`, `{"a":1}${'\n'.repeat(size - 7)}`];
  return texts.map((text) => ({ text: `${size} bytes`, bytes: Buffer.from(text) }));
}

/** `«3 ab»` as ababab, `«U+2028»` as that character. */
export function expand(text: string): string {
  return text
    .replace(/«U\+([0-9A-F]+)»/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/«(\d+) ([^»]+)»/g, (_, count: string, part: string) => part.repeat(Number(count)));
}

function canonicalOr(value: Json): string {
  try {
    return canonical(value);
  } catch (error) {
    throw new ConformanceFailure('a value with a canonical form', error instanceof Error ? error.message : show(value));
  }
}

/** A text as it fits into a message. */
export function cut(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}… (${text.length} characters)` : text;
}

function some(faults: string[]): string {
  return [...faults.slice(0, 5), ...(faults.length > 5 ? [`${faults.length - 5} more`] : [])].join('; ');
}
