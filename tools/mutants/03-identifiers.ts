// Mutants of chapter 3.
import { type Mutant, type Patch, within } from './mutant.ts';

const documents = within('src/core/key-document.ts');
const validation = within('src/http/validation.ts');
const signing = within('src/core/signing.ts');

const COMPILER = 'export function compiler(document: Document): (operation: Operation) => Checks {';

/** Changes what requests are checked against; `s` are the schemas by name. */
function schemas(change: string): Patch {
  const put = `${COMPILER} const s = document.components.schemas as never; ${change}`;
  return { file: 'src/http/validation.ts', find: COMPILER, put };
}

/** Of ids that a pattern cannot describe whole the functions of core/ids.ts are the only judges. */
const JUDGED = schemas(
  "for (const name of ['NodeName', 'UserId', 'RoomId', 'RoomAlias']) { delete s[name].pattern; delete s[name].maxLength; }",
);

function ids(requirement: string, breaks: string, find: string, put: string): Mutant {
  return { requirement, breaks, file: 'src/core/ids.ts', find, put, more: [JUDGED] };
}

function pattern(requirement: string, breaks: string, schema: string, regexp: string): Mutant {
  return { requirement, breaks, ...schemas(`s.${schema} = { type: 'string', pattern: ${JSON.stringify(regexp)} };`) };
}

/** Nodes that take a signature by an equation of their own. */
const EQUATION = `
    const number = (part) => BigInt('0x' + Buffer.from(part).reverse().toString('hex'));
    const L = 2n ** 252n + 27742317777372353535851937790883648493n;
    const raw = fromBase64url(publicKey, 32);`;
const CHECK = 'return verifyRaw(null, message, importPublicKey(publicKey), bytes);';

export const mutants: readonly Mutant[] = [
  ids(
    'ID-002',
    'takes capitals in the name of a node',
    'nodePattern.exec(value)',
    'nodePattern.exec(value.toLowerCase())',
  ),
  ids('ID-003', 'takes a final dot', '(?::${port})?$`', '\\\\.?(?::${port})?$`'),
  ids(
    'ID-003',
    'takes a label of 64 characters',
    "const label = '[a-z0-9](?:[a-z0-9-]{0,61}",
    "const label = '[a-z0-9](?:[a-z0-9-]{0,62}",
  ),
  ids(
    'ID-003',
    'takes a hyphen at the end of a label',
    "const lastLabel = '[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?'",
    "const lastLabel = '[a-z][a-z0-9-]{0,62}'",
  ),
  ids('ID-004', 'takes leading zeros in an IPv4 address', '[1-9]?[0-9])', '[0-9]?[0-9])'),
  ids('ID-005', 'takes every spelling of an IPv6 address', 'return literal === undefined || URL', 'return true || URL'),
  ids('ID-006', 'takes ports up to 99999', '[1-5][0-9]{4}', '[1-9][0-9]{4}'),
  ids('ID-006', 'takes the port 0 and leading zeros', '[1-9][0-9]{0,3})', '[0-9]{1,4})'),
  {
    requirement: 'ID-007',
    breaks: 'takes a name with another port for its own',
    wire: {
      operation: 'kickMember',
      request: ({ body, headers }) => {
        const port = String(headers.host).split(':')[1];
        if (typeof body?.user_id === 'string')
          body.user_id = body.user_id.replace(/:localhost:\d+$/, `:localhost:${port}`);
      },
    },
  },
  {
    requirement: 'ID-010',
    breaks: 'writes the names of members in capitals',
    wire: {
      operation: 'listMembers',
      answer: ({ body }) => {
        for (const member of body.members ?? []) member.user_id = member.user_id.toUpperCase();
      },
    },
  },
  ids('ID-011', 'takes a local part of 65 characters', '/^[a-z0-9._=-]{1,64}$/', '/^[a-z0-9._=-]{1,65}$/'),
  ids('ID-011', 'takes a plus sign in a local part', '/^[a-z0-9._=-]{1,64}$/', '/^[a-z0-9._=+-]{1,64}$/'),
  ids('ID-011', 'takes an empty local part', '/^[a-z0-9._=-]{1,64}$/', '/^[a-z0-9._=-]{0,64}$/'),
  ids(
    'ID-012',
    'takes a user id without the name of a node',
    'return colon > 0 && isName',
    "return (sigil === '@' && colon < 0 && isName(value.slice(1))) || colon > 0 && isName",
  ),
  ids('ID-013', 'takes a user id of 256 characters', 'maxId = 255', 'maxId = 256'),
  ids('ID-014', 'refuses users of nodes with an IPv6 address', '|(${ipv6})', ''),
  {
    requirement: 'ID-020',
    breaks: 'lists devices by ids in small letters',
    wire: {
      operation: 'listDevices',
      answer: ({ body }) => {
        for (const device of body.devices ?? []) device.device_id = device.device_id.toLowerCase();
      },
    },
  },
  pattern('ID-021', 'takes a device id of 7 characters', 'DeviceId', '^[A-Z0-9]{7,16}$'),
  pattern('ID-021', 'takes a device id in small letters', 'DeviceId', '^[A-Za-z0-9]{8,16}$'),
  {
    requirement: 'ID-030',
    breaks: 'serves event ids without their sign',
    wire: {
      operation: 'listMessages',
      answer: ({ body }) => {
        for (const event of body.events ?? []) event.event_id = event.event_id.slice(1);
      },
    },
  },
  pattern('ID-032', 'takes an event id that is too short', 'EventId', '^\\$[A-Za-z0-9_-]{41,42}[AEIMQUYcgkosw048]$'),
  ids(
    'ID-033',
    'takes a room id that is too long',
    "isSigiled('!', isHash, value)",
    "isSigiled('!', (hash) => /^[A-Za-z0-9_-]{42,43}[AEIMQUYcgkosw048]$/.test(hash), value)",
  ),
  {
    ...ids('ID-034', 'takes a hash with other spare bits', '{42}[AEIMQUYcgkosw048]', '{42}[A-Za-z0-9_-]'),
    more: [
      schemas(
        "for (const name of ['NodeName', 'UserId', 'RoomId', 'RoomAlias']) delete s[name].pattern; s.EventId = { type: 'string', pattern: '^\\\\$[A-Za-z0-9_-]{43}$' };",
      ),
    ],
  },
  ids(
    'ID-040',
    'takes an alias with capitals',
    "isSigiled('#', isLocalpart, value)",
    "isSigiled('#', (name) => isLocalpart(name.toLowerCase()), value)",
  ),
  pattern('ID-050', 'takes a type of one segment', 'EventType', '^[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*$'),
  pattern('ID-051', 'takes a state key of 256 characters', 'StateKey', '^[!-~]{0,256}$'),
  pattern('ID-051', 'takes a space in a state key', 'StateKey', '^[ -~]{0,255}$'),
  {
    requirement: 'ID-060',
    breaks: 'looks for the room before the form of an event id',
    wire: {
      operation: 'getEvent',
      answer: (answer, { path }) => {
        if (answer.status !== 400 || !/A{43}/.test(path)) return;
        answer.status = 404;
        answer.body = { errcode: 'ECCP_NOT_FOUND', error: 'no room' };
      },
    },
  },
  validation(
    'ID-061',
    'names the list and not the member of it that is malformed',
    'pointer: error.instancePath + below',
    "pointer: (error.instancePath + below).replace(/\\/[0-9]+$/, '')",
  ),
  validation(
    'ID-062',
    'decodes a path twice',
    "if (where === 'path') return raw.params[name];",
    `if (where === 'path') {
      try { return decodeURIComponent(String(raw.params[name])); } catch { return raw.params[name]; }
    }`,
  ),
  {
    requirement: 'ID-063',
    breaks: 'leaves out empty segments of a path',
    wire: {
      request: (request) => {
        request.path = request.path.replace(/\/\/+/, '/');
      },
    },
  },
  {
    requirement: 'ID-070',
    breaks: 'names keys after the hash of their text',
    wire: {
      operation: 'listMessages',
      answer: ({ body }) => {
        const text = JSON.stringify(body).replace(/(ed25519:.{42})[AEIMQUYcgkos]/g, '$10');
        Object.assign(body, JSON.parse(text));
      },
    },
  },
  signing(
    'ID-072',
    'reduces S before it verifies',
    CHECK,
    `${EQUATION}
    const S = Buffer.from((number(bytes.subarray(32)) % L).toString(16).padStart(64, '0'), 'hex').reverse();
    return verifyRaw(null, message, importPublicKey(publicKey), Buffer.concat([bytes.subarray(0, 32), S]));`,
  ),
  signing(
    'ID-073',
    'verifies with the cofactor',
    CHECK,
    `if (verifyRaw(null, message, importPublicKey(publicKey), bytes)) return true;
    ${EQUATION}
    const S = number(bytes.subarray(32));
    if (S >= L) return false;
    try {
      const R = Point.fromBytes(bytes.subarray(0, 32));
      const k = number(digest('sha512', Buffer.concat([bytes.subarray(0, 32), raw, message]), 'buffer')) % L;
      return Point.BASE.multiply(S).subtract(R).subtract(Point.fromBytes(raw).multiply(k)).clearCofactor().is0();
    } catch {
      return false;
    }`,
  ),
  // A key in another encoding than its canonical one always has a part of small order, so nothing tells whether that is looked at.
  signing(
    'ID-074',
    'refuses a key that is no point as a bad signature',
    "'ECCP_BAD_KEY', 'not the canonical encoding",
    "'ECCP_BAD_SIGNATURE', 'not the canonical encoding",
  ),
  signing(
    'ID-075',
    'takes keys with a part of small order',
    'if (point.isSmallOrder() || !point.isTorsionFree())',
    'if (point.isSmallOrder())',
  ),
  signing(
    'ID-075',
    'takes keys of small order',
    'if (point.isSmallOrder() || !point.isTorsionFree())',
    'if (!point.isSmallOrder() && !point.isTorsionFree())',
  ),
  signing(
    'ID-076',
    'takes a signature whose R is the neutral element',
    'if (neutral.equals(bytes.subarray(0, 32))) return false;',
    `if (neutral.equals(bytes.subarray(0, 32))) {
      ${EQUATION}
      const k = number(digest('sha512', Buffer.concat([bytes.subarray(0, 32), raw, message]), 'buffer')) % L;
      return Point.BASE.multiply(number(bytes.subarray(32))).equals(Point.fromBytes(raw).multiply(k));
    }`,
  ),
  documents(
    'ID-080',
    'takes a key document of another node',
    'if (value.document.node !== node) throw',
    'if (false) throw',
  ),
  within('src/core/key-document-form.ts')(
    'ID-080',
    'takes a key document with a member that nobody knows',
    '|| Object.keys(value).some((member) => !members.has(member))',
    '',
  ),
  documents('ID-081', 'takes a chain that leaves out a version', 'if (!isInOrder) throw', 'if (version < 1) throw'),
  documents('ID-082', 'does not look at prev_hash', 'if (prev_hash !== expected) throw', 'if (false) throw'),
  documents('ID-083', 'takes a document without a key', 'document.keys.length < 1 ||', ''),
  documents('ID-083', 'takes 17 keys', 'document.keys.length > maxKeys', 'document.keys.length > maxKeys + 1'),
  documents('ID-083', 'takes a key twice', 'if (new Set(keys).size !== keys.length) throw', 'if (false) throw'),
  documents(
    'ID-084',
    'takes a key that is revoked',
    'if (document.revoked.includes(keyId(key))) throw',
    'if (false) throw',
  ),
  documents(
    'ID-085',
    'lets a revocation be taken back',
    'if (previous?.revoked.some((id) => !revoked.includes(id))) throw',
    'if (false) throw',
  ),
  documents(
    'ID-086',
    'takes a document that one listed key signed',
    'if (!document.keys.every(signedBy)) throw',
    'if (!document.keys.some(signedBy)) throw',
  ),
  documents(
    'ID-087',
    'takes a document that no key before it signed',
    'if (!recovered && !previous.keys.some(signedBy)) throw',
    'if (false) throw',
  ),
  documents(
    'ID-088',
    'lets anybody take the recovery key away',
    'if (recovery !== undefined && document.recovery_key !== recovery && !recovered)',
    'if (false)',
  ),
  documents(
    'ID-089',
    'passes signatures of strangers over',
    'if (key === undefined && strangers) continue;',
    'if (key === undefined) continue;',
  ),
  {
    requirement: 'ID-090',
    breaks: 'serves key documents with a hash of another document before them',
    wire: {
      answer: (answer) => {
        if (!answer.body?.events && !answer.body?.entry && !answer.body?.event) return;
        const text = JSON.stringify(answer.body).replaceAll('"prev_hash":null', `"prev_hash":"${'A'.repeat(43)}"`);
        answer.body = JSON.parse(text);
      },
    },
  },
];
