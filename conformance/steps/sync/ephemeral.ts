import { Then, When } from '@cucumber/cucumber';
import { expectEqual } from '../../outcome.ts';
import type { SyncView } from '../../sync-view.ts';
import { isObject, type Json, lookUp, show } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';
import { syncOnce, syncUntil, viewOf } from '../base/sync.ts';

// When Bob has read "hello" in the room   (putReceipt)
When('{actor} has read {string} in {room}', async function (this: EccpWorld, who: string, text: string, alias: string) {
  const body = { event_id: this.event(text) };
  await this.call(who, 'putReceipt', { params: { roomId: this.room(alias).id }, body });
});

// When Bob types in the room · types in the room for 200 ms · stops typing in the room   (putTyping)
When('{actor} types in {room}', async function (this: EccpWorld, who: string, alias: string) {
  await this.call(who, 'putTyping', { params: { roomId: this.room(alias).id }, body: { typing: true } });
});
When('{actor} types in {room} for {int} ms', async function (this: EccpWorld, who: string, alias: string, ms: number) {
  const body = { typing: true, timeout_ms: ms };
  await this.call(who, 'putTyping', { params: { roomId: this.room(alias).id }, body });
});
When('{actor} stops typing in {room}', async function (this: EccpWorld, who: string, alias: string) {
  await this.call(who, 'putTyping', { params: { roomId: this.room(alias).id }, body: { typing: false } });
});

// Then Alice's sync shows that Bob has read up to "hello" in the room   (the last receipt of Bob that it showed)
Then(
  "{actor}'s sync shows that {actor} has read up to {string} in {room}",
  async function (this: EccpWorld, who: string, reader: string, text: string, alias: string) {
    const [userId, id] = [await this.userId(reader), this.event(text)];
    await syncUntil(this, who, `${reader} to have read up to "${text}" in ${who}'s sync`, (view) =>
      isObject(receiptOf(view, this.room(alias).id, userId)),
    );
    const receipt = receiptOf(viewOf(this, who), this.room(alias).id, userId);
    expectEqual(lookUp(receipt, 'event_id'), id, `event_id of the receipt ${show(receipt)}`);
  },
);

// Then Alice's sync shows no receipt of Bob in the room   (syncs once more)
Then(
  "{actor}'s sync shows no receipt of {actor} in {room}",
  async function (this: EccpWorld, who: string, reader: string, alias: string) {
    this.succeeded(await syncOnce(this, who));
    const receipt = receiptOf(viewOf(this, who), this.room(alias).id, await this.userId(reader));
    expectEqual(show(receipt), 'nothing', `a receipt of ${reader}`);
  },
);

// Then Alice's sync shows Bob and Carol typing in the room · Then Alice's sync shows nobody typing in the room
Then(
  "{actor}'s sync shows {actors} typing in {room}",
  async function (this: EccpWorld, who: string, names: string[], alias: string) {
    const ids = await Promise.all(names.map((name) => this.userId(name)));
    await typing(this, who, alias, ids, names.join(', '));
  },
);
Then("{actor}'s sync shows nobody typing in {room}", async function (this: EccpWorld, who: string, alias: string) {
  await typing(this, who, alias, [], 'nobody');
});

// Then no sync has shown Alice who types in the room
Then('no sync has shown {actor} who types in {room}', async function (this: EccpWorld, who: string, alias: string) {
  this.succeeded(await syncOnce(this, who));
  expectEqual(show(viewOf(this, who).joined.get(this.room(alias).id)?.typing), 'nothing', 'who types');
});

/** The last receipt of a user that came. */
function receiptOf(view: SyncView, roomId: string, userId: string): Json | undefined {
  return view.joined.get(roomId)?.receipts.findLast((receipt) => lookUp(receipt, 'user_id') === userId);
}

async function typing(world: EccpWorld, who: string, alias: string, ids: string[], names: string): Promise<void> {
  const roomId = world.room(alias).id;
  const expected = JSON.stringify(ids.sort());
  await syncUntil(world, who, `${names} typing in ${who}'s sync`, (view) => {
    const now = view.joined.get(roomId)?.typing;
    return Array.isArray(now) && JSON.stringify([...now].sort()) === expected;
  });
}
