// Requests to every operation at once, and the memory of all that a node holds.
import { Given, Then, When } from '@cucumber/cucumber';
import type { Operation } from '../openapi.ts';
import { expectThat, HarnessError } from '../outcome.ts';
import { isObject, type Json } from '../wire/json.ts';
import { type EccpWorld, STRANGER } from '../world.ts';
import { nastyRequests } from './errors-nasty.ts';
import {
  authorization,
  BAD_PARAMS,
  faultyBodies,
  goodParams,
  illFormed,
  parametersOf,
  pathOf,
  pathsOf,
  servedOperations,
  visit,
  visited,
  wellFormed,
} from './errors-walk.ts';

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];

// When every operation that needs a token is called with the authorization "Basic abc"   (twice: well-formed, and with everything else wrong)
When(
  'every operation that needs a token is called with the authorization {string}',
  async function (this: EccpWorld, header: string) {
    const headers = await authorization(this, header);
    for (const operation of servedOperations(this).filter(({ scopes }) => scopes)) {
      await visit(this, operation, await wellFormed(this, STRANGER, operation, headers));
      await visit(this, operation, illFormed(STRANGER, operation, headers));
    }
  },
);

// When Alice on "reader" calls every operation that needs the scope "write"   (as above: well-formed, then wrong)
When(
  '{actor} calls every operation that needs the scope {string}',
  async function (this: EccpWorld, who: string, scope: string) {
    const headers = { authorization: `Bearer ${(await this.actor(who)).token}` };
    for (const operation of withScope(this, scope)) {
      await visit(this, operation, await wellFormed(this, who, operation, headers));
      await visit(this, operation, illFormed(STRANGER, operation, headers));
    }
  },
);

// When Alice on "reader" calls every operation that needs only the scope "read"   (well-formed; nothing there to work on, mostly)
When(
  '{actor} makes use of every operation that needs the scope {string}',
  async function (this: EccpWorld, who: string, scope: string) {
    for (const operation of withScope(this, scope))
      await visit(this, operation, await wellFormed(this, who, operation, {}));
  },
);

// When every path is requested with the methods that it does not serve   (well-formed and not, without a token)
When('every path is requested with the methods that it does not serve', async function (this: EccpWorld) {
  for (const [template, methods] of pathsOf(this)) {
    for (const method of [...METHODS, ...(methods.includes('GET') ? [] : ['HEAD'])]) {
      if (methods.includes(method)) continue;
      for (const params of [await goodParams(this), BAD_PARAMS]) {
        const answer = await this.send({ who: STRANGER, method, path: pathOf(template, params) });
        visited(this).push({ answer, template });
      }
    }
  }
});

// When a browser asks ahead for every path   (a preflight request for each method)
When('a browser asks ahead for every path', async function (this: EccpWorld) {
  for (const [template, methods] of pathsOf(this)) {
    for (const method of methods) {
      const headers = {
        origin: 'https://client.example',
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization, content-type, idempotency-key',
      };
      const path = pathOf(template, await goodParams(this));
      visited(this).push({ answer: await this.send({ who: STRANGER, method: 'OPTIONS', path, headers }), template });
    }
  }
});

// When Alice sends every operation that takes a body one as "text/plain"   (an empty string: no Content-Type; the path is wrong as well)
When(
  '{actor} sends every operation that takes a body one as {string}',
  async function (this: EccpWorld, who: string, type: string) {
    for (const operation of servedOperations(this).filter(({ hasBody }) => hasBody)) {
      const headers = type === '' ? {} : { 'content-type': type };
      for (const body of ['{"', JSON.stringify(operation.example ?? {})])
        await visit(this, operation, {
          who,
          method: operation.method,
          path: pathOf(operation.template, BAD_PARAMS),
          headers,
          body: Buffer.from(body),
        });
    }
  },
);

// When Alice gives every operation a malformed value for each parameter of its path, one at a time
When(
  '{actor} gives every operation a malformed value for each parameter of its path, one at a time',
  async function (this: EccpWorld, who: string) {
    for (const operation of servedOperations(this)) {
      for (const parameter of parametersOf(operation.template)) {
        const params = { ...(await goodParams(this)), [parameter]: BAD_PARAMS[parameter] ?? '' };
        await visit(this, operation, await wellFormed(this, who, operation, {}, params), parameter);
      }
    }
  },
);

// When Alice writes "%zz" for each parameter of the path of every operation, one at a time   (as it stands)
When(
  '{actor} writes {string} for each parameter of the path of every operation, one at a time',
  async function (this: EccpWorld, who: string, raw: string) {
    for (const operation of servedOperations(this)) {
      for (const parameter of parametersOf(operation.template)) {
        const good = await goodParams(this);
        const template = operation.template.replace(`{${parameter}}`, raw);
        const whole = await wellFormed(this, who, operation, {});
        await visit(this, operation, { ...whole, path: pathOf(template, good) });
      }
    }
  },
);

// When Alice gives every operation a body in which one member has the wrong type, member by member
// When Alice gives every operation a body in which one member is missing, member by member
When(
  /^(Alice|Bob) gives every operation a body in which one member (has the wrong type|is missing), member by member$/,
  async function (this: EccpWorld, who: string, how: string) {
    for (const operation of servedOperations(this)) {
      for (const { member, body } of faultyBodies(this.run.api, operation, how === 'is missing')) {
        const whole = await wellFormed(this, who, operation, {});
        await visit(this, operation, { ...whole, body: Buffer.from(JSON.stringify(body)) }, `/${member}`);
      }
    }
  },
);

// When Alice calls every operation   (well-formed, then wrong, and without a token; then paths and methods that do not exist)
When('{actor} calls every operation', async function (this: EccpWorld, who: string) {
  for (const operation of servedOperations(this)) {
    if (operation.id !== 'logout') await visit(this, operation, await wellFormed(this, who, operation, {}));
    await visit(this, operation, illFormed(who, operation, {}));
    await visit(this, operation, illFormed(STRANGER, operation, {}));
  }
  const unknown = `/_eccp/client/v1/${this.unique()}`;
  for (const method of METHODS)
    visited(this).push({ answer: await this.send({ who, method, path: unknown }), template: unknown });
  const [path = ''] = pathsOf(this).keys();
  visited(this).push({ answer: await this.send({ who, method: 'PATCH', path }), template: path });
});

// When Alice sends every operation whatever might upset it
When('{actor} sends every operation whatever might upset it', async function (this: EccpWorld, who: string) {
  for (const operation of servedOperations(this)) {
    for (const nasty of nastyRequests(operation, await goodParams(this), who)) await visit(this, operation, nasty);
  }
});

// When misspellings of Alice's token are tried one by one
When("misspellings of {actor}'s token are tried one by one", async function (this: EccpWorld, who: string) {
  const { token } = await this.actor(who);
  const operation = this.run.api.operation('getAccount');
  const [middle, last] = [Math.floor(token.length / 2), token.length - 1];
  const misspelt = [
    ...[0, middle, last].map((at) => `${token.slice(0, at)}${token[at] === 'x' ? 'y' : 'x'}${token.slice(at + 1)}`),
    token.slice(0, -1),
    token.slice(1),
    token.toUpperCase(),
    token.toLowerCase(),
    `${token}${token}`,
  ];
  for (const other of misspelt.filter((text) => text !== token)) {
    this.run.redactor.add(other);
    const headers = { authorization: `Bearer ${other}` };
    await visit(this, operation, await wellFormed(this, STRANGER, operation, headers));
  }
});

// When Alice sends an object with 1048575 spaces after it to createRoom
When(
  '{actor} sends an object with {int} spaces after it to {operation}',
  async function (this: EccpWorld, who: string, spaces: number, id: string) {
    const sent = await wellFormed(this, who, this.run.api.operation(id), {});
    this.judge(await this.send({ ...sent, body: Buffer.from(`{}${' '.repeat(spaces)}`) }));
  },
);

// Given Alice remembers all that the node holds of her and the room
Given('{actor} remembers all that the node holds of her and the room', async function (this: EccpWorld, who: string) {
  this.saved.set('memory', await memory(this, who));
});

// Then all that the node holds of Alice and the room is as she remembers it
Then(
  'all that the node holds of {actor} and the room is as she remembers it',
  async function (this: EccpWorld, who: string) {
    const [before, now] = [this.saved.get('memory'), await memory(this, who)];
    if (before === undefined) throw new HarnessError(`${who} remembers nothing`);
    const [was, is] = [before, now].map((value) => JSON.stringify(value));
    const at = [...(was ?? '')].findIndex((character, index) => character !== is?.[index]);
    expectThat(was === is, `nothing to change: ${was?.slice(at - 40, at + 200)}`, is?.slice(at - 40, at + 200) ?? '');
  },
);

/** Everything that a member can see, without the two times that move on by themselves. */
async function memory(world: EccpWorld, who: string): Promise<Json> {
  const params = { roomId: world.room('room').id };
  const { exported_ts: _, ...exported } = await world.read(who, 'exportAccount');
  const devices = Array.isArray(exported.devices) ? exported.devices.filter(isObject) : [];
  const kept: Json = devices.map(({ last_seen_ts: _, ...device }) => device);
  return [
    { ...exported, devices: kept },
    await world.read(who, 'getRoom', { params }),
    await world.read(who, 'getState', { params }),
    await world.read(who, 'listMembers', { params }),
    await world.read(who, 'listMessages', { params, query: { limit: 100 } }),
    await world.read(who, 'getAccount'),
  ];
}

function withScope(world: EccpWorld, scope: string): Operation[] {
  const found = servedOperations(world).filter(({ scopes }) => scopes?.includes(scope));
  if (found.length === 0) throw new HarnessError(`no operation needs the scope ${scope}`);
  return found;
}
