import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import type {
  Account,
  DeviceId,
  LoginRequest,
  RegisterRequest,
  Scope,
  SessionGrant,
  UserId,
} from '../generated/api.ts';
import type { AccountRow, Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Lockout } from './lockout.ts';
import type { Notifier } from './notifier.ts';
import { checkStrength, type Passwords } from './passwords.ts';
import { type Session, type Sessions, scopesOf } from './sessions.ts';
import { tokenHash } from './tokens.ts';

/** Who may register (ACC-001). */
export type Registration = { mode: 'open' } | { mode: 'token'; token: string } | { mode: 'closed' };

/** The administrator that the first boot makes. */
export interface FirstAdmin {
  readonly userId: UserId;
  readonly password: string;
}

export interface AccountsOptions {
  store: NodeStore;
  environment: Environment;
  sessions: Sessions;
  passwords: Passwords;
  lockout: Lockout;
  notifier: Notifier;
  nodeName: string;
  registration: Registration;
}

/** Registration, login and passwords (chapter 5). */
export class Accounts {
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  async register(request: RegisterRequest): Promise<SessionGrant> {
    const { store, sessions, passwords } = this.#options;
    this.#checkMayRegister(request.registration_token);
    const userId = this.userId(request.username);
    checkStrength(request.password, userId);
    if (await store.read((db) => accountOf(db, userId))) throw nameTaken(); // before a hash is paid for
    const passwordHash = await passwords.hash(request.password);
    return store.write(async (trx) => {
      await this.#insert(trx, { user_id: userId, password_hash: passwordHash });
      const deviceId = await sessions.createDevice(trx, userId, request.device_name);
      const scopes = scopesOf({ admin: 0 });
      const token = await sessions.open(trx, userId, deviceId, scopes);
      return grant(userId, deviceId, token, scopes, false);
    });
  }

  /**
   * Creates the first administrator, unless the account exists.
   *
   * @param address `local@domain`: the account takes the local part, and the whole as its contact.
   * @param announce is told the one-time password, once and before the account exists: a boot that ends between the two
   *   leaves no administrator whose password nobody knows, and the next one makes another.
   */
  async bootstrapAdmin(address: string, announce: (admin: FirstAdmin) => void): Promise<void> {
    const { store, passwords, environment } = this.#options;
    const userId = this.userId(address.slice(0, address.indexOf('@')));
    if (await store.read((db) => accountOf(db, userId))) return;
    const password = Buffer.from(environment.random(15)).toString('base64url');
    const passwordHash = await passwords.hash(password);
    announce({ userId, password });
    const account = { user_id: userId, password_hash: passwordHash, one_time_password: 1, admin: 1, contact: address };
    await store.write((trx) => this.#insert(trx, account));
  }

  async login(request: LoginRequest, address: string): Promise<SessionGrant> {
    const { store, sessions, notifier } = this.#options;
    const userId = request.user.startsWith('@') ? (request.user as UserId) : this.userId(request.user);
    const account = await this.checkPassword(userId, request.password, address);
    const oneTime = account.one_time_password === 1;
    const scopes = oneTime ? (['account'] as const) : wantedScopes(request.scopes, account); // ACC-025, ACC-053
    const granted = await store.write(async (trx) => {
      await this.requireUnchanged(trx, account);
      if (request.device_id !== undefined) await sessions.requireDevice(trx, userId, request.device_id);
      const deviceId = request.device_id ?? (await sessions.createDevice(trx, userId, request.device_name));
      const token = await sessions.open(trx, userId, deviceId, scopes);
      return grant(userId, deviceId, token, scopes, oneTime);
    });
    notifier.ended(userId, granted.device_id);
    return granted;
  }

  async logout(session: Session): Promise<void> {
    await this.#options.store.write((trx) => this.#options.sessions.end(trx, session.userId, session.deviceId));
    this.#options.notifier.ended(session.userId, session.deviceId);
  }

  async changePassword(
    session: Session,
    oldPassword: string,
    newPassword: string,
    address: string,
  ): Promise<SessionGrant> {
    const { store, sessions, passwords, notifier } = this.#options;
    const account = await this.checkPassword(session.userId, oldPassword, address);
    checkStrength(newPassword, session.userId);
    if (account.one_time_password === 1 && newPassword === oldPassword) {
      throw new EccpError('ECCP_WEAK_PASSWORD', 'A one-time password is not used twice.'); // ACC-028
    }
    const passwordHash = await passwords.hash(newPassword);
    const scopes = account.one_time_password === 1 ? scopesOf(account) : session.scopes; // ACC-026
    const granted = await store.write(async (trx) => {
      await this.requireUnchanged(trx, account);
      await sessions.requireDevice(trx, session.userId, session.deviceId);
      await trx
        .updateTable('accounts')
        .set({ password_hash: passwordHash, one_time_password: 0 })
        .where('user_id', '=', session.userId)
        .execute();
      await sessions.end(trx, session.userId);
      const token = await sessions.open(trx, session.userId, session.deviceId, scopes);
      return grant(session.userId, session.deviceId, token, scopes, false);
    });
    notifier.ended(session.userId);
    return granted;
  }

  async describe(session: Session): Promise<Account> {
    const account = await this.#options.store.read((db) => accountOf(db, session.userId));
    if (account === undefined) throw new EccpError('ECCP_UNKNOWN_TOKEN', 'The account is gone.');
    return {
      user_id: session.userId,
      device_id: session.deviceId,
      scopes: [...session.scopes],
      admin: account.admin === 1,
      must_change_password: account.one_time_password === 1,
      ...(account.contact === null ? {} : { contact: account.contact }),
    };
  }

  /**
   * @returns the active account whose password this is.
   * @throws EccpError ECCP_BAD_AUTH, the same for a wrong password and no such account (ACC-035); ECCP_LOCKED_OUT.
   */
  async checkPassword(userId: UserId, password: string, address: string): Promise<AccountRow> {
    const { store, passwords, lockout } = this.#options;
    const account = await lockout.attempt(userId, address, async () => {
      const candidate = await store.read((db) => accountOf(db, userId));
      return (await passwords.verify(candidate?.password_hash, password)) ? candidate : undefined;
    });
    if (account === undefined) throw new EccpError('ECCP_BAD_AUTH', 'The user name or the password is wrong.');
    return account;
  }

  /**
   * A password takes a while to check; meanwhile another request may have changed it or ended the account.
   *
   * @param checked what checkPassword() gave.
   * @throws EccpError ECCP_BAD_AUTH
   */
  async requireUnchanged(trx: Kysely<Tables>, checked: AccountRow): Promise<void> {
    const now = await accountOf(trx, checked.user_id);
    if (now?.password_hash !== checked.password_hash) {
      throw new EccpError('ECCP_BAD_AUTH', 'The user name or the password is wrong.');
    }
  }

  userId(localpart: string): UserId {
    return `@${localpart}:${this.#options.nodeName}` as UserId;
  }

  #checkMayRegister(token: string | undefined): void {
    const { registration } = this.#options;
    if (registration.mode === 'closed') throw new EccpError('ECCP_FORBIDDEN', 'This node takes no registrations.'); // ACC-005
    if (registration.mode === 'token' && tokenHash(token ?? '') !== tokenHash(registration.token)) {
      // hashes, so that the time it takes tells nothing
      throw new EccpError('ECCP_FORBIDDEN', 'Registration needs a valid registration token.'); // ACC-003
    }
  }

  async #insert(
    trx: Kysely<Tables>,
    account: Pick<AccountRow, 'user_id' | 'password_hash'> & Partial<AccountRow>,
  ): Promise<void> {
    const inserted = await trx
      .insertInto('accounts')
      .values({ one_time_password: 0, admin: 0, created_ts: this.#options.environment.now(), ...account })
      .onConflict((conflict) => conflict.doNothing())
      .returning('user_id')
      .executeTakeFirst();
    if (inserted === undefined) throw nameTaken(); // ACC-008, ACC-012
  }
}

/** The account of a user id, deactivated or not. */
export function accountOf(db: Kysely<Tables>, userId: UserId): Promise<AccountRow | undefined> {
  return db.selectFrom('accounts').selectAll().where('user_id', '=', userId).executeTakeFirst();
}

/** Whether a user has an account here that can be invited and written to. */
export async function isActive(db: Kysely<Tables>, userId: UserId): Promise<boolean> {
  const account = await accountOf(db, userId);
  return account !== undefined && account.deactivated_ts === null;
}

/** A request may have been on its way while its account was ended: nothing new begins for it (ACC-072). */
export async function requireActive(trx: Kysely<Tables>, userId: UserId): Promise<void> {
  if (!(await isActive(trx, userId))) throw new EccpError('ECCP_UNKNOWN_TOKEN', 'The account is deactivated.');
}

function nameTaken(): EccpError {
  return new EccpError('ECCP_USER_IN_USE', 'The user name is taken.');
}

/** @throws EccpError ECCP_FORBIDDEN for a scope that the account cannot have. */
function wantedScopes(wanted: readonly Scope[] | undefined, account: AccountRow): readonly Scope[] {
  const possible = scopesOf(account);
  const beyond = wanted?.find((scope) => !possible.includes(scope));
  if (beyond !== undefined) throw new EccpError('ECCP_FORBIDDEN', `The account cannot have the scope ${beyond}.`);
  return wanted ?? possible;
}

function grant(
  userId: UserId,
  deviceId: DeviceId,
  token: string,
  scopes: readonly Scope[],
  mustChange: boolean,
): SessionGrant {
  return {
    user_id: userId,
    device_id: deviceId,
    access_token: token,
    scopes: [...scopes],
    must_change_password: mustChange,
  };
}
