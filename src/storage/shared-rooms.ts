import type { Kysely } from 'kysely';
import { nodeOf } from '../core/ids.ts';
import type { NodeName, RoomId } from '../generated/api.ts';
import type { Tables } from './tables.ts';

const keysType = 'eccp.node.keys' as Tables['state']['type'];
const hostType = 'eccp.room.host' as Tables['state']['type'];

/**
 * The rooms that a node hosts and that other nodes take part in, or did once, without those that are frozen. It costs no fold: whoever
 * acts in a room has brought keys into it.
 */
export async function sharedRooms(db: Kysely<Tables>, node: NodeName): Promise<RoomId[]> {
  const shared = await db
    .selectFrom('state')
    .innerJoin('rooms', 'rooms.room_id', 'state.room_id')
    .select('state.room_id')
    .distinct()
    .where('state.type', '=', keysType)
    .where('state.state_key', '!=', node)
    .where('rooms.frozen', 'is', null)
    .execute();
  const moved = await db
    .selectFrom('state')
    .innerJoin('events', (join) =>
      join.onRef('events.room_id', '=', 'state.room_id').onRef('events.seq', '=', 'state.seq'),
    )
    .select(['state.room_id', 'events.content'])
    .where('state.type', '=', hostType)
    .execute();
  const hosts = new Map(moved.map(({ room_id, content }) => [room_id, JSON.parse(content ?? '{}').node as string]));
  return shared.map((row) => row.room_id).filter((roomId) => (hosts.get(roomId) ?? nodeOf(roomId)) === node);
}

/** The other nodes that take part in rooms held here, or did once. */
export async function sharingNodes(db: Kysely<Tables>, node: NodeName): Promise<NodeName[]> {
  const rows = await db
    .selectFrom('state')
    .select('state_key')
    .distinct()
    .where('type', '=', keysType)
    .where('state_key', '!=', node)
    .execute();
  return rows.map((row) => row.state_key as NodeName);
}
