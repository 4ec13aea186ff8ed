// What reaches fake nodes of rooms that the node under test hosts, and what does not (section 17.2).
import { Given, Then } from '@cucumber/cucumber';
import { fillJson } from '../fill.ts';
import { copyOf, homeOf } from '../guests.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { refusal } from '../peer/serving.ts';
import { canonical } from '../wire/canonical.ts';
import { type JsonObject, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { isTransaction } from './federation-hosting.ts';

const invited = new WeakMap<EccpWorld, JsonObject>();

// Given Ruth's node has met the node   (each knows the other's keys)
Given("{guest}'s node has met the node", async function (this: EccpWorld, guest: string) {
  this.succeeded(await (await homeOf(this, guest)).transact({}));
});

// Then "hello" is in the peer's copy of the room with its content
Then(
  "{string} is in {peer}'s copy of {room} with its content",
  async function (this: EccpWorld, text: string, alias: string, name: string) {
    const peer = await this.peer(alias);
    const item = peer.room(this.room(name).id)?.log.find(({ event_id }) => event_id === this.event(text));
    expectThat(item?.content !== undefined && item.nonce !== undefined, `"${text}" with content and nonce`, show(item));
  },
);

// Then the peer "two" has been invited to the room "den" with a right invitation   (what is wrong with it is a fault of the node)
Then(
  '{peer} has been invited to {room} with a right invitation',
  async function (this: EccpWorld, alias: string, name: string) {
    const peer = await this.peer(alias);
    const { id } = this.room(name);
    const find = () => peer.invites.findLast(({ room_id }) => room_id === id);
    await peer.until('an invitation', () => find() !== undefined);
    const item = find();
    if (item) invited.set(this, item);
    expectEqual(peer.faults.join('; '), '', 'what is wrong with the invitation');
  },
);

// Then its preview is:   (doc string: JSON; of the invitation)
Then('its preview is:', async function (this: EccpWorld, text: string) {
  const item = invited.get(this);
  if (!item) throw new HarnessError('no step has looked for an invitation');
  const expected = await fillJson(this, text);
  const preview = item.preview ?? null;
  expectThat(canonical(preview) === canonical(expected), `the preview ${show(expected)}`, show(preview));
});

// Then the peer "two" was sent no entries · Then the peer has no invitation
Then('{peer} was sent no entries', async function (this: EccpWorld, alias: string) {
  const { transactions } = await this.peer(alias);
  const entries = transactions.flatMap(({ entries }) => (Array.isArray(entries) ? entries : []));
  expectEqual(entries.length, 0, 'the entries that came');
});
Then('{peer} has no invitation', async function (this: EccpWorld, alias: string) {
  expectEqual((await this.peer(alias)).invites.length, 0, 'the invitations that came');
});

// Then the peer was never sent the text "regret" after the redaction   (in the first transaction that it took, and later)
Then(
  '{peer} was never sent the text {string} after the redaction',
  async function (this: EccpWorld, alias: string, text: string) {
    const peer = await this.peer(alias);
    const taken = peer.transactions
      .map((body) => JSON.stringify(body))
      .filter((body) => body.includes(this.event(text)));
    if (taken.length === 0) throw new ConformanceFailure(`the headers of "${text}"`, 'nothing of it');
    expectThat(!taken.some((body) => body.includes(`"body":${JSON.stringify(text)}`)), 'no content', taken.join(' '));
  },
);

// Given the peer refuses with ECCP_NOT_FOUND for the log of the room · answers with no entries · with entries that nobody asked for · with a text …
Given(
  /^the peer (refuses with ECCP_NOT_FOUND|answers with (?:no entries|entries that nobody asked for|a text)) for the log of the room$/,
  async function (this: EccpWorld, how: string) {
    const peer = await this.peer('peer');
    const room = await copyOf(this, this.room('room').owner, 'room');
    peer.behaviour.intercept = (request) => {
      if (isTransaction(request) || !request.path.endsWith('/log')) return undefined;
      if (how.startsWith('refuses')) return refusal(peer, 'ECCP_NOT_FOUND');
      if (how.endsWith('a text')) return { status: 200, raw: Buffer.from('hello') };
      const { entry, entry_signature } = room.log.at(-1) ?? {};
      if (!entry || entry_signature === undefined) throw new HarnessError('the room is empty');
      const entries = how.endsWith('no entries') ? [] : room.log.slice(0, 2);
      return { status: 200, body: { entries, head: { entry, entry_signature } } };
    };
  },
);
