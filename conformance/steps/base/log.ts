import { Then } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual, HarnessError } from '../../outcome.ts';
import { isObject } from '../../wire/json.ts';
import { LOG_CHECKS, type LogProblem, type Replay, replayLog } from '../../wire/room-log.ts';
import { eventsOf, type SequencedEvent } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';
import { readLog } from './messages.ts';

/**
 * The whole log of a room as its creator holds it: the create event from the state, for it stands before the creator's join and is
 * no history (HIST-005), and everything after it from the messages.
 */
export async function wholeLog(world: EccpWorld, who: string, alias: string): Promise<SequencedEvent[]> {
  const state = await world.read(who, 'getState', { params: { roomId: world.room(alias).id } });
  const create = eventsOf(state.events).filter(({ event }) => event.type === 'eccp.room.create');
  expectEqual(create.length, 1, 'create events in the state');
  const rest = (await readLog(world, who, alias)).filter(({ entry }) => entry.seq > 0);
  return [...create, ...rest];
}

/** Replays the whole log of a room from its creator's sight; its head must be the one that getRoom names. */
export async function replay(world: EccpWorld, who: string, alias: string): Promise<Replay> {
  const result = replayLog(await wholeLog(world, who, alias));
  const { head } = await world.read(who, 'getRoom', { params: { roomId: world.room(alias).id } });
  expectEqual(isObject(head) ? head.hash : undefined, result.head, 'the hash of the head');
  return result;
}

// Then Alice can verify the whole log of the room   (Alice made the room)
Then('{actor} can verify the whole log of {room}', async function (this: EccpWorld, who: string, alias: string) {
  const { problems } = await replay(this, who, alias);
  report(problems);
});

// Then Alice finds the "signature" of every entry of the room right
//   (event_id, content_hash, chain, keys, signature, anchor, replaces, state_root, host_ts)
Then(
  '{actor} finds the {string} of every entry of {room} right',
  async function (this: EccpWorld, who: string, check: string, alias: string) {
    if (!LOG_CHECKS.some((name) => name === check))
      throw new HarnessError(`a log has no check "${check}"; there are ${LOG_CHECKS.join(', ')}`);
    const { problems } = await replay(this, who, alias);
    report(problems.filter((problem) => problem.check === check));
  },
);

function report(problems: LogProblem[]): void {
  if (problems.length === 0) return;
  const lines = problems.slice(0, 5).map(({ seq, check, message }) => `entry ${seq}, ${check}: ${message}`);
  throw new ConformanceFailure(
    'a log that anybody can verify from its own contents',
    `${problems.length} faults: ${lines.join('; ')}`,
  );
}
