// What every answer has: its headers, the form of a refusal, and what is told when something breaks.
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { EccpError } from '../core/errors.ts';

/** Sent with every answer, so that a client in a browser can read it whatever page it came from. */
export const COMMON_HEADERS = [
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Expose-Headers', 'X-Request-Id'],
  ['Cache-Control', 'no-store'],
] as const;

/** What a browser asks before it sends a request from another site. */
const PREFLIGHT_HEADERS = [
  ['Access-Control-Allow-Headers', 'Authorization, Content-Type, Idempotency-Key'],
  ['Access-Control-Max-Age', '86400'],
] as const;

/** A fresh id for an answer and its log line; it says nothing about the request. */
export function newRequestId(): string {
  return randomUUID();
}

/** The body of a refusal. */
export function errorBody(error: EccpError): string {
  return JSON.stringify({ errcode: error.errcode, error: error.message, ...error.details });
}

/** The refusal that stands for an error nobody foresaw. Its cause is for the log only. */
export function unforeseen(): EccpError {
  return new EccpError('ECCP_UNAVAILABLE', 'The node could not do this. Its log has the reason under the request id.');
}

export function sendJson(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(text);
}

/** @param challenge the scheme of the Authorization header that would have been right. */
export function sendRefusal(response: ServerResponse, error: EccpError, challenge = 'Bearer'): void {
  if (error.status === 401) response.setHeader('WWW-Authenticate', challenge);
  sendJson(response, error.status, errorBody(error));
}

/** @param methods what the path serves, such as `GET, HEAD, OPTIONS` */
export function sendPreflight(response: ServerResponse, methods: string): void {
  for (const [name, value] of PREFLIGHT_HEADERS) response.setHeader(name, value);
  response.setHeader('Access-Control-Allow-Methods', methods);
  response.statusCode = 204;
  response.end();
}
