// Finds secrets in bytes, in whatever form somebody may have written them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A text, which is looked for as JSON escapes it too, or bytes. */
export type Secret = string | Uint8Array;
type Needle = { name: string; bytes: Buffer };

/** The forms in which a secret is looked for, by name: each way to write it, and that in each encoding. */
export function formsOf(secret: Secret): Map<string, Buffer> {
  const forms = new Map<string, Buffer>();
  for (const [writing, written] of writingsOf(secret)) {
    const bytes = Buffer.from(written as Uint8Array);
    const hex = bytes.toString('hex');
    forms.set(writing, bytes);
    forms.set(`hex of ${writing}`, Buffer.from(hex));
    forms.set(`hex in capitals of ${writing}`, Buffer.from(hex.toUpperCase()));
    for (const offset of [0, 1, 2]) {
      const encoded = atOffset(bytes, offset);
      forms.set(`base64url at ${offset} of ${writing}`, Buffer.from(encoded));
      forms.set(`base64 at ${offset} of ${writing}`, Buffer.from(encoded.replaceAll('-', '+').replaceAll('_', '/')));
    }
  }
  return forms;
}

/** Keys stand in JSON as base64url, texts as JSON escapes them. */
function writingsOf(secret: Secret): [name: string, written: Secret][] {
  if (typeof secret !== 'string') {
    return [
      ['bytes', secret],
      ['base64url', atOffset(Buffer.from(secret), 0)],
    ];
  }
  const json = inner(secret);
  return [
    ['UTF-8', secret],
    ['JSON', json],
    ['JSON in ASCII', ascii(json)],
    ['JSON in ASCII with capitals', ascii(json, true)],
    ['JSON in JSON', inner(json)],
  ];
}

/** The characters of base64url that depend on nothing but the bytes, where so many others (modulo 3) stand before them. */
function atOffset(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

/** A text as it stands in a JSON string. */
function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function ascii(json: string, capitals = false): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => {
    const code = unit.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${capitals ? code.toUpperCase() : code}`;
  });
}

/** Looks for many secrets at once. */
export class Scanner {
  /** By the first two bytes. */
  readonly #needles: (Needle[] | undefined)[] = new Array(65_536);

  /** @param secrets by a name for each. */
  constructor(secrets: Iterable<readonly [name: string, secret: Secret]>) {
    for (const [name, secret] of secrets) {
      for (const [form, bytes] of formsOf(secret)) {
        if (bytes.length < 8) throw new Error(`${name} is too short: it may stand there by chance`);
        const start = bytes.readUInt16BE();
        const needles = this.#needles[start] ?? [];
        this.#needles[start] = needles;
        needles.push({ name: `${name}, ${form}`, bytes });
      }
    }
  }

  /** @returns what was found, as `NAME, FORM`, each once. */
  scan(bytes: Buffer): string[] {
    const found = new Set<string>();
    for (let at = 0; at + 1 < bytes.length; at++) {
      const candidates = this.#needles[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)];
      if (candidates === undefined) continue;
      for (const needle of candidates) if (standsAt(bytes, at, needle.bytes)) found.add(needle.name);
    }
    return [...found].sort();
  }

  /** Scans all files below a folder, and their names. */
  async scanFolder(folder: string): Promise<string[]> {
    const found = new Set<string>();
    for (const file of await filesIn(folder)) {
      for (const name of this.scan(Buffer.concat([Buffer.from(`${file}\n`), await readFile(file)]))) found.add(name);
    }
    return [...found].sort();
  }
}

export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function standsAt(bytes: Buffer, at: number, needle: Buffer): boolean {
  if (at + needle.length > bytes.length) return false;
  for (let i = 2; i < needle.length; i++) if (bytes[at + i] !== needle[i]) return false;
  return true;
}
