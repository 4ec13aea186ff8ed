import type { Kysely } from 'kysely';
import { nodeOf } from '../core/ids.ts';
import type { Appended } from '../core/room-log.ts';
import type { RoomState } from '../core/room-state.ts';
import type { EventId, NodeName, RoomId, SequencedEvent, UserId } from '../generated/api.ts';
import type { Origin, Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import type { NodeStore } from './environment.ts';
import { inviteItem } from './invite-item.ts';
import type { Notifier } from './notifier.ts';
import type { Outbox, Queued } from './outbox.ts';
import type { Submissions } from './submissions.ts';
import type { Typing } from './typing.ts';

export interface LogKeeperOptions {
  store: NodeStore;
  rooms: Rooms;
  notifier: Notifier;
  typing: Typing;
  outbox: Outbox;
  submissions: Submissions;
  nodeName: string;
}

/** One transaction on logs. */
export interface LogChanges {
  readonly trx: Kysely<Tables>;
  /** Stores an entry that this node sequenced or verified, and queues it for those who are to have it. */
  append(before: RoomState, appended: Appended, origin?: Origin): Promise<void>;
  /** Queues what is for another node. */
  queue(item: Queued): Promise<void>;
  /** Users for whom there will be news besides those whom the entries concern. */
  tell(userId: UserId): void;
}

/** The one place where entries come into this node's logs, whoever sequenced them, and where what follows from them begins. */
export class LogKeeper {
  readonly #options: LogKeeperOptions;

  constructor(options: LogKeeperOptions) {
    this.#options = options;
  }

  /** Runs one transaction; when it is durable, wakes the syncs, senders and queues that it concerns. */
  async write<T>(work: (changes: LogChanges) => Promise<T>): Promise<T> {
    const { store, outbox, submissions, notifier } = this.#options;
    const came: { state: RoomState; sequenced: SequencedEvent }[] = [];
    const told = new Set<UserId>();
    const destinations = new Set<NodeName>();
    const result = await store.write(async (trx) => {
      const queue = async (item: Queued) => {
        await outbox.add(trx, item);
        destinations.add(item.destination);
      };
      return work({
        trx,
        queue,
        tell: (userId) => told.add(userId),
        append: async (before, appended, origin) => {
          await this.#append(trx, before, appended, origin, queue);
          came.push({ state: appended.state, sequenced: appended.sequenced as SequencedEvent });
        },
      });
    });
    for (const { state, sequenced } of came) this.#endTyping(state, sequenced.event.state_key);
    for (const { sequenced } of came) {
      submissions.sequenced(sequenced.event_id, sequenced.entry.seq);
    }
    notifier.whoever(
      (userId) =>
        told.has(userId) ||
        came.some(
          ({ state, sequenced }) => sequenced.event.state_key === userId || state.membership(userId) === 'join',
        ),
    );
    outbox.wake(destinations);
    return result;
  }

  async #append(
    trx: Kysely<Tables>,
    before: RoomState,
    appended: Appended,
    origin: Origin | undefined,
    queue: (item: Queued) => Promise<void>,
  ): Promise<void> {
    const { rooms, submissions, nodeName } = this.#options;
    const { state, sequenced } = appended;
    const eventId = sequenced.event_id as EventId;
    const host = before.head.seq < 0 ? state.host : before.host; // a transfer is the old host's last entry
    const wasSubmitted = origin === undefined && nodeOf(sequenced.event.sender) === nodeName;
    const position = await rooms.append(trx, appended, wasSubmitted ? await submissions.take(trx, eventId) : origin);
    if (host !== nodeName) return;
    const roomId = state.roomId as RoomId;
    // HOST: entry n goes to the nodes that are in the room before or after it, and to that of its target.
    const members = new Set([...before.nodes, ...state.nodes]);
    const target = sequenced.event.type === 'eccp.room.member' ? nodeOf(sequenced.event.state_key ?? '') : nodeName;
    for (const node of new Set([...members, target])) {
      if (node === nodeName) continue;
      const destination = node as NodeName;
      const invites = !members.has(node) && sequenced.content?.membership === 'invite';
      await queue({
        destination,
        position,
        kind: invites ? 'invite' : 'entry',
        roomId,
        eventId,
        ...(invites && { item: JSON.stringify(await inviteItem(trx, state, sequenced as SequencedEvent)) }),
      });
    }
  }

  #endTyping(state: RoomState, target: string | undefined): void {
    if (target === undefined || state.membership(target) === 'join') return;
    this.#options.typing.end(target as UserId, state.roomId as RoomId); // SYNC-049
  }
}
