// Checks requests, and in tests answers, against the schemas of the OpenAPI documents. Everything is compiled at start-up.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { EccpError } from '../core/errors.ts';
import { isNodeName, isRoomAlias, isRoomId, isUserId } from '../core/ids.ts';
import { type Document, type Operation, type Parameter, type Schema, UNDECODABLE } from './routes.ts';

/** The checked parts of a request, before the operation's types are given to them. */
export interface CheckedRequest {
  params: { [name: string]: unknown };
  query: { [name: string]: unknown };
  headers: { [name: string]: unknown };
}

/** The parts of a request that carry parameters, as they came. */
export interface RawRequest {
  params: { readonly [name: string]: string | string[] };
  /** The request target from its `?` on, or an empty string. */
  search: string;
  headers: { readonly [name: string]: string | string[] | undefined };
}

export interface Checks {
  /** Takes the declared parameters out of a request. Throws ECCP_BAD_PARAM with the parameter's name as `path`. */
  parameters(raw: RawRequest): CheckedRequest;
  /** Throws ECCP_BAD_PARAM with a JSON pointer as `path`. */
  body(value: unknown): void;
  /** What is wrong with an answer's body, or undefined. */
  answerFault(status: number, body: unknown): string | undefined;
}

interface Taker extends Parameter {
  check: ValidateFunction;
  type: unknown;
}

const DOCUMENT = 'openapi.json';

const ids: { readonly [brand: string]: (value: unknown) => boolean } = {
  NodeName: isNodeName,
  UserId: isUserId,
  RoomId: isRoomId,
  RoomAlias: isRoomAlias,
};
const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/;

/** Gives the function that compiles an operation's checks. */
export function compiler(document: Document): (operation: Operation) => Checks {
  // That the schemas are ones is seen to where they are written; the check would cost each start an eighth of a second.
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictTuples: false, validateSchema: false });
  formats.default(ajv);
  ajv.addVocabulary(['example', 'components']);
  // What a pattern cannot say of an id, the one spelling of an IPv6 address for one (ID-005), its own function does.
  ajv.addKeyword({
    keyword: 'x-brand',
    compile: (brand: string) => ids[brand] ?? (() => true),
    errors: false,
    error: { message: 'is not well-formed' },
  });
  ajv.addSchema({ components: document.components }, DOCUMENT);
  const compiled = new Map<string, ValidateFunction>();
  // A parameter or body is either a named schema or one without references. Many operations have the same ones.
  const compile = (schema: Schema): ValidateFunction => {
    const text = JSON.stringify(schema);
    const check =
      compiled.get(text) ?? ajv.compile(typeof schema.$ref === 'string' ? { $ref: DOCUMENT + schema.$ref } : schema);
    compiled.set(text, check);
    return check;
  };
  const typeOf = (schema: Schema): unknown => {
    if (typeof schema.$ref !== 'string') return schema.type;
    return document.components.schemas[schema.$ref.slice('#/components/schemas/'.length)]?.type;
  };

  return (operation) => {
    const takers = operation.parameters.map((parameter): Taker => {
      const check = compile(parameter.schema);
      if (parameter.in === 'path' && check(UNDECODABLE))
        throw new Error(`the schema of ${parameter.name} takes any text`);
      return { ...parameter, check, type: typeOf(parameter.schema) };
    });
    const wanted = new Set(takers.filter((taker) => taker.in === 'query').map((taker) => taker.name));
    const bodySchema = operation.requestBody?.content['application/json']?.schema;
    const bodyCheck = bodySchema && compile(bodySchema);
    return {
      parameters: (raw) => takeParameters(takers, wanted, raw),
      body(value) {
        if (!bodyCheck || bodyCheck(value)) return;
        const { pointer, message } = describe(bodyCheck.errors);
        throw new EccpError('ECCP_BAD_PARAM', `The body${pointer && ` at ${pointer}`} ${message}.`, { path: pointer });
      },
      answerFault(status, body) {
        const content = operation.responses[status]?.content;
        const schema = content?.['application/json']?.schema;
        if (!schema) return body === undefined ? undefined : `status ${status} has no JSON body`;
        const check = compile(schema);
        if (check(body)) return undefined;
        const { pointer, message } = describe(check.errors);
        return `${pointer} ${message}`;
      },
    };
  };
}

function takeParameters(takers: readonly Taker[], wanted: ReadonlySet<string>, raw: RawRequest): CheckedRequest {
  const taken: CheckedRequest = { params: {}, query: {}, headers: {} };
  let search: { [name: string]: string } | undefined;
  const givenIn = (where: string, name: string): unknown => {
    if (where === 'path') return raw.params[name];
    if (where === 'header') return raw.headers[name.toLowerCase()];
    search ??= parseSearch(raw.search, wanted);
    return search[name];
  };
  for (const taker of takers) {
    const { name, schema } = taker;
    const place = taker.in === 'path' ? taken.params : taker.in === 'query' ? taken.query : taken.headers;
    const given = givenIn(taker.in, name);
    if (given === undefined) {
      if (taker.required) throw badParameter(name, 'is missing');
      if (schema.default !== undefined) place[name] = schema.default;
      continue;
    }
    const value = coerce(taker.type, given);
    if (!taker.check(value)) throw badParameter(name, describe(taker.check.errors).message);
    place[name] = value;
  }
  return taken;
}

/** The wanted members of a query string; the others are ignored. */
function parseSearch(search: string, wanted: ReadonlySet<string>): { [name: string]: string } {
  const found: { [name: string]: string } = {};
  for (const pair of search.slice(1).split('&')) {
    const [name = '', ...rest] = pair.split('=');
    if (!wanted.has(name)) continue;
    if (found[name] !== undefined) throw badParameter(name, 'stands twice');
    try {
      found[name] = decodeURIComponent(rest.join('=').replaceAll('+', ' '));
    } catch {
      throw badParameter(name, 'is not well-formed percent-encoding');
    }
  }
  return found;
}

/** Text as the value that its type declares; text that does not spell one stays text, which the schema then refuses. */
function coerce(type: unknown, text: unknown): unknown {
  if (type === 'integer' && typeof text === 'string' && INTEGER.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function badParameter(name: string, what: string): EccpError {
  return new EccpError('ECCP_BAD_PARAM', `The parameter ${name} ${what}.`, { path: name });
}

/** Where and what the first fault is. A fault about a member points at the member, also at a missing one. */
function describe(errors: ErrorObject[] | null | undefined): { pointer: string; message: string } {
  const [error] = errors ?? [];
  if (!error) return { pointer: '', message: 'is not valid' };
  const member = error.params.missingProperty ?? error.params.additionalProperty ?? error.propertyName;
  const below = typeof member === 'string' ? `/${escapePointer(member)}` : '';
  return { pointer: error.instancePath + below, message: error.message ?? 'is not valid' };
}

function escapePointer(member: string): string {
  return member.replaceAll('~', '~0').replaceAll('/', '~1');
}
