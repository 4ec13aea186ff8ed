import type { AccountExport, RoomId, SequencedEvent } from '../generated/api.ts';
import { userKeysOf } from '../storage/device-keys.ts';
import { eventsIn, served } from '../storage/events.ts';
import { accountOf } from './accounts.ts';
import type { Devices } from './devices.ts';
import type { Environment, NodeStore } from './environment.ts';
import type { Session } from './sessions.ts';

const sliceLength = 500;

/** Everything the node holds about one person, for that person (ACC-073 to ACC-076). */
export class AccountExports {
  readonly #store: NodeStore;
  readonly #devices: Devices;
  readonly #environment: Environment;

  constructor(store: NodeStore, devices: Devices, environment: Environment) {
    this.#store = store;
    this.#devices = devices;
    this.#environment = environment;
  }

  async of(session: Session): Promise<AccountExport> {
    const { userId } = session;
    const devices = await this.#devices.list(session);
    const events = await this.#eventsOf(session);
    return this.#store.read(async (db) => {
      const account = await accountOf(db, userId);
      const data = await db
        .selectFrom('account_data')
        .select(['room_id', 'type', 'content'])
        .where('user_id', '=', userId)
        .orderBy('room_id')
        .orderBy('type')
        .execute();
      const items = data.map(({ room_id, type, content }) => ({ room_id, type, content: JSON.parse(content) }));
      const rooms = await db
        .selectFrom('memberships')
        .select(['room_id', 'membership'])
        .where('user_id', '=', userId)
        .whereRef('seq', '>', 'forgotten_seq')
        .orderBy('room_id')
        .execute();
      const receipts = await db
        .selectFrom('receipts')
        .select(['room_id', 'event_id', 'ts'])
        .where('user_id', '=', userId)
        .orderBy('room_id')
        .execute();
      const aliases = await db
        .selectFrom('aliases')
        .select('alias')
        .where('created_by', '=', userId)
        .orderBy('alias')
        .execute();
      const media = await db
        .selectFrom('media')
        .select(['media_id', 'size', 'uploaded_ts'])
        .where('user_id', '=', userId)
        .orderBy('uploaded_ts')
        .orderBy('media_id')
        .execute();
      return {
        user_id: userId,
        exported_ts: this.#environment.now(),
        ...(account?.contact ? { contact: account.contact } : {}),
        devices,
        keys: await userKeysOf(db, userId), // MAN-039
        account_data: items.filter((i) => i.room_id === '').map(({ type, content }) => ({ type, content })),
        room_account_data: items.filter((i): i is typeof i & { room_id: RoomId } => i.room_id !== ''),
        rooms,
        receipts,
        aliases: aliases.map((row) => row.alias),
        media, // MED-042
        events,
      };
    });
  }

  /** By room id and seq (ACC-073). Each slice is a read of its own, so that others are served in between. */
  async #eventsOf(session: Session): Promise<SequencedEvent[]> {
    const events: SequencedEvent[] = [];
    const rooms = await this.#store.read((db) =>
      db.selectFrom('memberships').select('room_id').where('user_id', '=', session.userId).orderBy('room_id').execute(),
    );
    for (const { room_id: roomId } of rooms) {
      for (let from = 0; ; ) {
        const rows = await this.#store.read((db) =>
          eventsIn(db, roomId, [{ from, to: Number.MAX_SAFE_INTEGER }], 'asc', sliceLength),
        );
        events.push(...rows.filter((row) => row.sender === session.userId).map((row) => served(row, session)));
        const last = rows.at(-1);
        if (last === undefined || rows.length < sliceLength) break;
        from = last.seq + 1;
      }
    }
    return events;
  }
}
