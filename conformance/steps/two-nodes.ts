// What two real nodes hold of a room that they share.
import { Then } from '@cucumber/cucumber';
import { expectEqual, expectThat } from '../outcome.ts';
import { hashJson } from '../wire/hash.ts';
import { isObject } from '../wire/json.ts';
import { replayLog } from '../wire/room-log.ts';
import type { SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { wholeLog } from './base/log.ts';
import { readLog } from './base/messages.ts';
import { until } from './base/until.ts';

// Then Alice and Nora have one log of the room   (both are joined, the first made it: its node's log is verified as a whole, and what the
// second may read of it is the same, entry for entry, up to the same head)
Then(
  '{actor} and {actor} have one log of {room}',
  async function (this: EccpWorld, owner: string, guest: string, alias: string) {
    await sameHead(this, owner, guest, alias);
    const whole = await wholeLog(this, owner, alias);
    const { head, problems } = replayLog(whole);
    expectEqual(problems.map(({ seq, message }) => `entry ${seq}: ${message}`).join('; '), '', 'what is wrong');
    expectEqual(await headOf(this, guest, alias), `${whole.length - 1} ${head}`, 'the head of the room for the guest');
    const read = await readLog(this, guest, alias);
    expectThat(read.length > 0, `${guest} to read something of the room`, 'nothing');
    const bySeq = new Map(whole.map((item) => [item.entry.seq, item]));
    for (const item of read)
      expectEqual(line(item), line(bySeq.get(item.entry.seq)), `entry ${item.entry.seq} for ${guest}`);
    expectEqual(read.at(-1)?.entry.seq, whole.length - 1, `the last entry that ${guest} reads`);
  },
);

// Then "hello" stands in the room 1 time, for Alice and Nora
Then(
  '{string} stands in {room} {int} time(s), for {actor} and {actor}',
  async function (this: EccpWorld, text: string, alias: string, times: number, one: string, other: string) {
    await sameHead(this, one, other, alias);
    for (const who of [one, other]) {
      const found = (await readLog(this, who, alias)).filter(
        ({ content }) => isObject(content) && content.body === text,
      );
      expectEqual(found.length, times, `how often ${who} reads "${text}"`);
      expectEqual(found[0]?.event_id, this.event(text), `the event that ${who} reads`);
    }
  },
);

// Then the membership of Nora in the room becomes "leave" for Alice   (listMembers on Alice's node)
Then(
  'the membership of {actor} in {room} becomes {string} for {actor}',
  async function (this: EccpWorld, whom: string, alias: string, expected: string, who: string) {
    const user = await this.userId(whom);
    const params = { roomId: this.room(alias).id };
    await until(`${whom}'s membership to become ${expected} for ${who}`, async () => {
      const { members } = await this.read(who, 'listMembers', { params, query: { membership: expected } });
      const listed = Array.isArray(members) && members.some((member) => isObject(member) && member.user_id === user);
      return listed ? undefined : JSON.stringify(members);
    });
  },
);

/** Waits until both nodes have the same head of a room in which both actors are joined. */
async function sameHead(world: EccpWorld, one: string, other: string, alias: string): Promise<void> {
  await until(`one head of the room on both nodes`, async () => {
    const [here, there] = [await headOf(world, one, alias), await headOf(world, other, alias)];
    return here === there ? undefined : `${here} for ${one}, ${there} for ${other}`;
  });
}

async function headOf(world: EccpWorld, who: string, alias: string): Promise<string> {
  const { head } = await world.read(who, 'getRoom', { params: { roomId: world.room(alias).id } });
  return isObject(head) ? `${String(head.seq)} ${String(head.hash)}` : 'none';
}

/** What has to be the same on every node, of an entry that its reader may read. */
function line(item: SequencedEvent | undefined): string {
  if (!item) return 'no such entry';
  const { event_id, event, entry, entry_signature, signature } = item;
  const hashes = [event, entry, item.content ?? null].map((part) => hashJson('comparison', part));
  return [event_id, signature, entry_signature, item.nonce, item.redacted_by, ...hashes].join(' ');
}
