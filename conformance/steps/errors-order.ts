// Requests with several faults at once, bodies where none belongs, empty segments, and HEAD.
import { Then, When } from '@cucumber/cucumber';
import { type Answer, name } from '../answer.ts';
import type { Operation } from '../openapi.ts';
import { ConformanceFailure, expectThat, HarnessError } from '../outcome.ts';
import { isObject, type Json, show } from '../wire/json.ts';
import { type EccpWorld, STRANGER } from '../world.ts';
import {
  BAD_PARAMS,
  faultyBodies,
  goodParams,
  parametersOf,
  pathOf,
  pathsOf,
  servedOperations,
  visit,
  visited,
  wellFormed,
} from './errors-walk.ts';

/** Bodies with one fault each, beginning with the one that a node has to name first. */
const FAULTY_BODIES: Record<string, Uint8Array> = {
  size: Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(1_048_577, 0xff)]),
  encoding: Buffer.from('7b2261223a22ff227d', 'hex'),
  JSON: Buffer.from('{"a":1,"a":1}'),
};
const FAULTS = ['media type', 'parameters', 'members', ...Object.keys(FAULTY_BODIES)];

// When Alice sends every operation that takes a body a request with the faults "size, encoding, parameters"
//   (media type, size, encoding, JSON, parameters, members; operations that have none of a kind are left out)
When(
  '{actor} sends every operation that takes a body a request with the faults {string}',
  async function (this: EccpWorld, who: string, text: string) {
    const faults = text.split(', ');
    const unknown = faults.find((fault) => !FAULTS.includes(fault));
    if (unknown !== undefined) throw new HarnessError(`no fault "${unknown}"; there are ${FAULTS.join(', ')}`);
    for (const operation of servedOperations(this).filter(({ hasBody }) => hasBody)) {
      const parameters = parametersOf(operation.template);
      const [faulty] = faultyBodies(this.run.api, operation, false);
      if (faults.includes('parameters') && parameters.length === 0) continue;
      if (faults.includes('members') && !faulty) continue;
      const params = faults.includes('parameters') ? BAD_PARAMS : await goodParams(this);
      const bytes = Object.entries(FAULTY_BODIES).find(([fault]) => faults.includes(fault))?.[1];
      const example = faults.includes('members') ? faulty?.body : operation.example;
      const body = bytes ?? Buffer.from(JSON.stringify(example ?? {}));
      const type = faults.includes('media type') ? 'text/plain' : 'application/json';
      const path = pathOf(operation.template, params);
      const sent = { who, method: operation.method, path, headers: { 'content-type': type }, body };
      await visit(this, operation, sent, parameters[0]);
    }
  },
);

// Then each of them names in "path" a parameter of the path, and no member of the body
Then('each of them names in "path" a parameter of its path, and no member of the body', function (this: EccpWorld) {
  const visits = visited(this);
  expectThat(visits.length > 0, 'operations that have both', 'none');
  for (const { answer, template } of visits) {
    const named = parametersOf(template).includes(String(answer.body.path));
    expectThat(named, `${name(answer)} to name a parameter of ${template}`, show(answer.json));
  }
});

// When every path is requested with one of its parameters left out, one at a time   (with Alice's token, and without; all methods)
When(
  'every path is requested with one of its parameters left empty, with the token of {actor} and without',
  async function (this: EccpWorld, who: string) {
    for (const [template, methods] of pathsOf(this)) {
      for (const parameter of parametersOf(template)) {
        const path = pathOf(template.replace(`{${parameter}}`, ''), await goodParams(this));
        for (const method of [...methods, 'PATCH']) {
          for (const sender of [who, STRANGER]) {
            const headers = { 'content-type': 'application/json' };
            const body = method === 'PUT' || method === 'POST' ? { headers, body: Buffer.from('{}') } : {};
            visited(this).push({ answer: await this.send({ who: sender, method, path, ...body }), template });
          }
        }
      }
    }
  },
);

const BODIES: readonly { type: string; encoding?: string; body: string }[] = [
  { type: 'application/json', body: '{"limit":1,"reason":"x","room_id":7}' },
  { type: 'application/json', body: '{"a":' },
  { type: 'application/json', body: '[]' },
  { type: 'application/json', encoding: 'gzip', body: '{}' },
  { type: 'text/plain', body: 'some text' },
  { type: '', body: '{"a":1,"a":1}' },
];
const pairs = new WeakMap<EccpWorld, { alone: Answer; other: Answer }[]>();

// When Alice calls every operation that takes no body with one of each kind, and without   (but logout)
When(
  '{actor} calls every operation that takes no body with bodies of several kinds, and without',
  async function (this: EccpWorld, who: string) {
    const compared: { alone: Answer; other: Answer }[] = [];
    const bodiless = servedOperations(this).filter((one) => !one.hasBody && !one.takesBytes && one.id !== 'logout');
    for (const operation of bodiless) {
      const alone = await this.send(await wellFormed(this, who, operation, {}));
      for (const { type, encoding, body } of BODIES) {
        const headers = {
          ...(type === '' ? {} : { 'content-type': type }),
          ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        };
        const sent = await wellFormed(this, who, operation, headers);
        compared.push({ alone, other: await this.send({ ...sent, body: Buffer.from(body) }) });
      }
    }
    pairs.set(this, compared);
  },
);

// Then the bodies make no difference   (to status, code and content; times and tokens of sync aside)
Then('the bodies make no difference', function (this: EccpWorld) {
  for (const { alone, other } of pairsOf(this)) {
    const [before, now] = [alone, other].map(({ status, json }) => `${status} ${JSON.stringify(steady(json))}`);
    expectThat(before === now, `${name(other)} with a body to answer as without: ${before}`, now ?? '');
  }
});

// When Alice asks every path that serves GET for its headers alone   (GET, HEAD, and a method that the path does not have)
When('{actor} asks every path that serves GET for its headers alone', async function (this: EccpWorld, who: string) {
  const gets: Operation[] = servedOperations(this).filter(({ method }) => method === 'GET');
  const compared: { alone: Answer; other: Answer }[] = [];
  for (const operation of gets) {
    const get = await wellFormed(this, who, operation, {});
    const alone = await this.send(get);
    compared.push({
      alone,
      other: await this.send({ who, method: 'HEAD', path: get.path, headers: { ...get.headers } }),
    });
    visited(this).push({
      answer: await this.send({ who, method: 'PATCH', path: get.path }),
      template: operation.template,
    });
  }
  pairs.set(this, compared);
});

/** Headers that differ from answer to answer, or that an answer without a body may leave out. */
const OWN_HEADERS = ['x-request-id', 'date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'etag'];

// Then each of them answers with the status and the headers of GET and no body, or refuses the method
Then(
  'each of them answers with the status and the headers of GET and no body, or refuses the method',
  function (this: EccpWorld) {
    for (const { alone, other } of pairsOf(this)) {
      expectThat(other.text === '', `an answer to ${name(other)} without a body`, other.text);
      if (other.status === this.run.catalogue.get('ECCP_METHOD_NOT_ALLOWED')) continue;
      const headers = new Set([...Object.keys(alone.headers), ...Object.keys(other.headers)]);
      const odd = [...headers].filter((h) => !OWN_HEADERS.includes(h) && alone.headers[h] !== other.headers[h]);
      if (other.status === alone.status && odd.length === 0) continue;
      const line = (answer: Answer) =>
        [answer.status, ...odd.map((h) => `${h}: ${answer.headers[h] ?? 'absent'}`)].join(' ');
      throw new ConformanceFailure(`${name(other)} to answer like GET: ${line(alone)}`, line(other));
    }
  },
);

// Then "Allow" of a path names HEAD exactly where HEAD is answered
Then('{string} of a path names HEAD exactly where HEAD is answered', function (this: EccpWorld, header: string) {
  const refusal = this.run.catalogue.get('ECCP_METHOD_NOT_ALLOWED');
  const heads = pairsOf(this).map(({ other }) => other);
  for (const [index, { answer }] of visited(this).entries()) {
    const listed = (answer.headers[header.toLowerCase()] ?? '').split(',').map((method) => method.trim());
    const served = heads[index]?.status !== refusal;
    expectThat(
      answer.status === refusal && listed.includes('HEAD') === served,
      `${name(answer)} to be refused with HEAD ${served ? 'among' : 'not among'} the methods in ${header}`,
      `${answer.status} ${listed.join(', ')}`,
    );
  }
});

/** What the members of a SequencedEvent are. */
const MEMBERS = [
  'event_id',
  'event',
  'content',
  'nonce',
  'signature',
  'entry',
  'entry_signature',
  'redacted_by',
  'txn_id',
];

// Then the answer's "path", where it has one, leads to "/content/body" of an event · … to "/event/type or /event/state_key" …
//   (a JSON pointer into the event as it would be served, to the place or to what it is in)
Then(
  "the answer's {string}, where it has one, leads to {string} of an event",
  function (this: EccpWorld, member: string, places: string) {
    const pointer = this.answer.body[member];
    if (pointer === undefined) return;
    const tokens = String(pointer).split('/').slice(1);
    const wellFormed = typeof pointer === 'string' && /^(?:\/(?:[^~/]|~[01])*)+$/.test(pointer);
    const inEvent = MEMBERS.includes(tokens[0] ?? '');
    const leads = places.split(' or ').some((place) => place === pointer || place.startsWith(`${pointer}/`));
    expectThat(wellFormed && inEvent && leads, `${member} to be ${places}, or what it is in`, show(pointer));
  },
);

function pairsOf(world: EccpWorld): { alone: Answer; other: Answer }[] {
  const list = pairs.get(world) ?? [];
  if (list.length === 0) throw new HarnessError('no step has called operations in two ways');
  return list;
}

/** An answer without what changes by itself from one to the next. */
function steady(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(steady);
  if (!isObject(value)) return value ?? null;
  const kept = Object.entries(value).filter(([key]) => !['exported_ts', 'last_seen_ts', 'next_batch'].includes(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, steady(item)]));
}
