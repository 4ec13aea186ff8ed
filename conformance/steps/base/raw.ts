import { type DataTable, When } from '@cucumber/cucumber';
import { fill, fillJson } from '../../fill.ts';
import { HarnessError } from '../../outcome.ts';
import type { Json } from '../../wire/json.ts';
import { type CallOptions, type EccpWorld, STRANGER } from '../../world.ts';

const JSON_TYPE = 'application/json';

// When Alice calls getRoom · When Alice calls getEvent with:   (table)
//   | roomId        | {{room}}        |   a path parameter; roomId is the default room's unless given
//   | ?limit        | 3               |   a query parameter
//   | X-Header:     | value           |   a header
//   | body          | {"a": 1}        |   JSON, checked against the schema
//   | bad body      | {"a": 1}        |   JSON that breaks its schema on purpose
When('{actor} calls {operation}', async function (this: EccpWorld, who: string, operation: string) {
  await this.call(who, operation, { params: defaults(this) });
});
When(
  '{actor} calls {operation} with:',
  async function (this: EccpWorld, who: string, operation: string, table: DataTable) {
    await this.call(who, operation, await optionsOf(this, table));
  },
);

// When Alice calls createRoom with the body:   (doc string: JSON, checked) · … with the bad body:   (breaks its schema)
When(
  '{actor} calls {operation} with the body:',
  async function (this: EccpWorld, who: string, operation: string, text: string) {
    await this.call(who, operation, { params: defaults(this), body: await fillJson(this, text) });
  },
);
When(
  '{actor} calls {operation} with the bad body:',
  async function (this: EccpWorld, who: string, operation: string, text: string) {
    await this.call(who, operation, { params: defaults(this), body: await fillJson(this, text), bad: true });
  },
);

// When someone with the token "abc" calls getAccount
When(
  'someone with the token {string} calls {operation}',
  async function (this: EccpWorld, token: string, operation: string) {
    const headers = { authorization: `Bearer ${await fill(this, token)}` };
    await this.call(STRANGER, operation, { params: defaults(this), headers });
  },
);

// When Alice sends the body "{}" to createRoom   (as it stands, application/json) · … sends to createRoom the body:   (doc string)
// When Alice sends the body "{}" as "text/plain" to createRoom
// When Alice sends the bytes "7b227d" to createRoom   (hexadecimal)
When(
  '{actor} sends the body {string} to {operation}',
  async function (this: EccpWorld, who: string, body: string, operation: string) {
    await sendTo(this, who, operation, Buffer.from(await fill(this, body)), JSON_TYPE);
  },
);
When(
  '{actor} sends to {operation} the body:',
  async function (this: EccpWorld, who: string, operation: string, body: string) {
    await sendTo(this, who, operation, Buffer.from(await fill(this, body)), JSON_TYPE);
  },
);
When(
  '{actor} sends the body {string} as {string} to {operation}',
  async function (this: EccpWorld, who: string, body: string, type: string, operation: string) {
    await sendTo(this, who, operation, Buffer.from(await fill(this, body)), type);
  },
);
When(
  '{actor} sends the bytes {string} to {operation}',
  async function (this: EccpWorld, who: string, hex: string, operation: string) {
    await sendTo(this, who, operation, Buffer.from(hex, 'hex'), JSON_TYPE);
  },
);

// When Alice requests GET "/_eccp/client/v1/nothing"   (path and query as they stand)
// When Alice requests POST "/_eccp/client/v1/rooms" with the body "{}" as "application/json"
// When Alice requests GET "/_eccp/client/v1/account" with the headers:   (table)
When('{actor} requests {method} {string}', async function (this: EccpWorld, who: string, method: string, path: string) {
  this.judge(await this.send({ who, method, path: await fill(this, path) }));
});
When(
  '{actor} requests {method} {string} with the body {string} as {string}',
  async function (this: EccpWorld, who: string, method: string, path: string, body: string, type: string) {
    const bytes = Buffer.from(await fill(this, body));
    this.judge(
      await this.send({ who, method, path: await fill(this, path), headers: { 'content-type': type }, body: bytes }),
    );
  },
);
When(
  '{actor} requests {method} {string} with the headers:',
  async function (this: EccpWorld, who: string, method: string, path: string, table: DataTable) {
    const headers: Record<string, string> = {};
    for (const [header = '', value = ''] of table.raw()) headers[header] = await fill(this, value);
    this.judge(await this.send({ who, method, path: await fill(this, path), headers }));
  },
);

/** Sends raw bytes to an operation; roomId is the default room's. */
export async function sendTo(
  world: EccpWorld,
  who: string,
  operationId: string,
  body: Uint8Array,
  type: string,
): Promise<void> {
  const operation = world.run.api.operation(operationId);
  const params = await samples(world, operation.template);
  const path = operation.template.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const headers = type === '' ? {} : { 'content-type': type };
  world.judge(await world.send({ who, method: operation.method, path, headers, body, operation }));
}

function defaults(world: EccpWorld): Record<string, string> {
  const room = world.rooms.get('room');
  return room ? { roomId: room.id } : {};
}

/** Values for a path whose parameters the scenario does not name. */
async function samples(world: EccpWorld, template: string): Promise<Record<string, string>> {
  const eventId = [...world.events.values()].at(-1) ?? '';
  const txnId = world.unique();
  const known: Record<string, string> = {
    ...defaults(world),
    eventId,
    txnId,
    eventType: 'eccp.room.message',
    type: 'org.example.data',
    stateKey: 'key',
  };
  if (template.includes('/state/')) known.eventType = 'org.example.state';
  const missing = [...template.matchAll(/\{([^}]+)\}/g)].find(([, name = '']) => !known[name]);
  if (missing) throw new HarnessError(`no value for ${missing[1]}: use “requests”, or make a room first`);
  return known;
}

async function optionsOf(world: EccpWorld, table: DataTable): Promise<CallOptions> {
  const params = defaults(world);
  const query: Record<string, string> = {};
  const headers: Record<string, string> = {};
  let body: Json | undefined;
  let bad = false;
  for (const [key = '', value = ''] of table.raw()) {
    if (key === 'body' || key === 'bad body') {
      body = await fillJson(world, value);
      bad = key === 'bad body';
    } else if (key.startsWith('?')) query[key.slice(1)] = await fill(world, value);
    else if (key.endsWith(':')) headers[key.slice(0, -1)] = await fill(world, value);
    else params[key] = await fill(world, value);
  }
  return { params, query, headers, bad, ...(body === undefined ? {} : { body }) };
}
