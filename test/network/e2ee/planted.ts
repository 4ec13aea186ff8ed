// Secrets as careless programs would write them, made without the scanner's help.
import { randomBytes } from 'node:crypto';
import type { Secret } from './scanner.ts';

/** @returns the name that the scanner has for each form, and what stands there. */
export function plantedForms(secret: Secret): [form: string, written: Buffer][] {
  return writings(secret).flatMap(([writing, text]) => {
    const bytes = Buffer.from(text as Uint8Array);
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const forms: [string, Buffer][] = [
      [writing, bytes],
      [`hex of ${writing}`, Buffer.from(hex)],
      [`hex in capitals of ${writing}`, Buffer.from(hex.toUpperCase())],
    ];
    for (const offset of [0, 1, 2]) {
      const record = Buffer.concat([randomBytes(offset), bytes, randomBytes(7)]);
      forms.push([`base64url at ${offset} of ${writing}`, Buffer.from(record.toString('base64url'))]);
      forms.push([`base64 at ${offset} of ${writing}`, Buffer.from(record.toString('base64'))]);
    }
    return forms;
  });
}

/** What stands before the secret in the objects is as long as offsets need it: a multiple of 3. */
function writings(secret: Secret): [name: string, written: Secret][] {
  if (typeof secret !== 'string') {
    return [
      ['bytes', secret],
      ['base64url', JSON.stringify({ body: Buffer.from(secret).toString('base64url') })],
    ];
  }
  const json = JSON.stringify({ body: secret });
  const ascii = (digits: (code: string) => string) =>
    [...json]
      .map((one) => (one < '\x80' ? one : `\\u${digits(one.charCodeAt(0).toString(16).padStart(4, '0'))}`))
      .join('');
  return [
    ['UTF-8', secret],
    ['JSON', json],
    ['JSON in ASCII', ascii((code) => code)],
    ['JSON in ASCII with capitals', ascii((code) => code.toUpperCase())],
    ['JSON in JSON', JSON.stringify({ content: json })],
  ];
}
