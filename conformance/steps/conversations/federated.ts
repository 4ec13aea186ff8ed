// What fake nodes see of a conversation, and what they hold back of it.
import { Given, Then, When } from '@cucumber/cucumber';
import { formsOf } from '../../clear-text.ts';
import type { PerDevice } from '../../client/link.ts';
import { conversationOf } from '../../conversation.ts';
import { homeOf } from '../../guests.ts';
import { expectEqual, expectThat } from '../../outcome.ts';
import type { FakePeer } from '../../peer/fake-peer.ts';
import { type JsonObject, lookUp } from '../../wire/json.ts';
import type { EccpWorld } from '../../world.ts';

// Given Pat's node holds back what its devices hand out · When Pat's node sends what it held back, the last first
Given("{guest}'s node holds back what its devices hand out", async function (this: EccpWorld, guest: string) {
  conversationOf(this).home(await homeOf(this, guest)).heldBack = [];
});
When("{guest}'s node sends what it held back, the last first", async function (this: EccpWorld, guest: string) {
  const home = conversationOf(this).home(await homeOf(this, guest));
  const items = home.heldBack ?? [];
  expectThat(items.length > 0, 'something that was held back', 'nothing');
  home.heldBack = undefined;
  await home.send('to_device', items.toReversed());
});

// When Pat's node sends what it held back with another header   (and holds it back still; what is encrypted stays as it is)
When("{guest}'s node sends what it held back with another header", async function (this: EccpWorld, guest: string) {
  const home = conversationOf(this).home(await homeOf(this, guest));
  const items = home.heldBack ?? [];
  expectThat(items.length > 0, 'something that was held back', 'nothing');
  const bent = items.map((item) => ({ ...structuredClone(item), id: this.unique() }));
  for (const { messages } of bent as unknown as { messages: PerDevice<JsonObject> }[]) {
    const contents = Object.values(messages).flatMap((devices) => Object.values(devices));
    for (const content of contents) content.previous = Number(content.previous) + 1;
  }
  await home.send('to_device', bent);
});

// Then the peer has seen "Harbour", and nothing of what was said   (in whatever form, in any request)
Then(
  '{peer} has seen {string}, and nothing of what was said',
  async function (this: EccpWorld, alias: string, known: string) {
    const peer = await this.peer(alias);
    expectThat(
      seesAnyForm(peer, known),
      `"${known}" in a request to the peer`,
      'nothing of the kind: the search is blind',
    );
    const said = [...conversationOf(this).said.values()].map(({ payload }) => String(lookUp(payload.content, 'body')));
    expectThat(said.length > 0, 'something that was said', 'nothing');
    const seen = said.filter((text) => seesAnyForm(peer, text));
    expectEqual(seen.join(', '), '', 'what the peer has seen of what was said');
  },
);

function seesAnyForm({ requests }: FakePeer, text: string): boolean {
  const forms = formsOf(text);
  return requests.some(({ uri, body }) => forms.some((form) => body.includes(form) || uri.includes(form)));
}
