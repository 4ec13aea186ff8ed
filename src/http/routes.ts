// The table of operations, read from the bundled OpenAPI document.
import openapi from '../generated/openapi.json' with { type: 'json' };

/** What the documents say of a parameter or body, as far as serving it needs to know. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** A body: JSON, or bytes that nobody looks into. */
export interface Content {
  readonly 'application/json'?: { readonly schema: Schema };
  readonly 'application/octet-stream'?: object;
}

export interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly security?: readonly {
    readonly accessToken?: readonly string[];
    readonly peerSignature?: readonly string[];
  }[];
  /** The largest body, in bytes, where it is not the common one. */
  readonly 'x-max-bytes'?: number;
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Content;
  };
  readonly responses: { readonly [status: string]: { readonly content?: Content } };
}

export interface Document {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly schemas: { readonly [name: string]: Schema } };
}

/** The documents that this node serves. */
export const served: Document = openapi;

/** A path template in Express's notation: `/rooms/{roomId}` → `/rooms/:roomId`. */
export function expressPath(template: string): string {
  return template.replace(/\{([A-Za-z]+)\}/g, ':$1');
}

/** What stands for a path segment that cannot be decoded. No path parameter's schema takes it; validation.ts sees to that. */
export const UNDECODABLE = '\uFFFD';

/**
 * The request target with each segment that is not well-formed percent-encoding replaced. Express would refuse such a path before
 * the operation is known and the token looked at; so the operation refuses it, in its order and by the parameter's name (ERR-012, ERR-018).
 */
export function decodable(target: string): string {
  if (isDecodable(target)) return target;
  const [path = '', ...search] = target.split('?');
  const segments = path.split('/').map((segment) => (isDecodable(segment) ? segment : encodeURIComponent(UNDECODABLE)));
  return [segments.join('/'), ...search].join('?');
}

function isDecodable(text: string): boolean {
  if (!text.includes('%')) return true;
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
