// Nodes that are not there, and how the node under test asks those that are (chapter 14).
import { Given, Then, When } from '@cucumber/cucumber';
import { fill } from '../fill.ts';
import { expectEqual, expectThat } from '../outcome.ts';
import type { EccpWorld } from '../world.ts';

// Given the peer is gone   (nobody listens at its port any more)
Given('{peer} is gone', async function (this: EccpWorld, alias: string) {
  await (await this.peer(alias)).close();
});

// When Alice joins the room with the id "!…:10.0.0.1"
When('{actor} joins the room with the id {string}', async function (this: EccpWorld, who: string, roomId: string) {
  await this.call(who, 'joinRoom', { params: { roomId: await fill(this, roomId) }, body: {}, deadline: 95_000 });
});

// Then every request to the peer names it in "Host"
Then('every request to {peer} names it in "Host"', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  expectThat(peer.requests.length > 0, 'requests', 'none');
  for (const { host } of peer.requests) expectEqual(host, peer.name, 'the header Host');
});
