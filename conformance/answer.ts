import type { Operation } from './openapi.ts';
import type { Json, JsonObject } from './wire/json.ts';

/** A request as it goes out: nothing is normalised or added. */
export interface RawRequest {
  /** Who asks, for the trace. */
  who: string;
  method: string;
  /** Path and query exactly as sent, `/a/../b` included. */
  path: string;
  /** Several values of one name go out as headers of their own. */
  headers?: Record<string, string | string[]>;
  body?: Uint8Array;
  /** The body goes out in chunks, without Content-Length. */
  chunked?: boolean;
  /** The operation it is meant for; absent, the one that method and path reach. */
  operation?: Operation;
  /** Milliseconds until the node counts as silent. */
  deadline?: number;
  /** Where the node says that it was asked too often, it is asked again when it says, and the refusal is not seen. */
  patient?: boolean;
  /** False for requests whose answer no document describes. */
  check?: boolean;
}

/** An answer that has come in and matched the API's description. */
export interface Answer {
  request: { who: string; method: string; path: string; operation?: string };
  status: number;
  ok: boolean;
  headers: Record<string, string>;
  text: string;
  /** The body as it came. */
  bytes: Buffer;
  /** The body, when it is JSON. */
  json: Json | undefined;
  /** The body when it is an object, else an empty one. */
  body: JsonObject;
  ms: number;
}

/** How a message names a request. */
export function name({ request }: Answer): string {
  return request.operation
    ? `${request.operation} (${request.method} ${request.path})`
    : `${request.method} ${request.path}`;
}
