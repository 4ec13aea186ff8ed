import type { Json } from '../core/canonical-json.ts';
import { EntryWindow } from '../core/entry-window.ts';
import { EccpError } from '../core/errors.ts';
import type { SequencedEvent } from '../core/event.ts';
import { applyEntry } from '../core/room-log.ts';
import { RoomState } from '../core/room-state.ts';
import type { RoomId } from '../generated/api.ts';

/** One log, gone through from entry 0, and what is to be remembered of it. */
export class LogFold {
  readonly #roomId: RoomId;
  readonly #window = new EntryWindow();
  readonly #joined = new Map<string, number>();
  readonly #redactions = new Map<string, SequencedEvent[]>();
  #state = RoomState.empty;

  constructor(roomId: RoomId) {
    this.#roomId = roomId;
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Who was joined at some time, with the place of the last join. */
  get joined(): ReadonlyMap<string, number> {
    return this.#joined;
  }

  /** The redactions of an event, in log order, whether they apply or not. */
  redactionsOf(eventId: string): readonly SequencedEvent[] {
    return this.#redactions.get(eventId) ?? [];
  }

  /** @throws EccpError those of applyEntry(); the fold stays where it was. */
  apply(received: Json): SequencedEvent {
    const { state, sequenced } = applyEntry(this.#state, received, this.#window);
    if (state.roomId !== this.#roomId) throw new EccpError('ECCP_ROOM_MISMATCH', 'an entry of another room');
    const { event, event_id, content, entry } = sequenced;
    this.#window.push(entry.seq, state.head.hash ?? '', event_id);
    if (event.type === 'eccp.room.redaction') this.#noteRedaction(sequenced);
    if (event.type === 'eccp.room.member' && content?.membership === 'join') {
      this.#joined.set(event.state_key ?? '', entry.seq);
    }
    this.#state = state;
    return sequenced;
  }

  #noteRedaction(redaction: SequencedEvent): void {
    const { redacts } = redaction.content as { redacts: { event_id: string } }; // checked by applyEntry()
    this.#redactions.set(redacts.event_id, [...this.redactionsOf(redacts.event_id), redaction]);
  }
}
