import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { canonicalize, type Json, type JsonObject } from '../core/canonical-json.ts';
import { toBase64url } from '../core/encoding.ts';
import { EccpError } from '../core/errors.ts';
import { isDeeper, maxContentDepth } from '../core/event-acceptance.ts';
import { isDeviceId, isEventType, isUserId, nodeOf } from '../core/ids.ts';
import { badEvent, checkMembers, isObject, type Members } from '../core/members.ts';
import type {
  DeviceId,
  EventType,
  NodeName,
  SendToDeviceRequest,
  ToDeviceSent,
  Undelivered,
  UserId,
} from '../generated/api.ts';
import { nextPosition } from '../storage/stream.ts';
import type { Tables } from '../storage/tables.ts';
import { addMessage, dropMessages, waitingBytes } from '../storage/to-device.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Notifier } from './notifier.ts';
import type { Outbox } from './outbox.ts';
import type { Session, Sessions } from './sessions.ts';
import { amongSharing } from './shared-rooms.ts';

/** The longest content, in bytes of its canonical form. */
const maxContent = 60 * 1024;
/** What may wait for one device, of one sender and altogether, and what a message counts at least. In bytes (TDM-008). */
const maxOfSender = 1024 * 1024;
const maxOfAll = 16 * 1024 * 1024;
const minCounted = 1024;
/** How long a transaction id is remembered, in milliseconds: a day and more. */
const txnLifeMs = 7 * 24 * 60 * 60 * 1000;

/** How long the id of another node's item is remembered, in milliseconds: 15 days, longer than its node repeats it (TDM-033). */
const itemLifeMs = 15 * 24 * 60 * 60 * 1000;

type Messages = SendToDeviceRequest['messages'];

/** Who sends messages, and of what kind. */
export interface Sender {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly type: EventType;
}

export interface ToDeviceOptions {
  store: NodeStore;
  sessions: Sessions;
  notifier: Notifier;
  outbox: Outbox;
  environment: Environment;
  nodeName: string;
}

/** Messages from device to device: kept for each until it has them (chapter 22). */
export class ToDevice {
  readonly #options: ToDeviceOptions;

  constructor(options: ToDeviceOptions) {
    this.#options = options;
  }

  /** @throws EccpError ECCP_BAD_PARAM, ECCP_TOO_LARGE; then nothing is put into a queue. */
  async send(session: Session, type: EventType, txnId: string, messages: Messages): Promise<ToDeviceSent> {
    const { store, sessions, notifier, outbox } = this.#options;
    checkContents(messages);
    const digest = createHash('sha256')
      .update(canonicalize({ type, messages: messages as JsonObject }))
      .digest('base64url');
    const { answer, told } = await store.write(async (trx) => {
      await sessions.require(trx, session);
      const before = await this.#sentAs(trx, session, txnId, digest);
      if (before !== undefined) return { answer: before, told: { users: [], nodes: [] } };
      const sender = { userId: session.userId, deviceId: session.deviceId, type };
      const { undelivered, ...told } = await this.#route(trx, sender, messages);
      const answer: ToDeviceSent = { undelivered };
      await this.#remember(trx, session, txnId, digest, answer);
      return { answer, told };
    });
    notifier.users(told.users);
    outbox.wake(told.nodes);
    return answer;
  }

  /**
   * Takes an item of `to_device`.
   *
   * @throws EccpError ECCP_BAD_EVENT, ECCP_SENDER_MISMATCH.
   */
  async receive(origin: NodeName, item: JsonObject): Promise<void> {
    const { store, notifier, environment } = this.#options;
    checkMembers(item, '', itemMembers, {}, false);
    const { id, sender, sender_device, type, messages } = item as ToDeviceItem;
    if (nodeOf(sender) !== origin) throw new EccpError('ECCP_SENDER_MISMATCH', 'The sender lives on another node.'); // TDM-032
    checkItem(messages);
    const users = await store.write(async (trx) => {
      const now = environment.now();
      await trx.deleteFrom('received_items').where('expires_ts', '<=', now).execute();
      const taken = await trx
        .insertInto('received_items')
        .values({ origin, id, expires_ts: now + itemLifeMs })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst();
      if (taken === undefined) return []; // TDM-033
      const { users } = await this.#route(trx, { userId: sender, deviceId: sender_device, type }, messages, false);
      return users;
    });
    notifier.users(users);
  }

  /**
   * Puts messages into the queues of devices of this node, and of the nodes that have the others.
   *
   * @param passesOn whether what is for other nodes goes there.
   * @returns what goes nowhere, and whom to tell when it is durable.
   */
  async #route(
    trx: Kysely<Tables>,
    sender: Sender,
    messages: Messages,
    passesOn = true,
  ): Promise<{ undelivered: Undelivered[]; users: UserId[]; nodes: NodeName[] }> {
    const { outbox, nodeName, environment } = this.#options;
    const users = Object.keys(messages) as UserId[];
    const sharing = await amongSharing(trx, sender.userId, users);
    const position = await nextPosition(trx);
    const undelivered: Undelivered[] = [];
    const elsewhere = new Map<NodeName, Messages>();
    for (const user of users) {
      const node = nodeOf(user) as NodeName;
      const mayHave = user === sender.userId || sharing.has(user);
      const contents = messages[user] ?? {};
      if (mayHave && node !== nodeName) {
        elsewhere.set(node, { ...elsewhere.get(node), [user]: contents });
        continue;
      }
      for (const [device, content] of Object.entries(contents) as [DeviceId, JsonObject][]) {
        const errcode = mayHave ? await enqueue(trx, sender, user, device, position, content) : 'ECCP_NOT_FOUND';
        if (errcode !== undefined) undelivered.push({ user, device, errcode });
      }
    }
    if (!passesOn) return { undelivered, users, nodes: [] };
    for (const [node, theirs] of elsewhere) {
      const { userId, deviceId, type } = sender;
      const id = toBase64url(environment.random(16));
      const item = { id, sender: userId, sender_device: deviceId, type, messages: theirs as JsonObject };
      await outbox.addDeviceItem(trx, node, position, 'to_device', item); // TDM-030
    }
    return { undelivered, users, nodes: [...elsewhere.keys()] };
  }

  /** Takes what a device has got out of its queue (TDM-022). */
  async acknowledge({ userId, deviceId }: Session, position: number): Promise<void> {
    await this.#options.store.write((trx) => dropMessages(trx, userId, deviceId, position));
  }

  /** @throws EccpError ECCP_BAD_PARAM for an id that was used for something else (TDM-004). */
  async #sentAs(
    trx: Kysely<Tables>,
    { userId, deviceId }: Session,
    txnId: string,
    digest: string,
  ): Promise<ToDeviceSent | undefined> {
    await trx
      .deleteFrom('to_device_txns')
      .where('user_id', '=', userId)
      .where('device_id', '=', deviceId)
      .where('created_ts', '<', this.#options.environment.now() - txnLifeMs)
      .execute();
    const row = await trx
      .selectFrom('to_device_txns')
      .select(['digest', 'answer'])
      .where('user_id', '=', userId)
      .where('device_id', '=', deviceId)
      .where('txn_id', '=', txnId)
      .executeTakeFirst();
    if (row !== undefined && row.digest !== digest) {
      throw new EccpError('ECCP_BAD_PARAM', 'The transaction id was used for something else.', { path: 'txnId' });
    }
    return row && JSON.parse(row.answer);
  }

  async #remember(
    trx: Kysely<Tables>,
    { userId, deviceId }: Session,
    txnId: string,
    digest: string,
    answer: ToDeviceSent,
  ): Promise<void> {
    const created_ts = this.#options.environment.now();
    const row = {
      user_id: userId,
      device_id: deviceId,
      txn_id: txnId,
      digest,
      answer: JSON.stringify(answer),
      created_ts,
    };
    await trx.insertInto('to_device_txns').values(row).execute();
  }
}

/** schemas/ToDeviceItem.json */
type ToDeviceItem = { id: string; sender: UserId; sender_device: DeviceId; type: EventType; messages: Messages };

const itemMembers: Members = {
  id: (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value),
  sender: isUserId,
  sender_device: isDeviceId,
  type: isEventType,
  messages: isObject,
};

/** @throws EccpError ECCP_BAD_EVENT for what sendToDevice would not have taken (TDM-034). */
function checkItem(messages: Messages): void {
  for (const [user, contents] of Object.entries(messages) as [string, Json][]) {
    const isGood =
      isUserId(user) &&
      isObject(contents) &&
      Object.entries(contents).every(([device, content]) => isDeviceId(device) && isObject(content));
    if (!isGood) throw badEvent('/messages', 'not contents by user and device');
  }
  try {
    checkContents(messages);
  } catch (error) {
    throw error instanceof EccpError ? badEvent('/messages', error.message) : error;
  }
}

/** @throws EccpError ECCP_TOO_LARGE, ECCP_BAD_PARAM (TDM-006, TDM-007) */
function checkContents(messages: Messages): void {
  for (const [user, contents] of Object.entries(messages)) {
    for (const [device, content] of Object.entries(contents) as [string, JsonObject][]) {
      if (isDeeper(content, maxContentDepth)) {
        const path = `/messages/${user}/${device}`; // no id has a character that a pointer escapes
        throw new EccpError('ECCP_BAD_PARAM', `A content nests at most ${maxContentDepth} deep.`, { path });
      }
      if (Buffer.byteLength(canonicalize(content)) > maxContent) {
        throw new EccpError('ECCP_TOO_LARGE', `A content is at most ${maxContent} bytes.`);
      }
    }
  }
}

/** @returns why no queue takes the message. */
async function enqueue(
  trx: Kysely<Tables>,
  sender: Sender,
  userId: UserId,
  deviceId: DeviceId,
  position: number,
  content: JsonObject,
): Promise<Undelivered['errcode'] | undefined> {
  const device = await trx
    .selectFrom('devices')
    .innerJoin('accounts', 'accounts.user_id', 'devices.user_id')
    .select('device_id')
    .where('devices.user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .where('revoked_ts', 'is', null)
    .where('deactivated_ts', 'is', null)
    .executeTakeFirst();
  if (device === undefined) return 'ECCP_NOT_FOUND';
  const text = canonicalize(content);
  const bytes = Math.max(minCounted, Buffer.byteLength(text));
  const { own, all } = await waitingBytes(trx, { userId, deviceId }, sender.userId);
  if (own + bytes > maxOfSender || all + bytes > maxOfAll) return 'ECCP_LIMIT_EXCEEDED';
  await addMessage(trx, {
    user_id: userId,
    device_id: deviceId,
    position,
    sender: sender.userId,
    sender_device: sender.deviceId,
    type: sender.type,
    content: text,
    bytes,
  });
  return undefined;
}
