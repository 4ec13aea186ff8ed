import { Then } from '@cucumber/cucumber';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../../outcome.ts';
import { show } from '../../wire/json.ts';
import { eventsOf, type SequencedEvent } from '../../wire/types.ts';
import type { EccpWorld } from '../../world.ts';
import { wholeLog } from '../base/log.ts';
import { readLog } from '../base/messages.ts';

type Direction = 'b' | 'f';

/**
 * Pages through what an actor may read, from an end of the log or from a place, and looks at each page on its own.
 * @throws ConformanceFailure for a page with more than `limit` events, or one that does not move on.
 */
async function pages(
  world: EccpWorld,
  who: string,
  alias: string,
  dir: Direction,
  limit: number,
  from?: number,
): Promise<SequencedEvent[][]> {
  const all: SequencedEvent[][] = [];
  for (let place = from; ; ) {
    const query = { dir, limit, ...(place === undefined ? {} : { from: place }) };
    const page = await world.read(who, 'listMessages', { params: { roomId: world.room(alias).id }, query });
    const events = eventsOf(page.events);
    expectThat(events.length <= limit, `at most ${limit} events in a page`, `${events.length}`);
    all.push(events);
    if (page.next === undefined) return all;
    expectThat(events.length > 0, 'events in a page that has a next one', 'none');
    if (
      typeof page.next !== 'number' ||
      (place !== undefined && (dir === 'b' ? page.next >= place : page.next <= place))
    )
      throw new ConformanceFailure(`next to move on from ${show(place)}`, show(page.next));
    place = page.next;
  }
}

/** What an actor may read, newest first. */
export async function readBack(world: EccpWorld, who: string, alias: string): Promise<SequencedEvent[]> {
  return (await pages(world, who, alias, 'b', 100)).flat();
}

// Then paging through the room in either direction, with any limit, gives Bob the entries 5-9,12-20, each once
//   (places in the log; each page is looked at on its own)
Then(
  /^paging through the room in either direction, with any limit, gives (Alice|Bob|Carol) the entries (\S+), each once$/,
  async function (this: EccpWorld, who: string, ranges: string) {
    const expected = seqsOf(ranges);
    for (const limit of [1, 2, 3, 7, 100]) {
      for (const dir of ['f', 'b'] as const) {
        const all = await pages(this, who, 'room', dir, limit);
        const seqs = all.map((page) => page.map(({ entry }) => entry.seq));
        const order = dir === 'f' ? expected : expected.toReversed();
        expectEqual(
          seqs.flat().join(' '),
          order.join(' '),
          `the entries, ${dir === 'f' ? 'forward' : 'back'} by ${limit}`,
        );
        const short = seqs.slice(0, -1).filter((page) => page.length === 0);
        expectEqual(short.length, 0, 'empty pages before the last');
        expectThat(
          order.length === 0 || (seqs.at(-1) ?? []).length > 0,
          'no next where nothing follows',
          'an empty last page',
        );
      }
    }
  },
);

// Then from every place of the log, paging in either direction gives Bob what of the entries 5-9,12-20 lies there
Then(
  /^from every place of the log, paging in either direction gives (Alice|Bob|Carol) what of the entries (\S+) lies there$/,
  async function (this: EccpWorld, who: string, ranges: string) {
    const expected = seqsOf(ranges);
    const last = (await wholeLog(this, this.room('room').owner, 'room')).at(-1)?.entry.seq ?? 0;
    for (let from = 0; from <= last + 1; from++) {
      const [back, forward] = await Promise.all(
        (['b', 'f'] as const).map(async (dir) =>
          (await pages(this, who, 'room', dir, 4, from)).flat().map(({ entry }) => entry.seq),
        ),
      );
      const below = expected.filter((seq) => seq < from).toReversed();
      expectEqual(back?.join(' '), below.join(' '), `the entries back from ${from}`);
      expectEqual(
        forward?.join(' '),
        expected.filter((seq) => seq > from).join(' '),
        `the entries forward from ${from}`,
      );
    }
  },
);

// Then getEvent gives Bob each of the entries 5-9,12-20 as listMessages does, and no other
Then(
  /^getEvent gives (Alice|Bob|Carol) each of the entries (\S+) as listMessages does, and no other$/,
  async function (this: EccpWorld, who: string, ranges: string) {
    const expected = seqsOf(ranges);
    const listed = new Map((await readLog(this, who, 'room')).map((event) => [event.entry.seq, event]));
    for (const { event_id, entry } of await wholeLog(this, this.room('room').owner, 'room')) {
      const params = { roomId: this.room('room').id, eventId: event_id };
      const answer = await this.peek(who, 'getEvent', { params });
      if (expected.includes(entry.seq)) {
        this.succeeded(answer);
        expectEqual(show(answer.json), show(listed.get(entry.seq)), `entry ${entry.seq}`);
      } else expectEqual(`${answer.status} ${String(answer.body.errcode)}`, '404 ECCP_NOT_FOUND', `entry ${entry.seq}`);
    }
  },
);

/** `5-9,12` as 5, 6, 7, 8, 9, 12. */
function seqsOf(ranges: string): number[] {
  return ranges.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number);
    if (from === undefined || to === undefined || !Number.isInteger(from)) throw new HarnessError(`no range: ${range}`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
