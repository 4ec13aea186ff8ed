import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { HarnessError } from './outcome.ts';
import { packageRoot } from './package-root.ts';
import { isObject, type Json, type JsonObject, lookUp } from './wire/json.ts';

const BASE = 'https://eccp.dev/spec/openapi/';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** One operation of the API, as the OpenAPI documents define it. */
export interface Operation {
  id: string;
  method: string;
  /** The path with `{parameters}`. */
  template: string;
  /** The error codes that may answer it. */
  errcodes: ReadonlySet<string>;
  /** Whether it takes a body of JSON. */
  hasBody: boolean;
  /** Whether it takes a body of bytes that nobody looks into. */
  takesBytes: boolean;
  /** The statuses whose answers are such bytes. */
  givesBytes: ReadonlySet<number>;
  /** The scopes that a token needs; absent, no token is needed. */
  scopes?: readonly string[];
  /** Only another node may ask, in a signed request. */
  signed: boolean;
  /** The version that it came with. */
  since: string;
  /** The optional capability that it belongs to. */
  capability?: string;
  /** The schema of its body, by name, and a body that matches it. */
  bodySchema?: string;
  example?: Json;
  /** Statuses that are described one by one. */
  statuses: ReadonlySet<number>;
  /** Who it is for, which is the document that defines it: `client`, `well-known`, `federation` or `admin`. */
  audience: string;
  /** Where the definition stands: document and JSON pointer. */
  pointer: string;
}

/** The API's operations and the schemas of what goes in and out. */
export class Api {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  readonly #operations = new Map<string, Operation>();
  readonly #checks = new Map<string, ValidateFunction>();

  constructor(root = packageRoot) {
    addFormats.default(this.#ajv);
    for (const file of readdirSync(join(root, 'schemas')).filter((name) => name.endsWith('.json'))) {
      this.#ajv.addSchema(JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8')) as JsonObject);
    }
    for (const file of readdirSync(join(root, 'spec/openapi')).filter((name) => name.endsWith('.yaml'))) {
      const document = parse(readFileSync(join(root, 'spec/openapi', file), 'utf8')) as JsonObject;
      this.#ajv.addSchema(document, `${BASE}${file}`, undefined, false);
      for (const operation of operationsOf(document, file)) this.#operations.set(operation.id, operation);
    }
  }

  /** @throws HarnessError when no such operation exists. */
  operation(id: string): Operation {
    const operation = this.#operations.get(id);
    if (!operation)
      throw new HarnessError(`there is no operation ${id}; there are ${[...this.#operations.keys()].join(', ')}`);
    return operation;
  }

  /** The operations of the class `core`, which are those that clients use, in the order of the documents. */
  get operations(): readonly Operation[] {
    return [...this.#operations.values()].filter(({ audience }) => audience === 'client' || audience === 'well-known');
  }

  /** The operation that a raw request reaches, if it reaches one. */
  match(method: string, path: string): Operation | undefined {
    const segments = path.replace(/[?#].*$/, '').split('/');
    const candidates = [...this.#operations.values()].filter(
      (operation) => operation.method === method.toUpperCase() && fits(operation.template, segments),
    );
    return candidates.sort((a, b) => a.template.split('{').length - b.template.split('{').length)[0];
  }

  /** What is wrong with an answer's body, or `undefined`. Statuses described nowhere are not this function's business. */
  responseProblem(operation: Operation, status: number, body: Json): string | undefined {
    const key = operation.statuses.has(status) ? String(status) : 'default';
    return this.#problem(`${operation.pointer}/responses/${key}`, body);
  }

  /** What is wrong with a request's body, or `undefined`. */
  requestProblem(operation: Operation, body: Json | undefined): string | undefined {
    if (!operation.hasBody) return body === undefined ? undefined : 'the operation takes no body';
    if (body === undefined) return 'the operation needs a body';
    return this.#problem(`${operation.pointer}/requestBody`, body);
  }

  /** Checks a value against a schema of `schemas/` by its name. */
  schemaProblem(name: string, value: Json): string | undefined {
    return this.#check(`https://eccp.dev/schemas/${name}.json`, value);
  }

  #problem(pointer: string, body: Json): string | undefined {
    const [file = '', path = ''] = pointer.split('#');
    const document = this.#ajv.getSchema(`${BASE}${file}`)?.schema;
    const part = resolve(document as JsonObject, path);
    return this.#check(`${BASE}${file}#${part}/content/application~1json/schema`, body);
  }

  #check(ref: string, value: Json): string | undefined {
    const check = this.#checks.get(ref) ?? this.#ajv.compile({ $ref: ref });
    this.#checks.set(ref, check);
    if (check(value)) return undefined;
    const errors = (check.errors ?? [])
      .slice(0, 3)
      .map((error) => `${error.instancePath || '/'} ${error.message ?? ''}${detail(error.params)}`);
    return errors.join('; ');
  }
}

function operationsOf(document: JsonObject, file: string): Operation[] {
  const common = codes(document['x-errcodes-common']);
  const paths = isObject(document.paths) ? document.paths : {};
  return Object.entries(paths).flatMap(([template, item]) =>
    METHODS.flatMap((method) => {
      const definition = isObject(item) ? item[method] : undefined;
      if (!isObject(definition) || typeof definition.operationId !== 'string') return [];
      const takesBytes = lookUp(definition.requestBody, 'content.application/octet-stream') !== undefined;
      const hasBody = definition.requestBody !== undefined && !takesBytes;
      const scopes = lookUp(definition.security, '0.accessToken');
      const signed = lookUp(definition.security, '0.peerSignature') !== undefined;
      const example = lookUp(definition, 'requestBody.content.application/json.example');
      const capability = definition['x-capability'];
      const schema = lookUp(definition, 'requestBody.content.application/json.schema.$ref');
      return {
        id: definition.operationId,
        method: method.toUpperCase(),
        template,
        hasBody,
        takesBytes,
        givesBytes: statusesOf(
          definition,
          (answer) => lookUp(answer, 'content.application/octet-stream') !== undefined,
        ),
        ...(Array.isArray(scopes) ? { scopes: scopes.map(String) } : {}),
        signed,
        since: typeof definition['x-added-in'] === 'string' ? definition['x-added-in'] : '0.1',
        ...(typeof capability === 'string' ? { capability } : {}),
        ...(typeof schema === 'string' ? { bodySchema: basename(schema, '.json') } : {}),
        ...(example === undefined ? {} : { example }),
        errcodes: new Set([
          ...common,
          ...codes(definition['x-errcodes']),
          ...(definition['x-hosted-elsewhere'] === true ? codes(document['x-errcodes-hosted-elsewhere']) : []),
          ...(hasBody ? codes(document['x-errcodes-with-body']) : []),
          ...(scopes ? codes(document['x-errcodes-with-token']) : []),
          ...(signed ? codes(document['x-errcodes-with-signature']) : []),
        ]),
        statuses: statusesOf(definition),
        audience: basename(file, '.yaml'),
        pointer: `${file}#/paths/${escapePointer(template)}/${method}`,
      };
    }),
  );
}

function statusesOf(definition: JsonObject, filter: (answer: Json) => boolean = () => true): Set<number> {
  const answers = isObject(definition.responses) ? Object.entries(definition.responses) : [];
  return new Set(answers.filter(([, answer]) => filter(answer)).map(([status]) => Number(status)));
}

/** Follows a local `$ref` of a response or a request body; a pointer as it stands in a URI fragment. */
function resolve(document: JsonObject, pointer: string): string {
  const steps = pointer
    .slice(1)
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  const part = steps.reduce<Json | undefined>((here, step) => (isObject(here) ? here[step] : undefined), document);
  const ref = lookUp(part, '$ref');
  return typeof ref === 'string' && ref.startsWith('#') ? ref.slice(1) : pointer;
}

function codes(list: Json | undefined): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

function escapePointer(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function fits(template: string, segments: string[]): boolean {
  const parts = template.split('/');
  return (
    parts.length === segments.length &&
    parts.every((part, i) => (part.startsWith('{') ? segments[i] !== '' : part === segments[i]))
  );
}

function detail(params: Record<string, unknown>): string {
  const value = params.allowedValues ?? params.additionalProperty ?? params.propertyName;
  return value === undefined ? '' : ` (${JSON.stringify(value)})`;
}
