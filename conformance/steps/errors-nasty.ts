// Requests that are out to make a node stumble, and what a node that stumbles gives away.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawRequest } from '../answer.ts';
import type { Operation } from '../openapi.ts';
import { packageRoot } from '../package-root.ts';
import { isObject } from '../wire/json.ts';
import { parametersOf, pathOf } from './errors-walk.ts';

/** What no refusal shows: stack traces, files, queries and the names of stores. None of it stands in the requests below. */
export const INTERNALS: readonly RegExp[] = [
  /\bat \S+ \(?\S+:\d+/,
  /[\w-]\.(?:[cm]?[jt]s|py|rb|go|rs|java|kt|cs|php|exs?|cpp|c|erl|scala|swift)\b(?::\d+)?/,
  /(?:^|[\s"'(])\/(?:home|usr|var|etc|tmp|opt|root|srv|app|proc|work|Users|data)\//,
  /[A-Z]:\\/,
  /\bfile:\/\//,
  /node_modules|site-packages|Traceback|goroutine \d|panicked at|Exception\b|\bTypeError\b|\bundefined\b|stack trace/i,
  /\bselect\b.{1,200}\bfrom\b|\binsert into\b|\bupdate\b.{1,80}\bset\b|\bdelete from\b|\bwhere\b.{1,80}=/i,
  /sqlite|postgres|mysql|mongo|constraint failed|no such (?:table|column)|SQLSTATE/i,
];

const PARAMETERS = ["'", '\u0000', '"><b>', '💩', 'a'.repeat(3000), '__proto__', 'constructor', '-1', '%'];

const BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{"a":1}}}',
  `${'['.repeat(5000)}`,
  '{"n":1e999}',
  '{"content":null}',
  '{"content":{"membership":{}},"replaces":{}}',
  '{"username":{"$ne":1},"password":[],"user":{"$gt":""}}',
  '{"body":{"$where":1}}',
];

const HEADERS: readonly Record<string, string>[] = [
  { authorization: "Bearer '" },
  { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' },
  { 'idempotency-key': "'" },
];

const QUERY = "?limit='&from=%27&since=%00&timeout=NaN&dir[]=b&dir=&search=%ff&membership=__proto__";

/** Requests for one operation; each is well-formed HTTP, and none makes an account. */
export function nastyRequests(operation: Operation, params: Record<string, string>, who: string): RawRequest[] {
  const path = pathOf(operation.template, params);
  const sent = { who, method: operation.method, operation };
  const json = { 'content-type': 'application/json' };
  const bodies = operation.hasBody ? bodiesOf(operation) : [];
  const nasty = bodies.map((body) => ({ ...sent, path, headers: json, body }));
  if (operation.scopes === undefined && operation.hasBody) return nasty;
  if (operation.takesBytes) return nasty; // bytes upset nobody
  const body = operation.hasBody
    ? { headers: json, body: Buffer.from(JSON.stringify(operation.example ?? {})) }
    : { headers: {} };
  return [
    ...parametersOf(operation.template).flatMap((name) =>
      PARAMETERS.map((value) => ({ ...sent, ...body, path: pathOf(operation.template, { ...params, [name]: value }) })),
    ),
    { ...sent, ...body, path: `${path}${QUERY}` },
    ...HEADERS.map((headers) => ({ ...sent, ...body, path, headers: { ...body.headers, ...headers } })),
    ...nasty,
  ];
}

function bodiesOf({ example, scopes }: Operation): Uint8Array[] {
  const members = isObject(example) ? example : {};
  const names = scopes === undefined ? Object.keys(members).slice(0, 1) : Object.keys(members); // the first is the user name
  const texts = names.map((member) => JSON.stringify({ ...members, [member]: "' \u0001 \u{10FFFF} --" }));
  return [...BODIES, ...texts].map((text) => Buffer.from(text)).concat(Buffer.from('ff00fe', 'hex'));
}

/** The members that each code of the catalogue has beside `errcode` and `error`: the last column of its table. */
export function membersOfCodes(): Map<string, string[]> {
  const rows = readFileSync(join(packageRoot, 'spec/04-errors.md'), 'utf8').matchAll(
    /^\| `(ECCP_[A-Z_]+)` \| \d{3} \|.*\|([^|]*)\|$/gm,
  );
  return new Map(
    [...rows].map(([, code = '', cell = '']) => [code, [...cell.matchAll(/`(\w+)`/g)].map(([, m = '']) => m)]),
  );
}
