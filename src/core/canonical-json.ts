import { EccpError } from './errors.ts';
import { type Json, type JsonObject, keyFault, maxDepth, parseDocument } from './strict-json.ts';

export type { Json, JsonObject };

/** Refuses what is not UTF-8, and leaves a byte order mark where it is. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The canonical text of a value (JSON-020 to JSON-026).
 *
 * @throws EccpError ECCP_BAD_JSON when the value has no canonical form.
 */
export function canonicalize(value: Json): string {
  return write(value, 1);
}

/**
 * Reads bytes as one JSON value and refuses, never repairs, whatever chapter 2 forbids.
 * Objects come back as plain objects whose members are all their own. There is no short cut by way of JSON.parse: proving that it
 * hid nothing (by printing its result again) took longer than reading strictly.
 *
 * @throws EccpError ECCP_BAD_ENCODING for bytes that are not UTF-8 or start with a byte order mark; ECCP_BAD_JSON for the rest.
 */
export function parseStrict(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new EccpError('ECCP_BAD_ENCODING', 'not valid UTF-8', {}, { cause }); // JSON-001
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new EccpError('ECCP_BAD_ENCODING', 'a byte order mark is not allowed'); // JSON-002
  }
  return parseDocument(text);
}

function write(value: Json, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0))
        throw unfit(`the number ${value} is not an integer in range`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth > maxDepth) throw unfit(`deeper than ${maxDepth}`);
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw unfit(`a value of type ${typeof value}`);
  }
}

function writeString(text: string): string {
  if (!text.isWellFormed()) throw unfit('a lone surrogate');
  if (text.includes('\0')) throw unfit('the character U+0000');
  return JSON.stringify(text); // its escapes are RFC 8785's
}

function writeArray(items: Json[], depth: number): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += write(items[i] as Json, depth + 1); // a hole is undefined, which write() refuses
  }
  return `${text}]`;
}

function writeObject(object: JsonObject, depth: number): string {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw unfit('an object that is not plain');
  let text = '{';
  for (const key of Object.keys(object).sort()) {
    const fault = keyFault(key);
    if (fault !== undefined) throw unfit(fault);
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(key)}:${write(object[key] as Json, depth + 1)}`;
  }
  return `${text}}`;
}

function unfit(what: string): EccpError {
  return new EccpError('ECCP_BAD_JSON', `no canonical form: ${what}`);
}
