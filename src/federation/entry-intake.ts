import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { isRoomId } from '../core/ids.ts';
import { badEvent } from '../core/members.ts';
import type { NodeName, RoomId } from '../generated/api.ts';
import type { EntryIngest } from './pull.ts';

export interface EntryIntakeOptions {
  readonly ingest: Pick<EntryIngest, 'apply'>;
  readonly pulls: { pull(roomId: RoomId, peer: NodeName): Promise<void> };
}

/** Takes the entries of a transaction, and what is missing before them (HOST-030 to HOST-034). */
export class EntryIntake {
  readonly #options: EntryIntakeOptions;

  constructor(options: EntryIntakeOptions) {
    this.#options = options;
  }

  /**
   * Takes entries of one room, in order. When there is a hole before one, what is missing is pulled from the origin, once.
   *
   * @param roomId what they name as their room, unchecked.
   * @returns what each was refused with; undefined for one that is held now. What is no EccpError nobody foresaw.
   */
  async take(origin: NodeName, roomId: Json | undefined, entries: readonly Json[]): Promise<unknown[]> {
    if (!isId(roomId)) return entries.map(() => badEvent('/entry/room_id', 'not a room id'));
    let pulled: Promise<unknown> | undefined;
    const attempt = async (some: readonly Json[]): Promise<unknown> => {
      const refusal = await reasonOf(this.#options.ingest.apply(roomId, some, origin));
      if (!isRefused(refusal, 'ECCP_GAP') || pulled !== undefined) return refusal;
      pulled = reasonOf(this.#options.pulls.pull(roomId, origin));
      await pulled;
      return reasonOf(this.#options.ingest.apply(roomId, some, origin));
    };
    const first = await attempt(entries);
    if (first === undefined) return entries.map(() => undefined);
    const refusals: unknown[] = []; // the first attempt does not tell which one was refused
    for (const entry of entries) {
      const refusal = await attempt([entry]);
      // The one that was refused then; it may have frozen the room, which is what it would be told now.
      const isFirst = refusal !== undefined && refusals.every((before) => before === undefined);
      refusals.push(isFirst ? first : refusal);
    }
    return refusals;
  }
}

function isId(roomId: Json | undefined): roomId is RoomId {
  return isRoomId(roomId);
}

function isRefused(reason: unknown, errcode: string): boolean {
  return reason instanceof EccpError && reason.errcode === errcode;
}

/** What a promise is rejected with, if it is. */
async function reasonOf(promise: Promise<void>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error ?? new Error('rejected without a reason');
  }
}
