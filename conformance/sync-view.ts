import { isObject, type Json, type JsonObject } from './wire/json.ts';
import { eventsOf, type SequencedEvent } from './wire/types.ts';

/** What one room has shown in an actor's syncs. */
export interface RoomView {
  /** Timeline events in the order they came, over all syncs. */
  timeline: SequencedEvent[];
  /** State events that came apart from the timeline. */
  state: SequencedEvent[];
  limited: boolean;
  /** The last of each, as received. */
  receipts: Json[];
  typing: Json | undefined;
  accountData: Json[];
}

/** Everything that an actor's syncs have shown since the collecting began. */
export class SyncView {
  readonly answers: JsonObject[] = [];
  readonly joined = new Map<string, RoomView>();
  readonly left = new Map<string, RoomView>();
  readonly invited = new Map<string, JsonObject>();
  readonly knocked = new Map<string, JsonObject>();
  readonly accountData: Json[] = [];
  readonly rejected: Json[] = [];
  /** Users named in `device_lists`. */
  readonly changed = new Set<Json>();
  readonly parted = new Set<Json>();

  /** Adds one sync answer. */
  add(body: JsonObject): void {
    this.answers.push(body);
    const rooms = isObject(body.rooms) ? body.rooms : {};
    for (const [id, room] of entries(rooms.joined)) collect(this.joined, id, room);
    for (const [id, room] of entries(rooms.left)) collect(this.left, id, room);
    for (const [id, room] of entries(rooms.invited)) this.invited.set(id, room);
    for (const [id, room] of entries(rooms.knocked)) this.knocked.set(id, room);
    this.accountData.push(...list(body.account_data));
    this.rejected.push(...list(body.rejected));
    const lists = isObject(body.device_lists) ? body.device_lists : {};
    for (const user of list(lists.changed)) this.changed.add(user);
    for (const user of list(lists.left)) this.parted.add(user);
  }

  /** The timeline events of a room, whether the actor is still in it or has left. */
  timeline(roomId: string): SequencedEvent[] {
    return [...(this.joined.get(roomId)?.timeline ?? []), ...(this.left.get(roomId)?.timeline ?? [])];
  }
}

function collect(rooms: Map<string, RoomView>, id: string, room: JsonObject): void {
  const view = rooms.get(id) ?? {
    timeline: [],
    state: [],
    limited: false,
    receipts: [],
    typing: undefined,
    accountData: [],
  };
  const timeline = isObject(room.timeline) ? room.timeline : {};
  view.timeline.push(...eventsOf(timeline.events));
  view.state.push(...eventsOf(room.state));
  view.limited ||= timeline.limited === true;
  view.receipts.push(...list(room.receipts));
  view.typing = room.typing ?? view.typing;
  view.accountData.push(...list(room.account_data));
  rooms.set(id, view);
}

function entries(value: Json | undefined): [string, JsonObject][] {
  return isObject(value)
    ? Object.entries(value).flatMap(([id, room]) => (isObject(room) ? [[id, room] as [string, JsonObject]] : []))
    : [];
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
