import type { Kysely } from 'kysely';
import { toBase64url } from '../core/encoding.ts';
import { EccpError } from '../core/errors.ts';
import { accept } from '../core/event-acceptance.ts';
import { documentsToCarry } from '../core/node-keys.ts';
import { buildEvent, type Draft, sequence } from '../core/room-log.ts';
import { RoomState } from '../core/room-state.ts';
import type { SigningKey } from '../core/signing.ts';
import type { EventId, NodeName, RoomId, SendResult, UserId } from '../generated/api.ts';
import { eventById } from '../storage/events.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';
import type { Origin, Rooms } from '../storage/rooms.ts';
import type { Tables } from '../storage/tables.ts';
import type { Environment, NodeStore } from './environment.ts';
import { keyRenewal } from './key-renewal.ts';
import type { LogChanges, LogKeeper } from './log-keeper.ts';
import type { Pending, Submissions } from './submissions.ts';
import { notConfirmed, type Unconfirmed } from './unconfirmed.ts';

export interface RoomWriterOptions {
  store: NodeStore;
  keeper: LogKeeper;
  rooms: Rooms;
  submissions: Submissions;
  environment: Environment;
  identity: NodeIdentity;
  unconfirmed: Unconfirmed;
}

/** An event that has come into a log, and the state with it; or one that is on its way to the room's host, and the state as it is. */
export interface Written {
  readonly result: SendResult;
  readonly state: RoomState;
}

/** One transaction on rooms. */
export interface RoomChanges {
  readonly trx: Kysely<Tables>;
  /**
   * Puts a local user's event at the head of a room's log; in a room that another node hosts, submits it.
   *
   * @param state the room's state, of this very transaction.
   * @throws EccpError those of buildEvent() and sequence(); ECCP_ROOM_FROZEN.
   */
  append(state: RoomState, draft: Draft, origin?: Origin): Promise<Written>;
}

/** How an act reaches a host that is away. */
export interface Reaching {
  /** Whether it waits for the host, for as long as it takes; otherwise ECCP_UNREACHABLE is the answer. */
  queues?: boolean;
  /** Whether it is done again, by the state then, when the state has changed under it. */
  repeats?: boolean;
}

/** How often an act is done again by a newer state. */
const maxRepeats = 3;

/** In how many rooms new keys are brought at a time. */
const renewedAtOnce = 20;

/** How long an act that does not wait for its host may be on its way, in milliseconds. */
const actLifeMs = 10_000;

/** The one way in which this node's users write to rooms, wherever those are hosted. */
export class RoomWriter {
  readonly #options: RoomWriterOptions;

  constructor(options: RoomWriterOptions) {
    this.#options = options;
  }

  /** Runs one transaction that may act in several rooms. What it submits to other nodes queues, and is not waited for. */
  write<T>(change: (changes: RoomChanges) => Promise<T>): Promise<T> {
    return this.#run(change, true, []);
  }

  /**
   * One act in one room, with the answer of the room's host where that is another node.
   *
   * @throws EccpError what `change` throws; the host's refusal; ECCP_UNREACHABLE.
   */
  async act(change: (changes: RoomChanges) => Promise<SendResult>, reaching: Reaching = {}): Promise<SendResult> {
    const { queues = false, repeats = false } = reaching;
    for (let left = repeats ? maxRepeats : 0; ; left--) {
      const submitted: Pending[] = [];
      const result = await this.#run(change, queues, submitted);
      const [pending] = submitted;
      if (pending === undefined) return result;
      try {
        return await this.#options.submissions.outcome(pending);
      } catch (error) {
        if (isAbsent(error) && pending.host === this.#options.identity.name) throw notConfirmed();
        const isConflict = error instanceof EccpError && error.errcode === 'ECCP_STATE_CONFLICT';
        if (!isConflict || left <= 0) throw error;
        await this.#options.submissions.seen(pending.roomId, pending.host, error.details.current);
      }
    }
  }

  /** Brings the node's newest keys into every room where one of its users can, and that takes events. */
  async renewKeys(): Promise<void> {
    const { rooms, store } = this.#options;
    const held = await store.read((db) => rooms.held(db));
    // The next ones need not wait until those before are on disk; but others have to get in between, too.
    for (let start = 0; start < held.length; start += renewedAtOnce) {
      await Promise.all(held.slice(start, start + renewedAtOnce).map((room) => this.#renewIn(room)));
    }
  }

  /**
   * Brings the node's newest keys into a room that it hosts, before it sequences an event of another node there.
   *
   * @returns the state after that.
   */
  async renewHosted(log: LogChanges, state: RoomState): Promise<RoomState> {
    const renewal = keyRenewal(state, this.#options.identity);
    return renewal === undefined ? state : (await this.#sequence(log, state, renewal, undefined)).state;
  }

  /** A room that is frozen, or whose host is in quarantine, does not keep the others from the keys. */
  async #renewIn(roomId: RoomId): Promise<void> {
    const { rooms, identity } = this.#options;
    const renew = async ({ trx, append }: RoomChanges): Promise<void> => {
      const state = await rooms.load(trx, roomId);
      const renewal = state && keyRenewal(state, identity);
      if (state !== undefined && renewal !== undefined) await append(state, renewal);
    };
    await this.#run(renew, true, []).catch((error: unknown) => {
      if (!(error instanceof EccpError)) throw error;
    });
  }

  #run<T>(change: (changes: RoomChanges) => Promise<T>, queues: boolean, submitted: Pending[]): Promise<T> {
    const { keeper, identity, unconfirmed } = this.#options;
    return keeper.write((log) =>
      change({
        trx: log.trx,
        append: async (state, draft, origin) => {
          const isHosted = state.host === identity.name && !unconfirmed.has(state.roomId as RoomId);
          if (state === RoomState.empty || isHosted) return this.#sequence(log, state, draft, origin);
          // Where this node cannot be sure of the log it hosts, its users' acts wait as for a host that is away (HOST-095).
          const pending = await this.submit(log, state, draft, { host: state.host as NodeName, queues, origin });
          submitted.push(pending);
          return { result: { event_id: pending.eventId, status: 'queued' }, state };
        },
      }),
    );
  }

  async #sequence(log: LogChanges, before: RoomState, draft: Draft, origin: Origin | undefined): Promise<Written> {
    const { environment } = this.#options;
    const renewal = this.#renewal(before, draft);
    const state = renewal === undefined ? before : (await this.#sequence(log, before, renewal, undefined)).state;
    const now = environment.now();
    const carrying = this.#withKeys(state, draft);
    const key = this.#keyFor(state, carrying);
    const appended = sequence(state, buildEvent(state, carrying, key, this.#nonce(), now), key, now);
    await log.append(state, appended, origin);
    const { event_id, entry } = appended.sequenced;
    return {
      result: { event_id: event_id as EventId, status: 'sequenced', seq: entry.seq },
      state: appended.state,
    };
  }

  /**
   * Queues an event for the host of its room, when the state as this node knows it allows it.
   *
   * @param state may be one without entries, for a room that this node does not hold: then `draft` says what it replaces and which
   *   keys it carries, and only the host judges it.
   */
  async submit(
    log: LogChanges,
    state: RoomState,
    draft: Draft,
    way: { host: NodeName; queues: boolean; origin?: Origin | undefined },
  ): Promise<Pending> {
    const { rooms, environment, identity, submissions } = this.#options;
    const roomId = state.roomId as RoomId;
    const { host, queues, origin } = way;
    await rooms.requireOpen(log.trx, roomId);
    const renewal = this.#renewal(state, draft);
    if (renewal !== undefined) await this.submit(log, state, renewal, { host, queues });
    const isHeld = state.head.seq >= 0;
    const carrying = isHeld ? this.#withKeys(state, draft) : draft;
    // What follows its own keys is judged by them: they come into the log before it.
    const key = renewal === undefined && isHeld ? this.#keyFor(state, carrying) : identity.key;
    const signed = buildEvent(state, carrying, key, this.#nonce(), environment.now());
    if (renewal === undefined && isHeld) accept(state, signed);
    const eventId = signed.event_id as EventId;
    const position = await submissions.add(log.trx, { eventId, roomId, userId: draft.sender as UserId, origin });
    const leaves = draft.stateKey === draft.sender && draft.content.membership === 'leave';
    if (leaves && isHeld) await rooms.leaveEarly(log.trx, state, draft.sender as UserId, position);
    const item = JSON.stringify({ room_id: roomId, ...signed });
    await log.queue({
      destination: host,
      position,
      kind: 'submission',
      roomId,
      eventId,
      item,
      ...(queues ? {} : { lifeMs: actLifeMs }),
    });
    return { roomId, eventId, host, queues, bringsLog: !isHeld && draft.content.membership === 'join' };
  }

  /** What has to bring the node's newer keys into a room before its sender's next event, unless that carries them itself. */
  #renewal(state: RoomState, draft: Draft): Draft | undefined {
    return carriesKeys(draft) ? undefined : keyRenewal(state, this.#options.identity, draft.sender);
  }

  /** Create and self-membership events bring the documents of the node's chain that the room does not have (LOG-044, LOG-045). */
  #withKeys(state: RoomState, draft: Draft): Draft {
    if (!carriesKeys(draft)) return draft;
    const { name, chain } = this.#options.identity;
    const documents = documentsToCarry(state, name, chain);
    return documents.length === 0 ? draft : { ...draft, content: { ...draft.content, node_keys: documents } };
  }

  /** A carrier of the node's newest document is judged by it, everything else by the document that the room has. */
  #keyFor(state: RoomState, draft: Draft): SigningKey {
    const { identity } = this.#options;
    return draft.content.node_keys === undefined ? identity.keyIn(state.keyDocument(identity.name)) : identity.key;
  }

  #nonce(): string {
    return toBase64url(this.#options.environment.random(16));
  }
}

function carriesKeys({ type, sender, stateKey }: Draft): boolean {
  return type === 'eccp.room.create' || (type === 'eccp.room.member' && stateKey === sender);
}

function isAbsent(error: unknown): boolean {
  return error instanceof EccpError && error.errcode === 'ECCP_UNREACHABLE';
}

/** The answer of an action that finds everything as it would leave it (ROOM-022, ROOM-084). */
export async function inForce(db: Kysely<Tables>, state: RoomState, eventId: EventId): Promise<SendResult> {
  const row = await eventById(db, state.roomId as RoomId, eventId);
  return { event_id: eventId, status: 'sequenced', ...(row && { seq: row.seq }) };
}

/** Users who are joined, by the state. */
export function joinedUsers(state: RoomState): UserId[] {
  return state
    .entries()
    .filter((entry) => entry.type === 'eccp.room.member' && entry.content?.membership === 'join')
    .map((entry) => entry.state_key as UserId);
}
