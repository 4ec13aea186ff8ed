// What fake nodes see of a conversation, and what they hold back of it.
import { Given, Then, When } from '@cucumber/cucumber';
import { formsOf } from '../../clear-text.ts';
import { conversationOf } from '../../conversation.ts';
import { homeOf } from '../../guests.ts';
import { expectEqual, expectThat } from '../../outcome.ts';
import type { FakePeer } from '../../peer/fake-peer.ts';
import { lookUp } from '../../wire/json.ts';
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
