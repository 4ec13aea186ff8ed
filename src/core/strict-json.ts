import { EccpError } from './errors.ts';

/** A value that has a canonical form: numbers are integers in ±(2^53−1). */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** The outermost array or object is at depth 1. */
export const maxDepth = 32;

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * What is wrong with a member name, or undefined when nothing is.
 * `__proto__` is refused because assigning it changes an object instead of storing a member.
 */
export function keyFault(key: string): string | undefined {
  if (key === '__proto__') return 'the key __proto__ is not allowed'; // JSON-013
  if (!keyPattern.test(key)) return 'a key must be 1 to 255 characters of U+0021 to U+007E'; // JSON-011, JSON-012
  return undefined;
}

const digit = /[0-9]/;
const integerStart = /-?(?:0|[1-9][0-9]*)/y;
const hexQuad = /[0-9a-fA-F]{4}/y;
const literals: [string, Json][] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const shortEscapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/**
 * Parses a text under all the rules of chapter 2. Linear in its length; recursion is bounded by the depth limit.
 *
 * @throws EccpError ECCP_BAD_JSON naming the rule and the byte offset (in UTF-8) where it is broken.
 */
export function parseDocument(text: string): Json {
  return new Parser(text).document();
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value(1);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#fault('unexpected text after the value');
    return value;
  }

  #value(depth: number): Json {
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next === '"') return this.#string();
    if (next === '{' || next === '[') {
      if (depth > maxDepth) throw this.#fault(`deeper than ${maxDepth}`); // JSON-010
      return next === '{' ? this.#object(depth) : this.#array(depth);
    }
    if (next !== undefined && (next === '-' || digit.test(next))) return this.#number();
    for (const [word, value] of literals) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    throw this.#fault('expected a value');
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {};
    this.#at++;
    if (this.#accept('}')) return object;
    do {
      this.#skipSpace();
      const start = this.#at;
      if (this.#text[start] !== '"') throw this.#fault('expected a key');
      const key = this.#string();
      const fault = keyFault(key);
      if (fault !== undefined) throw this.#fault(fault, start);
      if (Object.hasOwn(object, key)) throw this.#fault(`the key ${JSON.stringify(key)} occurs twice`, start); // JSON-004
      this.#expect(':');
      object[key] = this.#value(depth + 1);
    } while (this.#accept(','));
    this.#expect('}');
    return object;
  }

  #array(depth: number): Json[] {
    const items: Json[] = [];
    this.#at++;
    if (this.#accept(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#accept(','));
    this.#expect(']');
    return items;
  }

  #number(): number {
    const start = this.#at;
    const written = this.#match(integerStart);
    if (written === undefined) throw this.#fault('expected a digit');
    const next = this.#text[this.#at];
    if (next === '.') throw this.#fault('a number with a fraction', start); // JSON-005
    if (next === 'e' || next === 'E') throw this.#fault('a number with an exponent', start); // JSON-006
    if (next !== undefined && digit.test(next)) throw this.#fault('a number with a leading zero', start);
    if (written === '-0') throw this.#fault('the number -0', start); // JSON-007
    // 16 digits are enough for 2^53; a longer text is not worth converting.
    const value = written.length > 17 ? Number.NaN : Number(written);
    if (!Number.isSafeInteger(value)) throw this.#fault('an integer outside ±(2^53−1)', start); // JSON-008
    return value;
  }

  #string(): string {
    let value = '';
    let start = ++this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code)) throw this.#fault('a string without an end');
      if (code < 0x20) throw this.#fault('a control character that is not escaped');
      if (code === 0x22) break;
      if (code === 0x5c) {
        value += this.#text.slice(start, this.#at) + this.#escape();
        start = this.#at;
      } else this.#at++;
    }
    return value + this.#text.slice(start, this.#at++);
  }

  /** At a backslash: the character it stands for. A surrogate is good only as the first half of an escaped pair. */
  #escape(): string {
    const start = this.#at++;
    const letter = this.#text[this.#at++] ?? '';
    if (letter !== 'u') {
      const short = shortEscapes.get(letter);
      if (short === undefined) throw this.#fault('an unknown escape', start);
      return short;
    }
    const unit = this.#hexQuad(start);
    if (unit === 0) throw this.#fault('the character U+0000', start); // JSON-009
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (unit < 0xdc00 && this.#text.startsWith('\\u', this.#at)) {
      this.#at += 2;
      const low = this.#hexQuad(start);
      if (low >= 0xdc00 && low <= 0xdfff) return String.fromCharCode(unit, low);
    }
    throw this.#fault('a lone surrogate', start);
  }

  #hexQuad(escapeStart: number): number {
    const digits = this.#match(hexQuad);
    if (digits === undefined) throw this.#fault('an escape without four hexadecimal digits', escapeStart);
    return Number.parseInt(digits, 16);
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #accept(mark: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#accept(mark)) throw this.#fault(`expected ${mark}`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fault(rule: string, at = this.#at): EccpError {
    return new EccpError(
      'ECCP_BAD_JSON',
      `${rule}, at byte ${new TextEncoder().encode(this.#text.slice(0, at)).length}`,
    );
  }
}
