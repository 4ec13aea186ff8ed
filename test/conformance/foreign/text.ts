import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** Whatever JSON can say. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Dict = { [key: string]: Value };

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SPACE = /[ \t\n\r]*/y;
const WORD: Record<string, Value> = { t: true, f: false, n: null };

/**
 * Reads bytes by section 2.1.
 * @param last whether the last of two members of one name counts, which is wrong.
 */
export function readStrictly(bytes: Buffer, last = false): Value {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) throw new Refusal('ECCP_BAD_ENCODING');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal('ECCP_BAD_ENCODING');
  }
  return new Reader(text, last).read();
}

class Reader {
  readonly #text: string;
  readonly #last: boolean;
  #at = 0;

  constructor(text: string, last: boolean) {
    this.#text = text;
    this.#last = last;
  }

  read(): Value {
    const value = this.#value(1);
    this.#skip();
    if (this.#at < this.#text.length) this.#bad();
    return value;
  }

  #bad(): never {
    throw new Refusal('ECCP_BAD_JSON');
  }

  #skip(): void {
    this.#match(SPACE);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #takes(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #value(depth: number): Value {
    this.#skip();
    const first = this.#text[this.#at] ?? '';
    if (first === '{' || first === '[') {
      if (depth > 32) this.#bad();
      this.#at++;
      return first === '{' ? this.#object(depth) : this.#array(depth);
    }
    if (first === '"') return this.#string();
    for (const word of ['true', 'false', 'null']) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return WORD[word[0] ?? ''] ?? null;
    }
    const number = this.#match(NUMBER);
    if (number === undefined || /[.eE]/.test(number) || number === '-0' || !Number.isSafeInteger(Number(number)))
      this.#bad();
    return Number(number);
  }

  #string(): string {
    const found = this.#match(STRING);
    if (found === undefined) return this.#bad();
    const text = JSON.parse(found) as string;
    if (text.includes('\0') || !text.isWellFormed()) this.#bad();
    return text;
  }

  #array(depth: number): Value[] {
    const items: Value[] = [];
    if (this.#takes(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) this.#bad();
    return items;
  }

  #object(depth: number): Dict {
    const members: Dict = {};
    if (this.#takes('}')) return members;
    do {
      this.#skip();
      const key = this.#string();
      if (!/^[!-~]{1,255}$/.test(key) || key === '__proto__') this.#bad();
      if (Object.hasOwn(members, key) && !this.#last) this.#bad();
      if (!this.#takes(':')) this.#bad();
      members[key] = this.#value(depth + 1);
    } while (this.#takes(','));
    if (!this.#takes('}')) this.#bad();
    return members;
  }
}

/** The canonical form of section 2.2. */
export function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join()}}`;
}

/** How deep arrays and objects nest. */
export function depthOf(value: Value): number {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** `H` of section 3.8. */
export function hash(domain: string, bytes: string | Buffer): string {
  return createHash('sha256').update(`${domain}\0`).update(bytes).digest('base64url');
}

/** The signing key of a node, and its key document of version 1. */
export class Signer {
  readonly keyId: string;
  readonly document: Dict;
  readonly #key = generateKeyPairSync('ed25519');

  constructor(node: string) {
    const x = this.#key.publicKey.export({ format: 'jwk' }).x ?? '';
    this.keyId = `ed25519:${hash('eccp.key.v1', Buffer.from(x, 'base64url'))}`;
    const document = { node, version: 1, prev_hash: null, keys: [x], revoked: [] };
    this.document = { document, signatures: { [this.keyId]: this.sign('eccp.key-document-sig.v1', document) } };
  }

  /** A signature of section 3.9. */
  sign(domain: string, object: Value): string {
    return sign(null, Buffer.from(`${domain}\0${canonical(object)}`), this.#key.privateKey).toString('base64url');
  }
}
