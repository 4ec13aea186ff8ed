import { canonical } from '../wire/canonical.ts';
import { isObject, type Json } from '../wire/json.ts';
import { Refusal } from './refusal.ts';

const TYPE = /^(?=.{1,255}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/;

/**
 * What was encrypted: `{type, content}` in canonical form. A text that is its own canonical form breaks no rule of chapter 2.
 * @throws Refusal malformed
 */
export function payloadOf(plain: Uint8Array): Json {
  const payload = read(plain);
  const isPayload = isObject(payload) && Object.keys(payload).sort().join() === 'content,type';
  if (
    !isPayload ||
    !TYPE.test(String(payload.type)) ||
    typeof payload.type !== 'string' ||
    !isObject(payload.content)
  ) {
    throw new Refusal('malformed', 'no payload');
  }
  return payload;
}

function read(plain: Uint8Array): Json {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
    const value = JSON.parse(text) as Json;
    if (canonical(value) === text) return value;
  } catch (error) {
    throw new Refusal('malformed', String(error));
  }
  throw new Refusal('malformed', 'not in canonical form');
}
