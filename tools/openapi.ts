// The bundled OpenAPI document: both source documents as one, with every reference inside it.
import { bundle, createConfig } from '@redocly/openapi-core';

/** An unvalidated piece of a JSON or YAML document. */
export type Node = { [member: string]: unknown };

export interface Parameter extends Node {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Node;
}

export interface Operation extends Node {
  operationId: string;
  parameters: Parameter[];
  responses: { [status: string]: Node };
  security?: { [scheme: string]: string[] }[];
}

/** `paths[path][method]`; paths are whole (the document's base path is in them), and `components` holds schemas and security schemes. */
export interface OpenApi extends Node {
  info: Node;
  paths: { [path: string]: { [method: string]: Operation } };
  components: { schemas: { [name: string]: Node }; securitySchemes: { [name: string]: Node } };
}

const METHODS = ['get', 'put', 'post', 'delete'];

/**
 * Bundles the documents and merges them, the first giving `info`.
 * @param files paths of OpenAPI 3.1 documents
 * @throws Error on an unresolved reference, on two different definitions with one name, on a repeated path or operation id
 */
export async function bundleDocuments(files: readonly string[]): Promise<OpenApi> {
  const documents = [];
  for (const file of files) documents.push(await bundleOne(file));
  const first = documents[0];
  if (!first) throw new Error('no OpenAPI document');
  const merged: OpenApi = {
    openapi: first.openapi,
    info: first.info,
    paths: {},
    components: { schemas: {}, securitySchemes: {} },
  };
  const ids = new Set<string>();
  for (const document of documents) {
    for (const [path, item] of Object.entries(document.paths)) {
      if (merged.paths[path]) throw new Error(`${path} stands in two documents`);
      merged.paths[path] = item;
      for (const { operationId } of Object.values(item)) {
        if (!operationId || ids.has(operationId))
          throw new Error(`${path}: operationId missing or repeated: ${operationId}`);
        ids.add(operationId);
      }
    }
    adopt(merged.components.schemas, document.components.schemas);
    adopt(merged.components.securitySchemes, document.components.securitySchemes);
  }
  merged.components.schemas = sorted(merged.components.schemas);
  return merged;
}

async function bundleOne(file: string): Promise<OpenApi> {
  const result = await bundle({ ref: file, config: await createConfig({}), componentRenamingConflicts: 'error' });
  const problems = result.problems.filter((problem) => problem.severity === 'error');
  if (problems.length > 0)
    throw new Error([...new Set(problems.map((problem) => `${file}: ${problem.message}`))].join('\n'));
  const document = result.bundle.parsed as Node;
  const components = (document.components ?? {}) as { [kind: string]: { [name: string]: Node } };
  const base = baseOf(document);
  const paths: OpenApi['paths'] = {};
  for (const [path, item] of Object.entries(document.paths as { [path: string]: Node })) {
    paths[base + path] = operationsOf(item, components);
  }
  const schemas = Object.fromEntries(
    Object.entries(components.schemas ?? {}).map(([name, schema]) => [name, bare(schema)]),
  );
  return {
    openapi: document.openapi,
    info: document.info as Node,
    paths,
    components: { schemas, securitySchemes: components.securitySchemes ?? {} },
  };
}

/** The path of the document's first server, such as `/_eccp/client/v1`, without its last slash. */
function baseOf(document: Node): string {
  const [server] = (document.servers ?? []) as { url: string }[];
  return server ? new URL(server.url, 'http://node.invalid').pathname.replace(/\/$/, '') : '';
}

/** A path's operations, each with the path's own parameters in its list and no reference but to schemas. */
function operationsOf(
  item: Node,
  components: { [kind: string]: { [name: string]: Node } },
): { [method: string]: Operation } {
  const resolve = (part: Node): Node => {
    if (typeof part.$ref !== 'string') return part;
    const [, , kind = '', name = ''] = part.$ref.split('/');
    const target = components[kind]?.[name];
    if (!target) throw new Error(`nothing at ${part.$ref}`);
    return resolve(target);
  };
  const shared = (item.parameters ?? []) as Node[];
  const operations: { [method: string]: Operation } = {};
  for (const method of METHODS) {
    const operation = item[method] as Operation | undefined;
    if (!operation) continue;
    const responses = Object.entries(operation.responses).map(([status, response]) => [
      status,
      withoutExamples(resolve(response)),
    ]);
    operations[method] = {
      ...operation,
      parameters: [...shared, ...(operation.parameters ?? [])].map((parameter) => resolve(parameter) as Parameter),
      responses: Object.fromEntries(responses),
      ...(operation.requestBody ? { requestBody: withoutExamples(resolve(operation.requestBody as Node)) } : {}),
    };
  }
  return operations;
}

/** A body's description without the examples, which are for the readers of the source documents. */
function withoutExamples(part: Node): Node {
  if (!part.content) return part;
  const content = Object.entries(part.content as { [type: string]: Node }).map(([type, { schema }]) => [
    type,
    { schema },
  ]);
  return { ...part, content: Object.fromEntries(content) };
}

/** A definition without what only a stand-alone schema file needs. */
function bare({ $schema, $id, $defs, ...rest }: Node): Node {
  return rest;
}

function adopt(into: { [name: string]: Node }, from: { [name: string]: Node }): void {
  for (const [name, definition] of Object.entries(from)) {
    const held = into[name];
    if (held && JSON.stringify(held) !== JSON.stringify(definition)) throw new Error(`two definitions of ${name}`);
    into[name] = definition;
  }
}

function sorted<T>(object: { [name: string]: T }): { [name: string]: T } {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
