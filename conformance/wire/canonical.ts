import type { Json } from './json.ts';

const MAX_DEPTH = 32;
const KEY = /^[\u0021-\u007e]{1,255}$/;

/**
 * The canonical form of chapter 2, written for the suite alone: it shares no code with any node.
 * @throws Error naming the place, when the value has no canonical form.
 */
export function canonical(value: Json): string {
  return write(value, '', 0);
}

function write(value: Json, path: string, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return integer(value, path);
  if (typeof value === 'string') return quoted(value, path);
  if (depth === MAX_DEPTH) throw new Error(`${path || '/'} lies deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value))
    return `[${value.map((item, index) => write(item, `${path}/${index}`, depth + 1)).join(',')}]`;
  const members = Object.keys(value).sort(); // keys are ASCII: code units and code points sort alike
  return `{${members.map((key) => `${keyOf(key, path)}:${write(value[key] ?? null, `${path}/${key}`, depth + 1)}`).join(',')}}`;
}

function integer(value: number, path: string): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0))
    throw new Error(`${path || '/'} is no integer within ±(2^53−1)`);
  return String(value);
}

function quoted(value: string, path: string): string {
  if (!value.isWellFormed()) throw new Error(`${path || '/'} has a lone surrogate`);
  if (value.includes('\0')) throw new Error(`${path || '/'} contains U+0000`);
  return JSON.stringify(value); // its escapes are the shortest ones of RFC 8785
}

function keyOf(key: string, path: string): string {
  if (!KEY.test(key) || key === '__proto__')
    throw new Error(`${path || '/'} has a key that is not allowed: ${JSON.stringify(key)}`);
  return JSON.stringify(key);
}
