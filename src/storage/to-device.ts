// The queues of messages for devices (chapter 22).
import { type Kysely, sql } from 'kysely';
import type { DeviceId, ToDeviceMessage, UserId } from '../generated/api.ts';
import { prepared } from './prepared.ts';
import type { Tables, ToDeviceTable } from './tables.ts';

type Of = { userId: UserId; deviceId: DeviceId };

/** The most messages, and about the most bytes of content, that one answer holds (TDM-024). */
const perAnswer = 100;
const bytesPerAnswer = 1024 * 1024;

const first = prepared((db, { userId, deviceId, after }: Of & { after: number }) =>
  db
    .selectFrom('to_device')
    .select(['position', 'sender', 'sender_device', 'type', 'content', 'bytes'])
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .where('position', '>', after)
    .orderBy('position')
    .limit(perAnswer),
);

/** The first messages in a device's queue after a position, and the position of the last of them. */
export async function waitingMessages(
  db: Kysely<Tables>,
  of: Of,
  after: number,
): Promise<{ messages: ToDeviceMessage[]; last: number }> {
  const messages: ToDeviceMessage[] = [];
  let [bytes, last] = [0, after];
  for (const row of await first(db, { ...of, after })) {
    bytes += row.bytes;
    if (messages.length > 0 && bytes > bytesPerAnswer) break;
    const { position, sender, sender_device, type, content } = row;
    messages.push({ id: String(position), sender, sender_device, type, content: JSON.parse(content) });
    last = position;
  }
  return { messages, last };
}

const upTo = prepared((db, { userId, deviceId, position }: Of & { position: number }) =>
  db
    .selectFrom('to_device')
    .select('position')
    .where('user_id', '=', userId)
    .where('device_id', '=', deviceId)
    .where('position', '<=', position)
    .limit(1),
);

/** Whether a device's queue has messages up to a position. */
export async function hasMessages(db: Kysely<Tables>, of: Of, position: number): Promise<boolean> {
  return (await upTo(db, { ...of, position })).length > 0;
}

/** Takes messages out of a device's queue up to a position; without one all, and without a device those of all of the user's. */
export async function dropMessages(
  trx: Kysely<Tables>,
  userId: UserId,
  deviceId?: DeviceId,
  position = Number.MAX_SAFE_INTEGER,
): Promise<void> {
  let query = trx.deleteFrom('to_device').where('user_id', '=', userId).where('position', '<=', position);
  if (deviceId !== undefined) query = query.where('device_id', '=', deviceId);
  await query.execute();
}

/** How much waits for a device: of one sender, and altogether. In bytes as they count. */
export async function waitingBytes(db: Kysely<Tables>, of: Of, sender: UserId): Promise<{ own: number; all: number }> {
  const row = await db
    .selectFrom('to_device')
    .select(({ fn }) => fn.coalesce(fn.sum<number>('bytes'), sql<number>`0`).as('all'))
    .select(sql<number>`coalesce(sum(case when sender = ${sender} then bytes end), 0)`.as('own'))
    .where('user_id', '=', of.userId)
    .where('device_id', '=', of.deviceId)
    .executeTakeFirstOrThrow();
  return { own: Number(row.own), all: Number(row.all) };
}

const insert = prepared((db, row: ToDeviceTable) =>
  db.insertInto('to_device').values({
    user_id: row.user_id,
    device_id: row.device_id,
    position: row.position,
    sender: row.sender,
    sender_device: row.sender_device,
    type: row.type,
    content: row.content,
    bytes: row.bytes,
  }),
);

export async function addMessage(trx: Kysely<Tables>, row: ToDeviceTable): Promise<void> {
  await insert(trx, row);
}
