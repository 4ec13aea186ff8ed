// Joins the services to one another. What they need from outside comes in as parameters, so that tests can supply it.
import { AccountData } from './services/account-data.ts';
import { Accounts, type Registration } from './services/accounts.ts';
import { Deactivation } from './services/deactivation.ts';
import { Devices } from './services/devices.ts';
import { Directory } from './services/directory.ts';
import type { Environment, NodeStore } from './services/environment.ts';
import { AccountExports } from './services/export.ts';
import { Lockout } from './services/lockout.ts';
import { Memberships } from './services/memberships.ts';
import { Messages } from './services/messages.ts';
import { Notifier } from './services/notifier.ts';
import { Passwords } from './services/passwords.ts';
import { Receipts } from './services/receipts.ts';
import { RoomWriter } from './services/room-writer.ts';
import { RoomService } from './services/rooms.ts';
import { Sessions } from './services/sessions.ts';
import { StateEvents } from './services/state-events.ts';
import { Sync } from './services/sync.ts';
import { Typing } from './services/typing.ts';
import type { NodeIdentity } from './storage/node-identity.ts';
import { Rooms } from './storage/rooms.ts';

export interface ServicesOptions {
  readonly store: NodeStore;
  readonly identity: NodeIdentity;
  readonly environment: Environment;
  readonly registration: Registration;
}

export type Services = ReturnType<typeof createServices>;

export function createServices({ store, identity, environment, registration }: ServicesOptions) {
  const { now } = environment;
  const nodeName = identity.name;
  const notifier = new Notifier();
  const rooms = new Rooms();
  const sessions = new Sessions(store, environment);
  const passwords = new Passwords();
  const lockout = new Lockout(() => environment.elapsed());
  const accounts = new Accounts({ store, environment, sessions, passwords, lockout, notifier, nodeName, registration });
  const devices = new Devices(store, sessions, notifier, now);
  const typing = new Typing(store, rooms, notifier, environment);
  const writer = new RoomWriter({ store, rooms, notifier, typing, environment, identity });
  const memberships = new Memberships(store, rooms, writer, nodeName);
  const directory = new Directory(store, rooms, nodeName, now);
  return {
    store,
    sessions,
    accounts,
    devices,
    memberships,
    directory,
    typing,
    deactivation: new Deactivation({ accounts, sessions, memberships, writer, notifier, now }),
    exports: new AccountExports(store, devices, environment),
    accountData: new AccountData(store, rooms, notifier),
    rooms: new RoomService({ store, rooms, writer, memberships, directory }),
    state: new StateEvents(store, rooms, writer),
    messages: new Messages(store, rooms, writer),
    sync: new Sync({ store, notifier, sessions, typing, environment }),
    receipts: new Receipts(store, rooms, notifier, environment),
  };
}
