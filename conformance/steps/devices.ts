import { type DataTable, Given, Then, When } from '@cucumber/cucumber';
import { fill } from '../fill.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { isObject, type JsonObject } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { spell } from './accounts.ts';

/** The devices of an account as one of them sees them, in the order of the answer. */
export async function devicesOf(world: EccpWorld, who: string): Promise<JsonObject[]> {
  const { devices } = await world.read(who, 'listDevices');
  return (Array.isArray(devices) ? devices : []).filter(isObject);
}

// Then the devices of Alice are, oldest first:   (table: the sessions that the scenario knows, such as | Alice | and | Alice on "phone" |)
Then('the devices of {actor} are, oldest first:', async function (this: EccpWorld, who: string, table: DataTable) {
  const names = table.raw().flat();
  const expected: string[] = [];
  for (const name of names) expected.push((await this.actor(name)).deviceId);
  const devices = await devicesOf(this, who);
  expectEqual(devices.map(({ device_id }) => device_id).join(', '), expected.join(', '), `the devices of ${who}`);
  const times = devices.map(({ created_ts }) => Number(created_ts));
  expectEqual(times.join(), times.toSorted((a, b) => a - b).join(), 'the order of created_ts');
});

// Then Alice has 2 devices
Then('{actor} has {int} device(s)', async function (this: EccpWorld, who: string, count: number) {
  expectEqual((await devicesOf(this, who)).length, count, `the number of devices that ${who} sees`);
});

// Then the current device, as Alice on "phone" sees it, is her own
Then('the current device, as {actor} sees it, is her own', async function (this: EccpWorld, who: string) {
  const current = (await devicesOf(this, who)).filter((device) => device.current === true);
  const own = (await this.actor(who)).deviceId;
  expectEqual(current.map(({ device_id }) => device_id).join(', '), own, 'the devices marked as current');
});

// Then the device of Alice on "phone" is called "old phone", as Alice sees it
Then(
  'the device of {actor} is called {string}, as {actor} sees it',
  async function (this: EccpWorld, whose: string, name: string, who: string) {
    const id = (await this.actor(whose)).deviceId;
    const device = (await devicesOf(this, who)).find(({ device_id }) => device_id === id);
    expectThat(device !== undefined, `the device of ${whose} in the list`, 'no such device');
    expectEqual(device.name, spell(await fill(this, name)), `the name of the device of ${whose}`);
  },
);

// When Alice renames the device of Alice on "phone" to "old phone"
When(
  '{actor} renames the device of {actor} to {string}',
  async function (this: EccpWorld, who: string, whose: string, text: string) {
    const params = { deviceId: (await this.actor(whose)).deviceId };
    await this.call(who, 'renameDevice', { params, body: { name: spell(text) }, bad: true });
  },
);

// When Alice revokes the device of Alice on "phone"
Given('{actor} revokes the device of {actor}', async function (this: EccpWorld, who: string, whose: string) {
  await this.call(who, 'revokeDevice', { params: { deviceId: (await this.actor(whose)).deviceId } });
});

// Then no two of these sessions have the same device:   (table of sessions)
Then('no two of these sessions have the same device:', async function (this: EccpWorld, table: DataTable) {
  const names = table.raw().flat();
  const ids: string[] = [];
  for (const name of names) ids.push((await this.actor(name)).deviceId);
  expectEqual(new Set(ids).size, ids.length, `the number of different devices among ${ids.join(', ')}`);
});

// Then Alice on "phone"'s waiting sync is refused with ECCP_UNKNOWN_TOKEN within 2000 ms
Then(
  "{actor}'s waiting sync is refused with {errcodes} within {int} ms",
  async function (this: EccpWorld, who: string, codes: string[], limit: number) {
    const waiting = this.waiting.get(who);
    if (!waiting) throw new HarnessError(`${who} waits in no sync`);
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, limit, undefined);
    const answer = await Promise.race([waiting, late]).finally(() => clearTimeout(timer));
    expectThat(answer !== undefined, `the sync to answer within ${limit} ms`, 'no answer yet');
    expectThat(codes.includes(String(answer.body.errcode)), `a refusal with ${codes.join(' or ')}`, answer.text);
  },
);
