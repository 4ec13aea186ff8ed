// The tables as Kysely's types. Times are milliseconds since 1970; booleans are 0 and 1; JSON columns hold canonical JSON.
// `stream` columns hold positions of the node's one stream of changes (see stream.ts), which sync reads.
import type { Generated, Selectable } from 'kysely';
import type { Membership, Visibility } from '../core/room-state.ts';
import type { DeviceId, EventId, EventType, MediaId, NodeName, RoomAlias, RoomId, UserId } from '../generated/api.ts';

export interface AccountsTable {
  user_id: UserId;
  /** PHC string of Argon2id; null once deactivated. */
  password_hash: string | null;
  one_time_password: number;
  admin: number;
  contact: string | null;
  created_ts: number;
  deactivated_ts: number | null;
}

export interface DevicesTable {
  user_id: UserId;
  device_id: DeviceId;
  name: string | null;
  created_ts: number;
  last_seen_ts: number | null;
  /** Revoked devices stay, so that no id is given twice (DEV-001). */
  revoked_ts: number | null;
}

/** At most one for each device: a new token ends the one before (ACC-033). */
export interface SessionsTable {
  token_hash: string;
  user_id: UserId;
  device_id: DeviceId;
  scopes: string;
}

export interface RoomsTable {
  room_id: RoomId;
  epoch: number;
  head_seq: number;
  head_hash: string;
  head_ts: number;
  head_stream: number;
  /** Of a direct room: the two users whom it was made for, sorted. */
  direct_pair: string | null;
  visibility: Visibility;
  name: string | null;
  topic: string | null;
  /** Name and topic in lower case. */
  search_text: string;
  member_count: number;
  /** Why the log cannot be extended: nobody's events come in any more. */
  frozen: string | null;
  /** The first entry from which on the log is held without a hole: 0, unless it was started from a snapshot that is not verified yet. */
  verified_from: Generated<number>;
}

export interface EventsTable {
  room_id: RoomId;
  seq: number;
  stream: number;
  event_id: EventId;
  type: EventType;
  state_key: string | null;
  sender: UserId;
  /** The event and its entry, whose signatures stand beside them. */
  event: string;
  signature: string;
  entry: string;
  entry_signature: string;
  /** Null together: redacted. */
  content: string | null;
  nonce: string | null;
  redacted_by: EventId | null;
  /** The sending device and its transaction id, with the digest of what it sent, until a redaction (ROOM-062, ROOM-064). */
  device_id: DeviceId | null;
  txn_id: string | null;
  txn_digest: string | null;
}

/** Entries from before a snapshot, checked one by one, until they reach it: nobody is shown them before. */
export type StagedEventsTable = Omit<EventsTable, 'stream' | 'redacted_by' | 'device_id' | 'txn_id' | 'txn_digest'>;

/** The state in force: what the log adds up to. */
export interface StateTable {
  room_id: RoomId;
  type: EventType;
  state_key: string;
  seq: number;
}

/** The membership in force of each user, for finding a user's rooms. */
export interface MembershipsTable {
  room_id: RoomId;
  user_id: UserId;
  membership: Membership;
  seq: number;
  stream: number;
  /** Whether the user was joined, at some time since the room was last forgotten: such a user is no outsider. */
  ever_joined: number;
  /** The membership event after which the user forgot the room; −1 where that never happened. */
  forgotten_seq: number;
}

export interface ReceiptsTable {
  room_id: RoomId;
  user_id: UserId;
  event_id: EventId;
  seq: number;
  ts: number;
  stream: number;
}

/** `room_id` is empty for data of the account itself. */
export interface AccountDataTable {
  user_id: UserId;
  room_id: RoomId | '';
  type: EventType;
  content: string;
  stream: number;
}

export interface AliasesTable {
  alias: RoomAlias;
  room_id: RoomId;
  created_by: UserId;
  created_ts: number;
}

/** Another node that was met, or decided upon. */
export interface PeersTable {
  node: NodeName;
  /** Whether the operator approved it (mode `moderated`). */
  approved: number;
  /** The verified chain of its key documents, as JSON; null until it was fetched. */
  key_documents: string | null;
  /** The newest SignedFreshness, as JSON. */
  freshness: string | null;
  /** Why its keys are in dispute. */
  quarantined: string | null;
  last_success_ts: number | null;
  last_failure: string | null;
}

/** Signed requests that were accepted, until their time is out of the window. */
export interface SeenRequestsTable {
  /** Origin, key and nonce. */
  id: string;
  expires_ts: number;
}

/** Items of a transaction that are no events. */
export type DeviceItemKind = 'device_change' | 'to_device';

/** What waits to be sent: for each destination in the order of `position`. */
export interface OutboxTable {
  destination: NodeName;
  /** From the stream: ascending in the order of commits. */
  position: number;
  kind: 'submission' | 'entry' | 'invite' | DeviceItemKind;
  /** Whose items keep their order: a room's, or those of one kind that belong to none, which is then named here. */
  room_id: RoomId;
  /** The event, or the id of an item that is none. */
  event_id: EventId;
  /** The whole item; null for entries, which are read from the log when they are sent. */
  item: string | null;
  created_ts: number;
  expires_ts: number;
}

/** Events of this node's users for rooms that another node hosts, until they come back in the log. */
export interface SubmissionsTable {
  event_id: EventId;
  room_id: RoomId;
  user_id: UserId;
  device_id: DeviceId | null;
  txn_id: string | null;
  txn_digest: string | null;
  status: 'waiting' | 'rejected';
  errcode: string | null;
  error: string | null;
  /** What else the refusal said, as JSON. */
  details: string | null;
  created_ts: number;
  /** When its status changed: sync shows rejections by it. */
  stream: number;
}

/** What users of this node are to rooms that it takes no part in, as the rooms' hosts tell it. */
export interface InvitationsTable {
  user_id: UserId;
  room_id: RoomId;
  host: NodeName;
  /** `ended`: declined, withdrawn, refused; sync then shows the room as left. */
  status: 'invite' | 'knock' | 'ended';
  /** schemas/Invite.json; null for a knock. */
  item: string | null;
  /** The membership event in force (schemas/SequencedEvent.json), as far as the node has it. */
  event: string;
  stream: number;
}

/** Contradictions that a host signed (schemas/Equivocation.json). */
export interface EvidenceTable {
  id: string;
  room_id: RoomId;
  item: string;
  ts: number;
}

/** Every policy that was in force; the highest version is. */
export interface PolicyTable {
  version: number;
  document: string;
  ts: number;
}

/** The audit log: schemas/AuditRecord.json as canonical JSON, with its hash and signature. */
export interface AuditTable {
  seq: number;
  hash: string;
  record: string;
  key: string;
  signature: string;
}

/** Rooms hosted here in which nothing is sequenced after a restore until every participant has told what it holds. */
export interface RestoredRoomsTable {
  room_id: RoomId;
}

/** When the keys of a user last changed, here or on the user's own node. */
export interface DeviceListsTable {
  user_id: UserId;
  stream: number;
}

/** What users of this node say of their devices. */
export interface AccountKeysTable {
  user_id: UserId;
  /** schemas/SignedAccountKey.json */
  account_key: string;
  /** schemas/SignedRevocations.json */
  revocations: string | null;
}

/** The keys of devices of this node's users. */
export interface DeviceKeysTable {
  user_id: UserId;
  device_id: DeviceId;
  /** schemas/SignedManifest.json, but for the cross-signature, which stands beside it. */
  manifest: string;
  cross_signature: string | null;
  /** schemas/SignedPrekey.json */
  signed_prekey: string | null;
  fallback_prekey: string | null;
  fallback_used: Generated<number>;
  /** One-time prekeys that were not handed out. */
  prekeys_left: Generated<number>;
  /** When one was last handed out. */
  prekeys_stream: Generated<number>;
}

/** Every one-time prekey that a device ever left here: none is handed out twice (PRE-008). */
export interface OneTimePrekeysTable {
  user_id: UserId;
  device_id: DeviceId;
  id: string;
  key: string;
  /** In the order in which they came. */
  position: number;
  /** Null once it was handed out. */
  signature: string | null;
  /** The prekey's own `created`. */
  created_ts: number;
}

/** Messages that wait for devices of this node, each device's in the order of `position`. */
export interface ToDeviceTable {
  user_id: UserId;
  device_id: DeviceId;
  position: number;
  sender: UserId;
  sender_device: DeviceId;
  type: EventType;
  /** Canonical JSON. */
  content: string;
  /** What it counts (TDM-008). */
  bytes: number;
}

/** Transaction ids of messages to devices, by the device that sent them, with what was answered. */
export interface ToDeviceTxnsTable {
  user_id: UserId;
  device_id: DeviceId;
  txn_id: string;
  digest: string;
  answer: string;
  created_ts: number;
}

/** What other nodes say of their users' keys. */
export interface RemoteKeysTable {
  user_id: UserId;
  /** The highest `stream` that was heard of. */
  announced: number;
  /** schemas/UserKeys.json, checked; null before the first answer. */
  keys: string | null;
  /** When they were asked for, by the clock and as a position of the stream. */
  fetched_ts: number;
  fetched_stream: number;
}

/** Items of other nodes that are not to be taken twice. */
export interface ReceivedItemsTable {
  origin: NodeName;
  id: string;
  expires_ts: number;
}

/** Who uploaded what. The bytes are a file; several users may have uploaded the same. */
export interface MediaTable {
  media_id: MediaId;
  user_id: UserId;
  /** In bytes. */
  size: number;
  uploaded_ts: number;
}

/** One row: the last position given out. */
export interface StreamTable {
  position: number;
}

export interface Tables {
  accounts: AccountsTable;
  devices: DevicesTable;
  sessions: SessionsTable;
  rooms: RoomsTable;
  events: EventsTable;
  staged_events: StagedEventsTable;
  state: StateTable;
  memberships: MembershipsTable;
  receipts: ReceiptsTable;
  account_data: AccountDataTable;
  aliases: AliasesTable;
  peers: PeersTable;
  seen_requests: SeenRequestsTable;
  outbox: OutboxTable;
  submissions: SubmissionsTable;
  invitations: InvitationsTable;
  evidence: EvidenceTable;
  policy: PolicyTable;
  audit: AuditTable;
  restored_rooms: RestoredRoomsTable;
  device_lists: DeviceListsTable;
  account_keys: AccountKeysTable;
  device_keys: DeviceKeysTable;
  one_time_prekeys: OneTimePrekeysTable;
  to_device: ToDeviceTable;
  remote_keys: RemoteKeysTable;
  received_items: ReceivedItemsTable;
  to_device_txns: ToDeviceTxnsTable;
  media: MediaTable;
  stream: StreamTable;
}

export type AccountRow = Selectable<AccountsTable>;
export type EventRow = Selectable<EventsTable>;
export type MembershipRow = Selectable<MembershipsTable>;
