// Mutants of chapter 2.
import { type Body, type Mutant, within } from './mutant.ts';

const reader = within('src/core/strict-json.ts');
const writer = within('src/core/canonical-json.ts');
const encoding = within('src/core/encoding.ts');
const event = within('src/core/event.ts');
const body = within('src/http/body.ts');

export const mutants: readonly Mutant[] = [
  writer('JSON-001', 'takes bytes that are no UTF-8 for U+FFFD', 'fatal: true', 'fatal: false'),
  writer(
    'JSON-001',
    'refuses bytes that are no UTF-8 as bad JSON',
    "'ECCP_BAD_ENCODING', 'not valid UTF-8'",
    "'ECCP_BAD_JSON', 'not valid UTF-8'",
  ),
  {
    requirement: 'JSON-002',
    breaks: 'skips a byte order mark',
    file: 'src/core/canonical-json.ts',
    find: 'ignoreBOM: true',
    put: 'ignoreBOM: false',
    more: [{ file: 'src/core/canonical-json.ts', find: 'if (bytes[0] === 0xef', put: 'if (bytes[0] === 0x00' }],
  },
  reader(
    'JSON-003',
    'takes a comma after the last member',
    "} while (this.#accept(',')); this.#expect('}');",
    "this.#skipSpace(); } while (this.#accept(',') && (this.#skipSpace(), this.#text[this.#at] !== '}')); this.#expect('}');",
  ),
  reader('JSON-003', 'takes leading zeros', '-?(?:0|[1-9][0-9]*)', '-?[0-9]+'),
  reader('JSON-003', 'takes anything after the value', 'if (this.#at < this.#text.length) throw', 'if (false) throw'),
  reader('JSON-003', 'takes control characters in strings', 'if (code < 0x20) throw', 'if (code < 0x09) throw'),
  reader('JSON-004', 'takes the last of the members of one name', 'if (Object.hasOwn(object, key))', 'if (false)'),
  reader(
    'JSON-004',
    'compares keys before escapes are resolved',
    'if (Object.hasOwn(object, key))',
    'if (Object.hasOwn(object, key) && this.#text.slice(start, this.#at).includes(key))',
  ),
  reader(
    'JSON-005',
    'takes a fraction of zero',
    "if (next === '.') throw",
    "if (next === '.' && this.#match(/\\.0+(?![0-9])/y) === undefined) throw",
  ),
  reader(
    'JSON-006',
    'takes an exponent',
    "if (next === 'e' || next === 'E') throw",
    "if ((next === 'e' || next === 'E') && this.#match(/[eE][+-]?[0-9]+/y) === undefined) throw",
  ),
  reader(
    'JSON-007',
    'takes -0 for 0',
    "if (written === '-0') throw",
    "if (written === '-0') return 0; if (false) throw",
  ),
  reader(
    'JSON-008',
    'takes 2^53',
    'if (!Number.isSafeInteger(value)) throw',
    'if (!(Math.abs(value) <= 2 ** 53)) throw',
  ),
  reader('JSON-009', 'drops U+0000', 'if (unit === 0) throw', "if (unit === 0) return ''; if (false) throw"),
  reader('JSON-010', 'takes a text that nests 33 deep', 'maxDepth = 32', 'maxDepth = 33'),
  reader('JSON-011', 'takes a key with a space', '[\\x21-\\x7e]{1,255}', '[\\x20-\\x7e]{1,255}'),
  reader('JSON-011', 'takes a key outside ASCII', '[\\x21-\\x7e]{1,255}', '[\\x21-\\x7e\\x80-\\uffff]{1,255}'),
  reader('JSON-012', 'takes the empty key', '[\\x21-\\x7e]{1,255}', '[\\x21-\\x7e]{0,255}'),
  reader('JSON-012', 'takes a key of 256 bytes', '[\\x21-\\x7e]{1,255}', '[\\x21-\\x7e]{1,256}'),
  reader('JSON-013', 'takes the key __proto__', "if (key === '__proto__')", 'if (false)'),
  reader(
    'JSON-014',
    'takes a lone surrogate for U+FFFD',
    "throw this.#fault('a lone surrogate', start)",
    "return '\\ufffd'",
  ),
  reader('JSON-015', 'takes no carriage return for white space', ' && code !== 0x0d', ''),
  reader('JSON-015', 'refuses a text that nests 32 deep', 'maxDepth = 32', 'maxDepth = 31'),
  reader('JSON-015', 'refuses escapes of upper-case digits', '[0-9a-fA-F]{4}', '[0-9a-f]{4}'),
  reader(
    'JSON-016',
    'normalises strings',
    'return value + this.#text.slice(start, this.#at++);',
    "return (value + this.#text.slice(start, this.#at++)).normalize('NFC');",
  ),
  reader(
    'JSON-016',
    'drops members of one letter that are null',
    'object[key] = this.#value(depth + 1);',
    'const member = this.#value(depth + 1); if (member !== null || key.length > 1) object[key] = member;',
  ),
  event(
    'JSON-020',
    'hashes contents with an array as they were sent',
    "hash('eccp.content.v1', canonicalize({ content, nonce }))",
    "hash('eccp.content.v1', Array.isArray(content.a) ? JSON.stringify({ content, nonce }) : canonicalize({ content, nonce }))",
  ),
  writer('JSON-021', 'writes a space after the commas of arrays', "if (i > 0) text += ','", "if (i > 0) text += ', '"),
  writer(
    'JSON-022',
    'sorts keys without regard to case',
    'Object.keys(object).sort()',
    'Object.keys(object).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))',
  ),
  writer('JSON-022', 'sorts arrays', 'writeArray(value, depth)', 'writeArray(value.toSorted(), depth)'),
  writer(
    'JSON-023',
    'writes large integers with an exponent',
    'return String(value);',
    'return Math.abs(value) > 1e14 ? value.toExponential() : String(value);',
  ),
  writer(
    'JSON-024',
    'writes quotation marks as U+0022',
    'return JSON.stringify(text);',
    "return JSON.stringify(text.replaceAll('\"', '\\x01')).replaceAll('\\\\u0001', '\\\\u0022');",
  ),
  writer(
    'JSON-025',
    'writes escapes with upper-case digits',
    'return JSON.stringify(text);',
    'return JSON.stringify(text).replace(/\\\\u00../g, (escape) => "\\\\u" + escape.slice(2).toUpperCase());',
  ),
  writer(
    'JSON-025',
    'writes no short escape for the form feed',
    'return JSON.stringify(text);',
    "return JSON.stringify(text).replaceAll('\\\\f', '\\\\u000c');",
  ),
  writer(
    'JSON-026',
    'escapes U+2028',
    'return JSON.stringify(text);',
    "return JSON.stringify(text).replaceAll('\\u2028', '\\\\u2028');",
  ),
  {
    requirement: 'JSON-030',
    breaks: 'leaves spare bits in the signatures of those who joined a room',
    wire: {
      operation: 'listMessages',
      answer: ({ body }) => {
        const creator = body.events?.find(({ entry }: Body) => entry.seq === 0)?.event.sender;
        for (const item of body.events ?? []) {
          if (creator && item.event.sender !== creator) item.signature = `${item.signature.slice(0, -1)}B`;
        }
      },
    },
  },
  encoding(
    'JSON-031',
    'takes padding',
    "bytes.toString('base64url') !== text",
    "bytes.toString('base64url') !== text.replace(/=+$/, '')",
  ),
  encoding(
    'JSON-031',
    'takes spare bits that are not zero',
    "bytes.toString('base64url') !== text",
    "bytes.toString('base64url').slice(0, -1) !== text.slice(0, -1)",
  ),
  encoding('JSON-032', 'takes binary values that are too long', 'bytes.length !== length', 'bytes.length < length'),
  body(
    'JSON-040',
    'takes a body of twice the size',
    'DEFAULT_MAX_BODY = 1024 * 1024',
    'DEFAULT_MAX_BODY = 2048 * 1024',
  ),
  body('JSON-040', 'counts announced lengths only', 'if (size <= max) {', 'if (size <= 2 * max) {'),
  body(
    'JSON-041',
    'refuses a body of the largest size',
    'DEFAULT_MAX_BODY = 1024 * 1024',
    'DEFAULT_MAX_BODY = 1024 * 1024 - 1',
  ),
  body('JSON-042', 'takes application/json in small letters only', '"utf-8")[ \\t]*)?$/i;', '"utf-8")[ \\t]*)?$/;'),
  body('JSON-043', 'takes any charset', 'charset=(?:utf-8|"utf-8")', 'charset=(?:utf-8|"utf-8"|[a-z0-9-]+)'),
  body(
    'JSON-044',
    'reads a body that is packed as if it were not',
    "if (!JSON_TYPE.test(headers['content-type'] ?? '') || (headers['content-encoding'] ?? 'identity') !== 'identity')",
    "if (!JSON_TYPE.test(headers['content-type'] ?? ''))",
  ),
  body(
    'JSON-044',
    'refuses a body that says it is not packed',
    "if (!JSON_TYPE.test(headers['content-type'] ?? '') || (headers['content-encoding'] ?? 'identity') !== 'identity')",
    "if (!JSON_TYPE.test(headers['content-type'] ?? '') || headers['content-encoding'] !== undefined)",
  ),
  body(
    'JSON-045',
    'takes what is no object for an empty one',
    "throw new EccpError('ECCP_BAD_JSON', 'The body must be a JSON object.');",
    'return {};',
  ),
  within('src/core/event-acceptance.ts')(
    'JSON-046',
    'refuses an event of the largest size',
    'maxEventBytes = 60 * 1024',
    'maxEventBytes = 60 * 1024 - 1',
  ),
  within('src/http/operation.ts')(
    'JSON-047',
    'reads a body where none belongs',
    'const body = requestBody ? await readBody(request, requestBody.required ?? false, maxBytes) : undefined;',
    'const body = await readBody(request, requestBody?.required ?? false, maxBytes);',
  ),
];
