import type { Json, JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';

/** What each member of an object has to be. */
export type Members = { readonly [name: string]: (value: Json) => boolean };

/**
 * Checks an object of untrusted JSON against the members that it must have and those that it may have.
 *
 * @param path where the object stands in the event, for the error: `/event`.
 * @param closed whether other members are refused.
 * @throws EccpError ECCP_BAD_EVENT with the `path` of the first fault.
 */
export function checkMembers(
  value: Json | undefined,
  path: string,
  required: Members,
  optional: Members,
  closed: boolean,
): asserts value is JsonObject {
  if (!isObject(value)) throw badEvent(path, 'not an object');
  for (const name of Object.keys(required)) {
    if (!Object.hasOwn(value, name)) throw badEvent(`${path}/${name}`, 'missing');
  }
  for (const [name, member] of Object.entries(value)) {
    const check = Object.hasOwn(required, name)
      ? required[name]
      : Object.hasOwn(optional, name)
        ? optional[name]
        : undefined;
    if (check === undefined && closed) throw badEvent(`${path}/${name}`, 'an unknown member');
    if (check !== undefined && !check(member)) throw badEvent(`${path}/${name}`, 'not of the right form');
  }
}

export function badEvent(path: string, what: string): EccpError {
  return new EccpError('ECCP_BAD_EVENT', `${path}: ${what}`, { path });
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isBoolean(value: Json): value is boolean {
  return typeof value === 'boolean';
}

export function isString(value: Json): value is string {
  return typeof value === 'string';
}

/** A place in a log, or a time in milliseconds. */
export function isCount(value: Json): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A string of at most so many Unicode code points. */
export function isText(maxLength: number): (value: Json) => boolean {
  return (value) => typeof value === 'string' && [...value].length <= maxLength;
}

export function isOneOf(...words: string[]): (value: Json) => boolean {
  return (value) => typeof value === 'string' && words.includes(value);
}
