// Mutants of chapter 6.
import type { Mutant } from './mutant.ts';

const DEVICES = 'src/services/devices.ts';
const SESSIONS = 'src/services/sessions.ts';
const ACCOUNTS = 'src/services/accounts.ts';

export const mutants: readonly Mutant[] = [
  {
    requirement: 'DEV-001',
    breaks: 'gives the fourth device of an account the id of the first, revoked one',
    file: SESSIONS,
    find: 'const deviceId = newDeviceId(this.#environment);',
    put: `const had = await trx.selectFrom('devices').selectAll().where('user_id', '=', userId).execute();
      const revoked = had.find((device) => device.revoked_ts !== null);
      if (revoked && had.length > 2) {
        await trx.updateTable('devices').set({ revoked_ts: null }).where('device_id', '=', revoked.device_id).execute();
        return revoked.device_id;
      }
      const deviceId = newDeviceId(this.#environment);`,
  },
  {
    requirement: 'DEV-002',
    breaks: 'lists the newest device first where there are more than three',
    wire: { operation: 'listDevices', answer: ({ body }) => body.devices.length > 3 && body.devices.reverse() },
  },
  {
    requirement: 'DEV-002',
    breaks: 'lists the devices that hold a token only',
    file: DEVICES,
    find: ".where('revoked_ts', 'is', null) .orderBy",
    put: ".where('revoked_ts', 'is', null).where('devices.device_id', 'in', db.selectFrom('sessions').select('device_id')).orderBy",
  },
  {
    requirement: 'DEV-002',
    breaks: 'moves a device with a new token to the end of the list',
    file: ACCOUNTS,
    find: 'const deviceId = request.device_id ??',
    put: `await trx.updateTable('devices').set({ created_ts: Date.now() }).where('device_id', '=', request.device_id ?? '').execute();
      const deviceId = request.device_id ??`,
  },
  {
    requirement: 'DEV-003',
    breaks: 'marks no device as the one that asks',
    wire: {
      operation: 'listDevices',
      answer: ({ body }) => {
        for (const device of body.devices) device.current = false;
      },
    },
  },
  {
    requirement: 'DEV-003',
    breaks: 'marks the oldest device as the one that asks',
    wire: {
      operation: 'listDevices',
      answer: ({ body }) => {
        for (const device of body.devices) device.current = device === body.devices[0];
      },
    },
  },
  {
    requirement: 'DEV-004',
    breaks: 'forgets the name that registration gives',
    file: ACCOUNTS,
    find: 'sessions.createDevice(trx, userId, request.device_name); const scopes',
    put: 'sessions.createDevice(trx, userId, undefined); const scopes',
  },
  {
    requirement: 'DEV-004',
    breaks: 'renames every device of the account',
    file: DEVICES,
    find: ".set({ name }) .where('user_id', '=', session.userId) .where('device_id', '=', deviceId)",
    put: ".set({ name }) .where('user_id', '=', session.userId)",
  },
  {
    requirement: 'DEV-004',
    breaks: 'keeps the first name',
    file: DEVICES,
    find: '.set({ name })',
    put: ".set({ name }).where('name', 'is', null)",
  },
  {
    requirement: 'DEV-005',
    breaks: 'says that it renamed a device which there is not',
    file: DEVICES,
    find: 'await this.#sessions.requireDevice(trx, session.userId, deviceId);',
    put: '',
  },
  {
    requirement: 'DEV-006',
    breaks: 'leaves the token of a revoked device valid',
    file: DEVICES,
    find: 'await this.#sessions.end(trx, userId, deviceId);',
    put: '',
  },
  {
    requirement: 'DEV-006',
    breaks: 'lets a sync of a revoked device wait on',
    file: DEVICES,
    find: 'this.ended(userId, deviceId);',
    put: '',
  },
  {
    requirement: 'DEV-007',
    breaks: 'says that it revoked a device which the account does not have',
    file: DEVICES,
    find: 'await this.#sessions.requireDevice(trx, userId, deviceId);',
    put: '',
  },
  {
    requirement: 'DEV-008',
    breaks: 'lets the sync of every other device end with the one that it revokes',
    file: DEVICES,
    find: 'this.ended(userId, deviceId);',
    put: 'this.#notifier.ended(userId);',
  },
  {
    requirement: 'DEV-009',
    breaks: 'lets no device revoke itself',
    file: DEVICES,
    find: 'const { userId } = session;',
    put: "const { userId } = session; if (deviceId === session.deviceId) throw Object.assign(new Error('not this one'), { errcode: 'ECCP_FORBIDDEN' });",
  },
  {
    requirement: 'DEV-010',
    breaks: 'cuts a device name that is too long',
    wire: {
      operation: 'renameDevice',
      request: ({ body }) => Object.assign(body, { name: [...body.name].slice(0, 100).join('') }),
    },
  },
];
