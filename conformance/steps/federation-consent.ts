// Consents to host a room: those that fake nodes give, and those of the node under test (section 17.7).
import { Given, Then, When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import { copyOf } from '../guests.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { agree, asksForConsent, CONSENT_FAULTS, type Consenting, disagree } from '../peer/transfer.ts';
import { canonical } from '../wire/canonical.ts';
import { isObject, show } from '../wire/json.ts';
import { keyIn } from '../wire/key-document.ts';
import { verifyJson } from '../wire/signature.ts';
import type { EccpWorld } from '../world.ts';

const NOWHERE = `!${'A'.repeat(43)}`;

// Given the peer agrees to host rooms · … gives "a consent for another room" when it is asked · … refuses to host rooms with ECCP_FORBIDDEN
Given('{peer} agrees to host rooms', async function (this: EccpWorld, alias: string) {
  agree(await this.peer(alias));
});
Given(
  '{peer} gives {string} when it is asked to host a room',
  async function (this: EccpWorld, alias: string, words: string) {
    agree(await this.peer(alias), consenting(words));
  },
);
Given(
  '{peer} refuses to host rooms with {errcodes}',
  async function (this: EccpWorld, alias: string, [errcode = '']: string[]) {
    disagree(await this.peer(alias), errcode);
  },
);

// Then the peer was asked once for its consent to host the room · Then the peer was not asked for its consent to host the room
Then(
  '{peer} was asked {int} time(s) for its consent to host {room}',
  async function (this: EccpWorld, alias: string, times: number, name: string) {
    const { id } = this.room(name);
    const asked = (await this.peer(alias)).requests.filter((request) => asksForConsent(request, id));
    expectEqual(asked.length, times, 'the requests for its consent');
  },
);

// When the peer asks the node to host the room · … a room that does not exist
When('{peer} asks the node to host {room}', async function (this: EccpWorld, alias: string, name: string) {
  this.judge(await askNode(await this.peer(alias), this.room(name).id));
});
When('{peer} asks the node to host a room that does not exist', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  this.judge(await askNode(peer, `${NOWHERE}:${peer.name}`));
});

// Then the answer is the node's consent to host the room from epoch 1 on
Then(
  "the answer is the node's consent to host {room} from epoch {int} on",
  async function (this: EccpWorld, name: string, epoch: number) {
    const { consent, key, signature } = this.succeeded(this.answer).body;
    const { id, owner } = this.room(name);
    const { node } = this.run.facts;
    expectEqual(canonical(consent ?? null), canonical({ room_id: id, epoch, node }), 'the consent');
    const document = (await copyOf(this, owner, name)).documents.get(node);
    const publicKey = document && keyIn(document, String(key));
    if (publicKey === undefined || !isObject(consent))
      throw new ConformanceFailure('a key that the document of the node in the room lists', show(key));
    expectThat(
      verifyJson(publicKey, 'eccp.host-consent-sig.v1', consent, String(signature)),
      'a consent whose signature verifies',
      show(this.answer.body),
    );
  },
);

/** The consent that the words name. @throws HarnessError for words that name none. */
export function consenting(words: string): Consenting {
  const found = CONSENT_FAULTS[words];
  if (!found)
    throw new HarnessError(`nothing is called "${words}"; there are ${Object.keys(CONSENT_FAULTS).join(', ')}`);
  return found;
}

/** Asks the node under test for its consent to host a room. */
export async function askNode(peer: FakePeer, roomId: string): Promise<Answer> {
  return await peer.send('POST', `/_eccp/federation/v1/rooms/${encodeURIComponent(roomId)}/consent`);
}
