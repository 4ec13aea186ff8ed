import { fromBase64url } from './bytes.ts';
import { E2eeError } from './error.ts';

/** Throws E2eeError malformed where a value is not as it has to be. */
export type Check = (value: unknown, name: string) => void;

const maxCounter = 0xffffffff;

/**
 * An object with these members and no other (HAND-004). A name that ends with `?` need not be there.
 *
 * @throws E2eeError malformed
 */
export function object(members: { readonly [name: string]: Check }): Check {
  const known = new Map(Object.entries(members).map(([name, check]) => [name.replace(/\?$/, ''), check]));
  const needed = Object.keys(members).filter((name) => !name.endsWith('?'));
  return (value, name) => {
    requireThat(typeof value === 'object' && value !== null && !Array.isArray(value), name);
    for (const member of needed) requireThat(Object.hasOwn(value as object, member), `${name}.${member}`);
    for (const [member, own] of Object.entries(value as object)) {
      const check = known.get(member);
      if (check === undefined) throw new E2eeError('malformed', `${name} has an unknown member`);
      check(own, `${name}.${member}`);
    }
  };
}

export function constant(expected: string | number): Check {
  return (value, name) => requireThat(value === expected, name);
}

export function oneOf(...expected: readonly string[]): Check {
  return (value, name) => requireThat(typeof value === 'string' && expected.includes(value), name);
}

export function matching(pattern: RegExp): Check {
  return (value, name) => requireThat(typeof value === 'string' && pattern.test(value), name);
}

/** Base64url of so many bytes. */
export function binary(length: number): Check {
  return (value, name) => {
    requireThat(typeof value === 'string', name);
    fromBase64url(value as string, length);
  };
}

/** Base64url of `GCM`: a tag at least. */
export const ciphertext: Check = (value, name) => {
  requireThat(typeof value === 'string', name);
  requireThat(fromBase64url(value as string).length >= 16, name);
};

export const key = binary(32);
export const signature = binary(64);
export const counter: Check = (value, name) =>
  requireThat(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maxCounter, name);
export const time: Check = (value, name) => requireThat(Number.isSafeInteger(value) && (value as number) >= 0, name);
export const anyObject: Check = (value, name) =>
  requireThat(typeof value === 'object' && value !== null && !Array.isArray(value), name);
export const eventType = matching(/^(?=.{1,255}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/);
/** Ids are compared with ids that are known, so that their grammar needs no second look here. */
export const id = matching(/^[\x21-\x7e]{1,255}$/);

export function requireThat(holds: boolean, name: string): asserts holds {
  if (!holds) throw new E2eeError('malformed', `${name} is malformed`);
}
