// Joins the services to one another. What they need from outside comes in as parameters, so that tests can supply it.
import type { SignedKeyDocument } from './core/key-document.ts';
import type { NodeName } from './generated/api.ts';
import { AccountData } from './services/account-data.ts';
import { Accounts, type Registration } from './services/accounts.ts';
import { Deactivation } from './services/deactivation.ts';
import { DeviceKeys } from './services/device-keys.ts';
import { DeviceLists } from './services/device-lists.ts';
import { Devices } from './services/devices.ts';
import { Directory } from './services/directory.ts';
import type { Environment, NodeStore } from './services/environment.ts';
import { Evidence, type Recorder } from './services/evidence.ts';
import { AccountExports } from './services/export.ts';
import { Heads } from './services/heads.ts';
import { HostAnswers } from './services/host-answers.ts';
import { HostStart } from './services/host-start.ts';
import { Hosting } from './services/hosting.ts';
import { Ingest } from './services/ingest.ts';
import { Invitations } from './services/invitations.ts';
import { Lockout } from './services/lockout.ts';
import { LogKeeper } from './services/log-keeper.ts';
import { LogServing } from './services/log-serving.ts';
import { LogVerification } from './services/log-verification.ts';
import { Memberships } from './services/memberships.ts';
import { Messages } from './services/messages.ts';
import { MissingContents } from './services/missing-contents.ts';
import { Notifier } from './services/notifier.ts';
import { Outbox } from './services/outbox.ts';
import { Passwords } from './services/passwords.ts';
import { Claims } from './services/prekeys.ts';
import { Receipts } from './services/receipts.ts';
import { type AskKeys, RemoteKeys } from './services/remote-keys.ts';
import { RemoteMemberships } from './services/remote-memberships.ts';
import { RoomWriter } from './services/room-writer.ts';
import { RoomService } from './services/rooms.ts';
import { Sessions } from './services/sessions.ts';
import { SnapshotJoin } from './services/snapshot-join.ts';
import { Snapshots } from './services/snapshots.ts';
import { StateEvents } from './services/state-events.ts';
import { Submissions } from './services/submissions.ts';
import { Sync } from './services/sync.ts';
import { ToDevice } from './services/to-device.ts';
import { type AskConsent, Transfers } from './services/transfers.ts';
import { Typing } from './services/typing.ts';
import { Unconfirmed } from './services/unconfirmed.ts';
import type { NodeIdentity } from './storage/node-identity.ts';
import { Rooms } from './storage/rooms.ts';

export interface ServicesOptions {
  readonly store: NodeStore;
  /** What is known of other nodes' keys, and where decisions are recorded. */
  readonly peers: PeerKnowledge;
  readonly identity: NodeIdentity;
  readonly environment: Environment;
  readonly registration: Registration;
}

/** What the services ask about other nodes. */
export interface PeerKnowledge {
  /** The key documents of another node that this one has verified, newest last. */
  documentsOf(node: NodeName): Promise<readonly SignedKeyDocument[]>;
  /** A key of another node that is in force now. Throws the EccpError of why there is none. */
  keyOf(node: NodeName, keyId: string): Promise<string>;
  readonly audit: Recorder;
  /** Asks another node to host a room. */
  askConsent: AskConsent;
  /** Asks another node for keys of its users' devices. */
  askKeys: AskKeys;
}

export type Services = ReturnType<typeof createServices>;

export function createServices({ store, identity, environment, registration, peers }: ServicesOptions) {
  const { now } = environment;
  const nodeName = identity.name;
  const notifier = new Notifier();
  const rooms = new Rooms();
  const sessions = new Sessions(store, environment);
  const passwords = new Passwords();
  const lockout = new Lockout(() => environment.elapsed());
  const accounts = new Accounts({ store, environment, sessions, passwords, lockout, notifier, nodeName, registration });
  const outbox = new Outbox(store, environment, nodeName);
  const lists = new DeviceLists({ notifier, outbox, environment, nodeName });
  const devices = new Devices(store, sessions, lists, notifier, now);
  const typing = new Typing(store, rooms, notifier, environment);
  const toDevice = new ToDevice({ store, sessions, notifier, outbox, environment, nodeName });
  const remoteKeys = new RemoteKeys({ store, lists, ask: peers.askKeys, nodeName, now });
  const answers = new HostAnswers();
  const submissions = new Submissions({ store, rooms, outbox, answers, notifier, environment });
  const keeper = new LogKeeper({ store, rooms, notifier, typing, outbox, submissions, nodeName });
  const unconfirmed = new Unconfirmed();
  const writer = new RoomWriter({ store, keeper, rooms, submissions, environment, identity, unconfirmed });
  const invitations = new Invitations({ store, notifier, submissions, nodeName, keyOf: peers.keyOf });
  const remote = new RemoteMemberships({ store, rooms, keeper, writer, submissions, invitations, identity });
  const memberships = new Memberships(store, rooms, writer, remote, nodeName);
  const logServing = new LogServing(store, rooms);
  const evidence = new Evidence({ store, rooms, environment, audit: peers.audit, nodeName });
  const { documentsOf, audit } = peers;
  const hosting = new Hosting({ rooms, keeper, writer, identity, environment, unconfirmed, documentsOf });
  const missingContents = new MissingContents(store, rooms, nodeName);
  const directory = new Directory(store, rooms, nodeName, now);
  return {
    store,
    sessions,
    accounts,
    devices,
    deviceKeys: new DeviceKeys({ store, sessions, devices, lists, remote: remoteKeys, nodeName }),
    remoteKeys,
    claims: new Claims({ store, notifier, ask: peers.askKeys, nodeName }),
    toDevice,
    memberships,
    writer,
    directory,
    typing,
    deactivation: new Deactivation({ accounts, sessions, lists, memberships, writer, notifier, now }),
    exports: new AccountExports(store, devices, environment),
    accountData: new AccountData(store, rooms, notifier),
    rooms: new RoomService({ store, rooms, writer, memberships, directory, invitations }),
    state: new StateEvents(store, rooms, writer),
    messages: new Messages(store, rooms, writer, submissions, missingContents),
    missingContents,
    sync: new Sync({ store, notifier, sessions, typing, toDevice, environment }),
    transfers: new Transfers({ store, rooms, writer, identity, askConsent: peers.askConsent }),
    outbox,
    answers,
    submissions,
    invitations,
    evidence,
    hosting,
    hostStart: new HostStart({ store, rooms, outbox, submissions, hosting, evidence, unconfirmed, audit, nodeName }),
    ingest: new Ingest({ store, rooms, keeper, submissions, evidence, audit, invitations, nodeName }),
    logServing,
    logVerification: new LogVerification({ store, rooms, evidence }),
    snapshots: new Snapshots(store, rooms),
    snapshotJoin: new SnapshotJoin({ rooms, keeper, submissions, audit: peers.audit, keyOf: peers.keyOf, nodeName }),
    heads: new Heads({ store, rooms, evidence, logServing, nodeName, random: environment.random }),
    receipts: new Receipts(store, rooms, notifier, environment),
  };
}
