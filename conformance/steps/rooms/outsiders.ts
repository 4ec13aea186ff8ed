import { randomBytes } from 'node:crypto';
import { Then } from '@cucumber/cucumber';
import { type Answer, name } from '../../answer.ts';
import { ConformanceFailure, expectEqual, HarnessError } from '../../outcome.ts';
import type { EccpWorld } from '../../world.ts';
import { wholeLog } from '../base/log.ts';
import { readLog } from '../base/messages.ts';
import { servedOperations } from '../errors-walk.ts';
import { type Inside, PROBES, type Probe } from './outsider-probes.ts';

/** Operations that describe the room or let one in: those that do not refuse the outsider of a public or invite-only room as the others do. */
const OPEN = ['getRoom', 'joinRoom', 'knockRoom'];

// Then every operation on the room answers Bob as one on a room that does not exist   (Bob is an outsider of it)
Then(
  'every operation on {room} answers {actor} as one on a room that does not exist',
  async function (this: EccpWorld, alias: string, who: string) {
    const room = this.room(alias);
    const before = await readLog(this, room.owner, alias);
    const inside = await insideOf(this, alias, who);
    for (const [operation, probe] of probes(this, inside)) {
      const none = `!${randomBytes(32).toString('base64url')}:${this.run.facts.node}`;
      const here = await ask(this, who, operation, probe, room.id);
      same(here, await ask(this, who, operation, probe, none));
      if (!probe.odd) refusal(here, 404, 'ECCP_NOT_FOUND');
    }
    expectEqual((await readLog(this, room.owner, alias)).length, before.length, 'the length of the log');
  },
);

// Then every operation on the room that neither lets one in nor describes it refuses Bob with ECCP_FORBIDDEN
Then(
  'every operation on {room} that neither lets one in nor describes it refuses {actor} with ECCP_FORBIDDEN',
  async function (this: EccpWorld, alias: string, who: string) {
    const room = this.room(alias);
    const before = await readLog(this, room.owner, alias);
    const inside = await insideOf(this, alias, who);
    for (const [operation, probe] of probes(this, inside).filter(([id, { odd }]) => !odd && !OPEN.includes(id))) {
      refusal(await ask(this, who, operation, probe, room.id), 403, 'ECCP_FORBIDDEN');
    }
    expectEqual((await readLog(this, room.owner, alias)).length, before.length, 'the length of the log');
  },
);

// Then Bob is refused with ECCP_FORBIDDEN whatever needs a joined user in the room
//   reading aside: sending, state, redaction, members, receipts, typing
Then(
  '{actor} is refused with ECCP_FORBIDDEN what only joined users may do in {room}',
  async function (this: EccpWorld, who: string, alias: string) {
    await refusedAll(this, who, alias, [
      'inviteMember',
      'kickMember',
      'banMember',
      'unbanMember',
      'putState',
      'putKeyedState',
      'sendEvent',
      'sendEventWithTxn',
      'redactEvent',
      'putReceipt',
      'putTyping',
    ]);
  },
);

// Then Bob is refused with ECCP_FORBIDDEN the history, members and state of the room
Then(
  '{actor} is refused with ECCP_FORBIDDEN the history, members and state of {room}',
  async function (this: EccpWorld, who: string, alias: string) {
    const reading = ['listMessages', 'getEvent', 'listMembers', 'getState', 'getStateEvent', 'getKeyedState'];
    await refusedAll(this, who, alias, reading);
  },
);

// Then the alias "#x:node" answers Bob as one that points nowhere   (getAlias, deleteAlias, putAlias; filled)
Then(
  'the alias of {room} answers {actor} as one that points nowhere',
  async function (this: EccpWorld, alias: string, who: string) {
    const owner = this.room(alias).owner;
    const real = `#${this.unique()}:${this.run.facts.node}`;
    const none = `#${this.unique()}:${this.run.facts.node}`;
    const nowhere = `!${randomBytes(32).toString('base64url')}:${this.run.facts.node}`;
    await this.must(owner, 'putAlias', { params: { alias: real }, body: { room_id: this.room(alias).id } });
    for (const operation of ['getAlias', 'deleteAlias']) {
      const here = await this.peek(who, operation, { params: { alias: real } });
      same(here, await this.peek(who, operation, { params: { alias: none } }));
      refusal(here, 404, 'ECCP_NOT_FOUND');
    }
    const put = await this.peek(who, 'putAlias', { params: { alias: none }, body: { room_id: this.room(alias).id } });
    same(put, await this.peek(who, 'putAlias', { params: { alias: none }, body: { room_id: nowhere } }));
    refusal(put, 404, 'ECCP_NOT_FOUND');
    const { room_id } = await this.read(owner, 'getAlias', { params: { alias: real } });
    expectEqual(room_id, this.room(alias).id, 'where the alias points');
  },
);

async function refusedAll(world: EccpWorld, who: string, alias: string, operations: string[]): Promise<void> {
  const room = world.room(alias);
  const before = await readLog(world, room.owner, alias);
  const inside = await insideOf(world, alias, who);
  for (const [operation, probe] of probes(world, inside).filter(([id, { odd }]) => !odd && operations.includes(id))) {
    refusal(await ask(world, who, operation, probe, room.id), 403, 'ECCP_FORBIDDEN');
  }
  expectEqual((await readLog(world, room.owner, alias)).length, before.length, 'the length of the log');
}

/** All requests, each with its operation. @throws HarnessError when the documents have an operation on rooms that none is for. */
function probes(world: EccpWorld, inside: Inside): [string, Probe][] {
  const operations = servedOperations(world).filter(({ template }) => template.includes('{roomId}'));
  return operations.flatMap(({ id }) => {
    const make = PROBES[id];
    if (!make) throw new HarnessError(`no request to outsiders' rooms is known for ${id}: add one to PROBES`);
    return make(inside).map((probe): [string, Probe] => [id, probe]);
  });
}

/** What is in a room; its log has to have a message, and its state a name. */
async function insideOf(world: EccpWorld, alias: string, outsider: string): Promise<Inside> {
  const { owner } = world.room(alias);
  const log = await wholeLog(world, owner, alias);
  const newest = (type: string) => log.findLast(({ event }) => event.type === type)?.event_id;
  const [text, title] = [newest('eccp.room.message'), newest('eccp.room.name')];
  if (text === undefined || title === undefined)
    throw new HarnessError('the room needs a name and a message, so that there is something to hide');
  return {
    message: text,
    state: title,
    member: await world.userId(owner),
    outsider: await world.userId(outsider),
    account: await world.userId('Grace'),
    unique: world.unique(),
  };
}

async function ask(
  world: EccpWorld,
  who: string,
  operation: string,
  { odd, params, ...options }: Probe,
  roomId: string,
): Promise<Answer> {
  return await world.peek(who, operation, { ...options, params: { ...params, roomId }, bad: odd === true });
}

function refusal(answer: Answer, status: number, errcode: string): void {
  if (answer.status === status && answer.body.errcode === errcode) return;
  throw new ConformanceFailure(
    `${name(answer)} by ${answer.request.who} to be refused with ${status} ${errcode}`,
    `${answer.status} ${answer.text}`,
  );
}

/** Headers that differ from request to request. */
const OWN_HEADERS = ['x-request-id', 'date', 'connection', 'keep-alive'];

/** Status, headers and bytes are the same. */
function same(here: Answer, none: Answer): void {
  const headers = new Set([...Object.keys(here.headers), ...Object.keys(none.headers)]);
  const odd = [...headers].filter((h) => !OWN_HEADERS.includes(h) && here.headers[h] !== none.headers[h]);
  if (here.status === none.status && here.text === none.text && odd.length === 0) return;
  const show = ({ status, headers, text }: Answer) =>
    [String(status), ...odd.map((header) => `${header}: ${headers[header] ?? 'absent'}`), text].join(' ');
  throw new ConformanceFailure(`the answer to ${name(here)} as for what does not exist: ${show(none)}`, show(here));
}
