import { createHash, randomBytes } from 'node:crypto';
import type { Changes } from './changes.ts';
import type { Handlers } from './door.ts';
import { type Fault, Refusal } from './refusal.ts';
import { canonical, type Dict, depthOf, type Value } from './text.ts';

export interface Device {
  id: string;
  name?: string;
  created: number;
}

export interface Account {
  id: string;
  username: string;
  password: string;
  devices: Device[];
  /** Ids of every device it ever had. */
  used: Set<string>;
  data: Map<string, { content: Dict; change: number }>;
  active: boolean;
}

/** Who asks. */
export interface Session {
  account: Account;
  device: Device;
  scopes: string[];
}

const EVERYTHING = ['read', 'write', 'account'];
const LOCK = 15 * 60_000;

/** Accounts, devices and sessions: chapters 5 and 6. Nothing outlasts the process. */
export class Accounts {
  readonly #node: string;
  readonly #changes: Changes;
  readonly #faults: ReadonlySet<Fault>;
  readonly #accounts = new Map<string, Account>();
  readonly #sessions = new Map<string, Session>();
  readonly #failures = new Map<string, { count: number; last: number }>();
  /** Called when somebody is gone for good. */
  onLeave: (userId: string) => void = () => undefined;

  constructor(node: string, changes: Changes, faults: ReadonlySet<Fault>) {
    this.#node = node;
    this.#changes = changes;
    this.#faults = faults;
  }

  /** Whether a user of this node exists. */
  exists(userId: string): boolean {
    const account = this.#accounts.get(userId.slice(1, -this.#node.length - 1));
    return account?.active === true && account.id === userId;
  }

  /** The session of a token. */
  readonly admit = (token: string, scopes: string[]): Session => {
    const session = this.#sessions.get(digest(token));
    if (!session) throw new Refusal('ECCP_UNKNOWN_TOKEN');
    if (scopes.some((scope) => !session.scopes.includes(scope))) throw new Refusal('ECCP_FORBIDDEN');
    return session;
  };

  /** Whether a session has not ended. */
  holds(session: Session): boolean {
    return [...this.#sessions.values()].includes(session);
  }

  /** The devices of an account, for one of them. */
  devicesOf({ account, device }: Session): Dict[] {
    return account.devices.map(({ id, name, created }) => ({
      ...{ device_id: id, created_ts: created, current: id === device.id },
      ...(name === undefined ? {} : { name }),
    }));
  }

  readonly handlers: Handlers<Session> = {
    register: ({ body }) => {
      const username = String(body.username);
      const id = `@${username}:${this.#node}`;
      strong(String(body.password), username, id);
      if (this.#accounts.has(username)) throw new Refusal('ECCP_USER_IN_USE');
      const account: Account = {
        id,
        username,
        password: digest(String(body.password)),
        devices: [],
        used: new Set(),
        data: new Map(),
        active: true,
      };
      this.#accounts.set(username, account);
      return { status: 201, body: this.#grant(account, this.#newDevice(account, body.device_name), EVERYTHING) };
    },
    login: ({ body, address }) => {
      const user = String(body.user);
      const name =
        user.startsWith('@') && user.endsWith(`:${this.#node}`) ? user.slice(1, -this.#node.length - 1) : user;
      const account = this.#accounts.get(name);
      this.#guard(`${address} ${name}`, account, String(body.password));
      if (!account) throw new Refusal('ECCP_BAD_AUTH');
      const scopes = Array.isArray(body.scopes) ? body.scopes.map(String) : EVERYTHING;
      if (scopes.includes('admin')) throw new Refusal('ECCP_FORBIDDEN');
      const known = account.devices.find(({ id }) => id === body.device_id);
      if (body.device_id !== undefined && !known) throw new Refusal('ECCP_NOT_FOUND');
      return { body: this.#grant(account, known ?? this.#newDevice(account, body.device_name), scopes) };
    },
    logout: ({ session }) => {
      if (!this.#faults.has('logout-keeps-token')) this.#end((other) => other === session);
      return { body: {} };
    },
    getAccount: ({ session: { account, device, scopes } }) => ({
      body: { user_id: account.id, device_id: device.id, scopes, admin: false, must_change_password: false },
    }),
    changePassword: ({ session: { account, device, scopes }, body, address }) => {
      this.#guard(`${address} ${account.username}`, account, String(body.old_password));
      strong(String(body.new_password), account.username, account.id);
      account.password = digest(String(body.new_password));
      this.#end((other) => other.account === account);
      return { body: this.#grant(account, device, scopes) };
    },
    deactivateAccount: ({ session: { account }, body, address }) => {
      this.#guard(`${address} ${account.username}`, account, String(body.password));
      account.active = false;
      this.#end((other) => other.account === account);
      this.onLeave(account.id);
      return { body: {} };
    },
    listDevices: ({ session }) => ({ body: { devices: this.devicesOf(session) } }),
    renameDevice: ({ session: { account }, params, body }) => {
      const device = deviceOf(account, params.deviceId);
      if (!this.#faults.has('rename-does-nothing')) device.name = String(body.name);
      return { body: {} };
    },
    revokeDevice: ({ session: { account }, params }) => {
      const device = deviceOf(account, params.deviceId);
      account.devices.splice(account.devices.indexOf(device), 1);
      this.#end((other) => other.device === device);
      return { body: {} };
    },
    putAccountData: ({ session: { account }, params, body }) => {
      account.data.set(params.type ?? '', { content: accountData(body), change: this.#changes.next() });
      return { body: {} };
    },
    getAccountData: ({ session: { account }, params }) => {
      const item = account.data.get(params.type ?? '');
      if (!item) throw new Refusal('ECCP_NOT_FOUND');
      return { body: item.content };
    },
  };

  #newDevice(account: Account, name: Value | undefined): Device {
    let id = '';
    do id = randomBytes(5).toString('hex').toUpperCase();
    while (account.used.has(id));
    const device = { id, created: Date.now(), ...(name === undefined ? {} : { name: String(name) }) };
    account.used.add(id);
    account.devices.push(device);
    return device;
  }

  #grant(account: Account, device: Device, scopes: string[]): Dict {
    this.#end((other) => other.device === device);
    const access_token = randomBytes(32).toString('base64url');
    this.#sessions.set(digest(access_token), { account, device, scopes });
    return { user_id: account.id, device_id: device.id, access_token, scopes, must_change_password: false };
  }

  #end(ends: (session: Session) => boolean): void {
    for (const [token, session] of this.#sessions) if (ends(session)) this.#sessions.delete(token);
    this.#changes.wake();
  }

  /** Refuses a wrong password, and any after five of them. */
  #guard(key: string, account: Account | undefined, password: string): void {
    const now = Date.now();
    const known = this.#failures.get(key);
    const failures = known && now - known.last < LOCK ? known : { count: 0, last: 0 };
    if (failures.count >= 5) throw new Refusal('ECCP_LOCKED_OUT', { retry_after_ms: failures.last + LOCK - now });
    if (account?.active && account.password === digest(password)) return void this.#failures.delete(key);
    this.#failures.set(key, { count: failures.count + 1, last: now });
    throw new Refusal('ECCP_BAD_AUTH');
  }
}

/** Checks the limits of account data. */
export function accountData(content: Dict): Dict {
  if (Buffer.byteLength(canonical(content)) > 61_440) throw new Refusal('ECCP_TOO_LARGE');
  if (depthOf(content) > 24) throw new Refusal('ECCP_BAD_PARAM', { path: '' });
  return content;
}

function deviceOf(account: Account, id: string | undefined): Device {
  const device = account.devices.find((other) => other.id === id);
  if (!device) throw new Refusal('ECCP_NOT_FOUND');
  return device;
}

function strong(password: string, username: string, userId: string): void {
  const long = [...password].length >= 10 && Buffer.byteLength(password) <= 1024;
  if (!long || [username, userId].includes(password.toLowerCase())) throw new Refusal('ECCP_WEAK_PASSWORD');
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
