import type { Kysely } from 'kysely';
import { EccpError } from '../core/errors.ts';
import type { DeviceId, Scope, UserId } from '../generated/api.ts';
import { prepared } from '../storage/prepared.ts';
import type { Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';
import { newDeviceId, newToken, tokenHash } from './tokens.ts';

const userScopes: readonly Scope[] = ['read', 'write', 'account'];
const adminScopes: readonly Scope[] = [...userScopes, 'admin'];

/** Every scope that a token of the account can have. */
export function scopesOf(account: { admin: number }): readonly Scope[] {
  return account.admin === 1 ? adminScopes : userScopes;
}

/** `last_seen_ts` of a device is exact to this, so that reading costs no write. */
const seenEveryMs = 60_000;

/** Whose access token came with a request. */
export interface Session {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly scopes: readonly Scope[];
  readonly tokenHash: string;
}

const sessionOf = prepared((db, { hash }: { hash: string }) =>
  db.selectFrom('sessions').select(['user_id', 'device_id', 'scopes']).where('token_hash', '=', hash),
);

/** Access tokens: each belongs to one device, and a device has at most one. */
export class Sessions {
  readonly #store: NodeStore;
  readonly #environment: Environment;
  readonly #seen = new Map<string, number>();

  constructor(store: NodeStore, environment: Environment) {
    this.#store = store;
    this.#environment = environment;
  }

  /** The session of a token; undefined when the token was never issued, or no longer holds. */
  async find(token: string): Promise<Session | undefined> {
    const hash = tokenHash(token);
    const [row] = await this.#store.read((db) => sessionOf(db, { hash }));
    if (row === undefined) return undefined;
    await this.#markSeen(row.user_id, row.device_id);
    return { userId: row.user_id, deviceId: row.device_id, scopes: row.scopes.split(' ') as Scope[], tokenHash: hash };
  }

  /**
   * For what takes a while: whether a session that was found still holds.
   *
   * @throws EccpError ECCP_UNKNOWN_TOKEN when it has ended meanwhile (ACC-055).
   */
  async require(db: Kysely<Tables>, session: Session): Promise<void> {
    const [row] = await sessionOf(db, { hash: session.tokenHash });
    if (row === undefined) throw new EccpError('ECCP_UNKNOWN_TOKEN', 'The session has ended.');
  }

  /** Gives a device a new token in place of the one before (ACC-033). */
  async open(trx: Kysely<Tables>, userId: UserId, deviceId: DeviceId, scopes: readonly Scope[]): Promise<string> {
    const token = newToken(this.#environment);
    await this.end(trx, userId, deviceId);
    await trx
      .insertInto('sessions')
      .values({ token_hash: tokenHash(token), user_id: userId, device_id: deviceId, scopes: scopes.join(' ') })
      .execute();
    return token;
  }

  /** Ends the session of a device, or without one every session of the user. */
  async end(trx: Kysely<Tables>, userId: UserId, deviceId?: DeviceId): Promise<void> {
    let query = trx.deleteFrom('sessions').where('user_id', '=', userId);
    if (deviceId !== undefined) query = query.where('device_id', '=', deviceId);
    for (const ended of await query.returning('device_id').execute()) this.#seen.delete(`${userId} ${ended.device_id}`);
  }

  /** Makes a device with an id that the account never had (DEV-001). */
  async createDevice(trx: Kysely<Tables>, userId: UserId, name: string | undefined): Promise<DeviceId> {
    for (;;) {
      const deviceId = newDeviceId(this.#environment);
      const inserted = await trx
        .insertInto('devices')
        .values({ user_id: userId, device_id: deviceId, name: name ?? null, created_ts: this.#environment.now() })
        .onConflict((conflict) => conflict.doNothing())
        .returning('device_id')
        .executeTakeFirst();
      if (inserted !== undefined) return deviceId;
    }
  }

  /** @throws EccpError ECCP_NOT_FOUND unless the account has the device. */
  async requireDevice(db: Kysely<Tables>, userId: UserId, deviceId: DeviceId): Promise<void> {
    const device = await db
      .selectFrom('devices')
      .select('device_id')
      .where('user_id', '=', userId)
      .where('device_id', '=', deviceId)
      .where('revoked_ts', 'is', null)
      .executeTakeFirst();
    if (device === undefined) throw new EccpError('ECCP_NOT_FOUND', 'The account has no such device.');
  }

  async #markSeen(userId: UserId, deviceId: DeviceId): Promise<void> {
    const now = this.#environment.now();
    const key = `${userId} ${deviceId}`;
    if (now - (this.#seen.get(key) ?? 0) < seenEveryMs || !this.#store.health().ok) return;
    this.#seen.set(key, now);
    const marked = this.#store.write((trx) =>
      trx
        .updateTable('devices')
        .set({ last_seen_ts: now })
        .where('user_id', '=', userId)
        .where('device_id', '=', deviceId)
        .execute(),
    );
    await marked.catch(() => this.#seen.delete(key)); // a request does not fail for this; the next one tries again
  }
}
