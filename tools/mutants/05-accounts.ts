// Mutants of chapter 5.
import { type Mutant, within } from './mutant.ts';

const accounts = within('src/services/accounts.ts');
const sessions = within('src/services/sessions.ts');
const passwords = within('src/services/passwords.ts');
const lockout = within('src/services/lockout.ts');
const data = within('src/services/account-data.ts');
const deactivation = within('src/services/deactivation.ts');
const exporting = within('src/services/export.ts');
const operation = within('src/http/operation.ts');

const taken = 'if (await store.read((db) => accountOf(db, userId))) throw nameTaken();';
const strength = 'checkStrength(request.password, userId);';
const mayRegister = 'this.#checkMayRegister(request.registration_token);';

export const mutants: readonly Mutant[] = [
  {
    requirement: 'ACC-001',
    breaks: 'says that registration is closed where it is open',
    wire: {
      operation: 'getVersions',
      answer: ({ body }) => {
        body.registration.mode = body.registration.mode === 'open' ? 'closed' : 'open';
      },
    },
  },
  accounts(
    'ACC-002',
    'answers a registration with the token of another device',
    'const token = await sessions.open(trx, userId, deviceId, scopes); return grant(userId, deviceId, token, scopes, false); }); } /**',
    `const other = userId.startsWith('@open-') ? await sessions.createDevice(trx, userId, undefined) : deviceId;
      const token = await sessions.open(trx, userId, other, scopes);
      return grant(userId, deviceId, token, scopes, false);
    });
  }
  /**`,
  ),
  accounts(
    'ACC-003',
    'registers with any token',
    "tokenHash(token ?? '') !== tokenHash(registration.token)",
    'token === undefined',
  ),
  accounts(
    'ACC-004',
    'refuses every registration token',
    "tokenHash(token ?? '') !== tokenHash(registration.token)",
    'true',
  ),
  accounts(
    'ACC-005',
    'refuses a registration on a closed node as bad',
    "throw new EccpError('ECCP_FORBIDDEN', 'This node takes no registrations.')",
    "throw new EccpError('ECCP_NOT_FOUND', 'This node takes no registrations.')",
  ),
  {
    requirement: 'ACC-006',
    breaks: 'leaves what follows an equals sign out of a user id',
    wire: {
      operation: 'register',
      answer: ({ body }) => {
        if (body.user_id) body.user_id = body.user_id.replace(/=[^:]+/, '');
      },
    },
  },
  {
    requirement: 'ACC-007',
    breaks: 'folds the capitals of a username',
    wire: {
      operation: 'register',
      request: ({ body }) => {
        if (typeof body?.username === 'string') body.username = body.username.toLowerCase();
      },
    },
  },
  accounts(
    'ACC-008',
    'gives the name of a deactivated account again',
    taken,
    `const held = await store.read((db) => accountOf(db, userId));
    if (held && held.deactivated_ts === null) throw nameTaken();
    if (held) await store.write((trx) => trx.deleteFrom('accounts').where('user_id', '=', userId).execute());`,
  ),
  passwords('ACC-009', 'takes a password of 9 characters', 'minCodePoints = 10', 'minCodePoints = 9'),
  passwords('ACC-009', 'takes a password of 1025 bytes', 'maxBytes = 1024', 'maxBytes = 1025'),
  passwords('ACC-009', 'counts the UTF-16 units of a password', '[...password].length < min', 'password.length < min'),
  passwords(
    'ACC-010',
    'takes the username for a password',
    "lower === userId || lower === userId.slice(1, userId.indexOf(':'))",
    'lower === userId',
  ),
  passwords('ACC-010', 'takes the user id for a password', 'lower === userId || lower', 'lower'),
  passwords('ACC-010', 'compares capitals of the password', 'password.toLowerCase()', 'password'),
  accounts(
    'ACC-011',
    'reserves the username of a refused registration',
    strength,
    `try { ${strength} } catch (error) { await store.write((trx) => this.#insert(trx, { user_id: userId, password_hash: '' })); throw error; }`,
  ),
  accounts(
    'ACC-012',
    'lets the last of registrations at the same time have the name',
    ".onConflict((conflict) => conflict.doNothing()) .returning('user_id')",
    ".onConflict((conflict) => conflict.column('user_id').doUpdateSet({ password_hash: account.password_hash })).returning('user_id')",
  ),
  {
    ...accounts('ACC-013', 'looks at the name before the password', strength, ''),
    more: [{ file: 'src/services/accounts.ts', find: taken, put: `${taken} ${strength}` }],
  },
  {
    ...accounts('ACC-013', 'looks at the password before the registration token', mayRegister, ''),
    more: [{ file: 'src/services/accounts.ts', find: strength, put: `${strength} ${mayRegister}` }],
  },
  accounts(
    'ACC-021',
    'changes the password whatever the old one is',
    'const account = await this.checkPassword(session.userId, oldPassword, address); checkStrength',
    'const account = (await store.read((db) => accountOf(db, session.userId))) as AccountRow; checkStrength',
  ),
  accounts(
    'ACC-022',
    'keeps the old password',
    '.set({ password_hash: passwordHash, one_time_password: 0 })',
    '.set({ one_time_password: 0 })',
  ),
  accounts(
    'ACC-023',
    'leaves other sessions as they are when the password changes',
    'await sessions.end(trx, session.userId);',
    '',
  ),
  accounts('ACC-024', 'takes a weak new password', 'checkStrength(newPassword, session.userId);', ''),
  accounts(
    'ACC-027',
    'gives every scope to the token of a new password',
    'account.one_time_password === 1 ? scopesOf(account) : session.scopes',
    'scopesOf(account)',
  ),
  accounts(
    'ACC-030',
    'logs in by local part only',
    "request.user.startsWith('@') ? (request.user as UserId) : this.userId(request.user)",
    'this.userId(request.user)',
  ),
  accounts(
    'ACC-032',
    'makes a new device for a login with one',
    'const deviceId = request.device_id ??',
    'const deviceId =',
  ),
  sessions('ACC-033', 'leaves the earlier token of a device valid', 'await this.end(trx, userId, deviceId);', ''),
  accounts(
    'ACC-034',
    'looks at the device before the password',
    'const account = await this.checkPassword(userId, request.password, address); const oneTime',
    `if (request.device_id !== undefined) await store.read((db) => sessions.requireDevice(db, userId, request.device_id as DeviceId));
    const account = await this.checkPassword(userId, request.password, address);
    const oneTime`,
  ),
  accounts(
    'ACC-034',
    'makes a new device where the account does not have the one that is named',
    'if (request.device_id !== undefined) await sessions.requireDevice(trx, userId, request.device_id);',
    'if (request.device_id !== undefined) await sessions.requireDevice(trx, userId, request.device_id).catch(() => { request.device_id = undefined as never; });',
  ),
  accounts(
    'ACC-035',
    'tells a wrong password from a user that does not exist',
    "if (account === undefined) throw new EccpError('ECCP_BAD_AUTH', 'The user name or the password is wrong.'); return account;",
    `if (account === undefined) {
      const known = await store.read((db) => accountOf(db, userId));
      throw new EccpError('ECCP_BAD_AUTH', known ? 'The password is wrong.' : 'The user name is wrong.');
    }
    return account;`,
  ),
  lockout('ACC-036', 'locks after six failures', 'maxFailures = 5', 'maxFailures = 6'),
  lockout('ACC-036', 'locks after four failures', 'maxFailures = 5', 'maxFailures = 4'),
  lockout('ACC-036', 'lifts the lock after a minute', 'lockMs = 15 * 60_000', 'lockMs = 60_000'),
  accounts(
    'ACC-037',
    'counts no failures for names that no account has',
    'const account = await lockout.attempt(userId, address, async () => {',
    `if (!(await store.read((db) => accountOf(db, userId)))) throw new EccpError('ECCP_BAD_AUTH', 'The user name or the password is wrong.');
    const account = await lockout.attempt(userId, address, async () => {`,
  ),
  lockout(
    'ACC-038',
    'keeps the count of failures after a successful login',
    'attempts.failures = 0; return found;',
    'return found;',
  ),
  accounts(
    'ACC-039',
    'leaves the token that logs out valid',
    'await this.#options.store.write((trx) => this.#options.sessions.end(trx, session.userId, session.deviceId));',
    '',
  ),
  accounts(
    'ACC-040',
    'ends every session of the account at a logout',
    'this.#options.sessions.end(trx, session.userId, session.deviceId)',
    'this.#options.sessions.end(trx, session.userId)',
  ),
  accounts(
    'ACC-041',
    'does not count a wrong old password',
    'const account = await this.checkPassword(session.userId, oldPassword, address); checkStrength',
    `const held = await store.read((db) => accountOf(db, session.userId));
    if (!(await passwords.verify(held?.password_hash, oldPassword))) throw new EccpError('ECCP_BAD_AUTH', 'The password is wrong.');
    const account = await this.checkPassword(session.userId, oldPassword, address);
    checkStrength`,
  ),
  deactivation(
    'ACC-041',
    'does not count a wrong password for a deactivation',
    'const account = await accounts.checkPassword(userId, password, address);',
    'const account = await accounts.checkPassword(userId, password, crypto.randomUUID());',
  ),
  {
    requirement: 'ACC-042',
    breaks: 'refuses what is no name as a bad parameter',
    wire: {
      operation: 'login',
      answer: (answer, { body }) => {
        if (answer.status !== 401 || /^(@[a-z0-9._=-]{1,64}:.+|[a-z0-9._=-]{1,64})$/.test(body?.user)) return;
        answer.status = 400;
        answer.body = { errcode: 'ECCP_BAD_PARAM', error: 'no name', path: '/user' };
      },
    },
  },
  within('src/services/tokens.ts')(
    'ACC-050',
    'gives tokens of which half is always the same',
    'environment.random(32)',
    'Buffer.concat([environment.random(16), Buffer.alloc(16)])',
  ),
  operation(
    'ACC-052',
    'lets a token that may read also write',
    'if (!session.scopes.includes(scope as Scope))',
    "if (!session.scopes.includes(scope as Scope) && !(scope === 'write' && session.scopes.includes('read')))",
  ),
  accounts('ACC-053', 'gives every scope, whatever was asked for', 'return wanted ?? possible;', 'return possible;'),
  accounts(
    'ACC-055',
    'lets a sync wait on whose session ended by logout',
    'this.#options.notifier.ended(session.userId, session.deviceId);',
    '',
  ),
  accounts(
    'ACC-055',
    'lets a sync wait on whose session ended by a new password',
    'notifier.ended(session.userId); return granted;',
    'return granted;',
  ),
  accounts(
    'ACC-056',
    'gives the scope admin to whoever asks',
    'if (beyond !== undefined) throw',
    "if (beyond !== undefined && beyond !== 'admin') throw",
  ),
  operation(
    'ACC-057',
    'lets any token look at the audit log',
    'if (!session.scopes.includes(scope as Scope))',
    "if (!session.scopes.includes(scope as Scope) && scope !== 'admin')",
  ),
  data(
    'ACC-060',
    'keeps the first content of a type',
    'doUpdateSet({ content: text, stream })',
    'doUpdateSet(roomId === undefined ? { stream } : { content: text, stream })',
  ),
  data(
    'ACC-061',
    'keeps the first content of a type in a room',
    'doUpdateSet({ content: text, stream })',
    'doUpdateSet(roomId === undefined ? { content: text, stream } : { stream })',
  ),
  data(
    'ACC-062',
    'takes a type that was never written for an empty one',
    "throw new EccpError('ECCP_NOT_FOUND', 'There is no such account data.');",
    'return {};',
  ),
  data(
    'ACC-063',
    'shows account data to everybody',
    ".where('user_id', '=', userId) .where('room_id', '=', roomId ?? '')",
    ".where('room_id', '=', roomId ?? '')",
  ),
  data(
    'ACC-064',
    'keeps data for rooms that the user is not in',
    "if (membership === undefined) throw new EccpError('ECCP_FORBIDDEN', 'This needs a membership in the room.');",
    '',
  ),
  data('ACC-065', 'takes account data of 60 KiB and a byte', '> maxBytes', '> maxBytes + 1'),
  data('ACC-065', 'refuses account data of 60 KiB', '> maxBytes', '>= maxBytes'),
  data(
    'ACC-066',
    'takes account data that nests 25 deep',
    'isDeeper(content, maxContentDepth)',
    'isDeeper(content, maxContentDepth + 1)',
  ),
  {
    ...deactivation(
      'ACC-070',
      'ends an account whatever the password is',
      'const account = await accounts.checkPassword(userId, password, address);',
      '',
    ),
    more: [
      {
        file: 'src/services/deactivation.ts',
        find: 'await accounts.requireUnchanged(changes.trx, account);',
        put: '',
      },
    ],
  },
  deactivation(
    'ACC-071',
    'leaves the sessions of a deactivated account as they are',
    'await sessions.end(changes.trx, userId);',
    '',
  ),
  deactivation(
    'ACC-071',
    'logs a deactivated account in',
    '.set({ deactivated_ts: now(), password_hash: null })',
    '.set({ deactivated_ts: now() })',
  ),
  deactivation('ACC-072', 'leaves a deactivated user in all rooms', 'await memberships.leaveAll(changes, userId);', ''),
  exporting(
    'ACC-073',
    'exports the newest event of a room first',
    'events.push(...rows.filter((row) => row.sender === session.userId)',
    'events.push(...rows.toReversed().filter((row) => row.sender === session.userId)',
  ),
  exporting('ACC-074', 'exports no receipts', 'receipts,', 'receipts: [],'),
  exporting('ACC-074', 'exports no aliases', 'aliases: aliases.map((row) => row.alias)', 'aliases: []'),
  exporting(
    'ACC-074',
    'exports no account data of rooms',
    "(i): i is typeof i & { room_id: RoomId } => i.room_id !== ''",
    '(i): i is typeof i & { room_id: RoomId } => false',
  ),
  {
    requirement: 'ACC-075',
    breaks: 'exports the token that asks',
    wire: {
      operation: 'exportAccount',
      answer: ({ body }, { headers }) => {
        if (body.devices?.[0]) body.devices[0].name = String(headers.authorization).replace(/^Bearer /, '');
      },
    },
  },
  exporting('ACC-076', 'exports what everybody said', 'rows.filter((row) => row.sender === session.userId)', 'rows'),
  exporting(
    'ACC-077',
    'exports no rooms that the user left',
    ".whereRef('seq', '>', 'forgotten_seq')",
    ".whereRef('seq', '>', 'forgotten_seq').where('membership', '!=', 'leave')",
  ),
  exporting('ACC-077', 'exports rooms that the user forgot', ".whereRef('seq', '>', 'forgotten_seq')", ''),
];
