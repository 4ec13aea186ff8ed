/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [member: string]: Json };

/** Whether a value is a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Looks up a dotted path such as `rooms.joined` or `events.0.entry.seq`; `undefined` when a step of it is missing.
 * A member whose own name has a dot is written in brackets: `users[@ada:node.example.org]`.
 */
export function lookUp(value: Json | undefined, path: string): Json | undefined {
  let here: Json | undefined = value;
  for (const match of path.matchAll(/\[([^\]]*)\]|([^.[]+)/g)) {
    const member = match[1] ?? match[2] ?? '';
    if (Array.isArray(here)) here = here[Number(member)];
    else if (isObject(here)) here = Object.hasOwn(here, member) ? here[member] : undefined;
    else return undefined;
  }
  return here;
}

/**
 * Where `actual` fails to contain `expected`: members of objects are compared as a subset, arrays and scalars exactly.
 * Returns the path of the first difference and what stands there, or `undefined` when everything is there.
 */
export function firstDifference(actual: Json | undefined, expected: Json, path = ''): string | undefined {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${path || '/'} is ${show(actual)}`;
    if (actual.length !== expected.length) return `${path || '/'} has ${actual.length} items`;
    return firstOf(expected.map((item, index) => firstDifference(actual[index], item, `${path}/${index}`)));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return `${path || '/'} is ${show(actual)}`;
    return firstOf(
      Object.entries(expected).map(([key, value]) =>
        firstDifference(Object.hasOwn(actual, key) ? actual[key] : undefined, value, `${path}/${key}`),
      ),
    );
  }
  return actual === expected ? undefined : `${path || '/'} is ${show(actual)}`;
}

/** A value as it reads in a message: JSON, `nothing` for undefined, cut at 600 characters. */
export function show(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}… (${text.length} characters)` : text;
}

function firstOf(differences: (string | undefined)[]): string | undefined {
  return differences.find((difference) => difference !== undefined);
}
