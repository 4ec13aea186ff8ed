// Events that fake nodes submit to the host of a room, and what becomes of them (section 17.1).
import { Given, Then, When } from '@cucumber/cucumber';
import { fillJson } from '../fill.ts';
import { guestJoins, homeOf, keep, noteHead, submittedOf } from '../guests.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { faultyItem } from '../peer/event-faults.ts';
import { type Draft, originEvent } from '../peer/events.ts';
import { join, ownMembership, propose, type Submitted, submit } from '../peer/participant.ts';
import type { Origin } from '../peer/room.ts';
import { isObject, type JsonObject, show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';

// When Pat's node submits a join of the room · a leave of · a knock on the room   (`Pat's join` names the event)
When(
  /^(Pat|Quinn|Ruth|Sven)'s node submits a (join|leave|knock) (?:of|on) the room(?: "([^"]+)")?$/,
  async function (this: EccpWorld, guest: string, membership: string, named: string | undefined) {
    const alias = named ?? 'room';
    await noteHead(this, alias);
    const submitted =
      membership === 'join'
        ? await guestJoins(this, guest, alias)
        : await submitDraft(this, guest, alias, ownMembership(await this.userId(guest), membership));
    keep(this, `${guest}'s ${membership}`, submitted);
  },
);

// When Pat's node submits the join of Ruth to the room   (as if Ruth lived there)
When(
  "{guest}'s node submits the join of {guest} to {room}",
  async function (this: EccpWorld, guest: string, whom: string, alias: string) {
    await noteHead(this, alias);
    keep(this, `${whom}'s join`, await submitDraft(this, guest, alias, ownMembership(await this.userId(whom), 'join')));
  },
);

// When Pat's node submits a join in the name of Pat for Quinn to the room   (Pat is the sender, Quinn the state key)
When(
  "{guest}'s node submits a join in the name of {guest} for {guest} to {room}",
  async function (this: EccpWorld, guest: string, sender: string, whom: string, alias: string) {
    await noteHead(this, alias);
    const draft = { ...ownMembership(await this.userId(whom), 'join'), sender: await this.userId(sender) };
    keep(this, `${whom}'s join`, await submitDraft(this, guest, alias, draft));
  },
);

// When Pat's node submits a join of a room that does not exist
When("{guest}'s node submits a join of a room that does not exist", async function (this: EccpWorld, guest: string) {
  const peer = await homeOf(this, guest);
  const roomId = `!${'A'.repeat(43)}:${this.run.facts.node}`;
  keep(this, `${guest}'s join of nothing`, await join(peer, roomId, await this.userId(guest)));
});

// Given Pat's node has made the message "late" for the room · When Pat's node submits "late"   (also again, as it was)
Given(
  "{guest}'s node has made the message {string} for {room}",
  async function (this: EccpWorld, guest: string, text: string, alias: string) {
    const peer = await homeOf(this, guest);
    const draft = { type: 'eccp.room.message', sender: await this.userId(guest), content: { body: text } };
    made.set(this, { text, alias, origin: originEvent(peer.identity, peer.room(this.room(alias).id), draft) });
  },
);
When("{guest}'s node submits {string}", async function (this: EccpWorld, guest: string, text: string) {
  const { alias, roomId, origin } = madeFor(this, text);
  await noteHead(this, alias);
  keep(this, text, await submit(await homeOf(this, guest), roomId, origin));
});

// When Pat's node submits an invite of Bob to the room · a kick of Bob from · a ban of Bob from · an unban of Bob from the room
When(
  "{guest}'s node submits a(n) {word} of {actor} to/from {room}",
  async function (this: EccpWorld, guest: string, act: string, whom: string, alias: string) {
    const membership = { invite: 'invite', kick: 'leave', ban: 'ban', unban: 'leave' }[act];
    if (membership === undefined) throw new HarnessError(`nobody can ${act} somebody`);
    const draft = { ...ownMembership(await this.userId(whom), membership), sender: await this.userId(guest) };
    await noteHead(this, alias);
    keep(this, `${whom}'s ${act}`, await submitDraft(this, guest, alias, draft));
  },
);

// When Pat's node submits the state "eccp.room.name" to the room:   (doc string: the content; the type names the event)
When(
  "{guest}'s node submits the state {string} to {room}:",
  async function (this: EccpWorld, guest: string, type: string, alias: string, text: string) {
    const content = await fillJson(this, text);
    const draft = { type, sender: await this.userId(guest), content: isObject(content) ? content : {}, stateKey: '' };
    await noteHead(this, alias);
    keep(this, type, await submitDraft(this, guest, alias, draft));
  },
);

// When Pat's node submits a redaction of "hello" by Alice in the room   (Alice sent it)
When(
  "{guest}'s node submits a redaction of {string} by {actor} in {room}",
  async function (this: EccpWorld, guest: string, text: string, author: string, alias: string) {
    const redacts = { event_id: this.event(text), sender: await this.userId(author) };
    const draft = { type: 'eccp.room.redaction', sender: await this.userId(guest), content: { redacts } };
    await noteHead(this, alias);
    keep(this, `the redaction of ${text}`, await submitDraft(this, guest, alias, draft));
  },
);

// When Pat's node submits to the room an event with "an anchor off the chain"   (peer/event-faults.ts; the words name the event)
When(
  "{guest}'s node submits to {room} an event with {string}",
  async function (this: EccpWorld, guest: string, alias: string, words: string) {
    const peer = await homeOf(this, guest);
    const { room_id, origin } = faultyItem(words, peer, this.room(alias).id, await this.userId(guest));
    await noteHead(this, alias);
    keep(this, words, await submit(peer, room_id, origin));
  },
);

// Then the event is sequenced   (the last that a fake node submitted: its result says so, and the fake node's answer has its place)
Then('the event is sequenced', function (this: EccpWorld) {
  this.succeeded(this.answer);
  const { result, origin } = last(this);
  expectEqual(result.status, 'sequenced', `what became of ${origin.event.type} (${show(result)})`);
  expectEqual(result.event_id, origin.event_id, 'event_id of the result');
  expectThat(Number.isSafeInteger(result.seq), 'the place of the event', show(result));
});

// Then the event is refused with ECCP_FORBIDDEN
Then('the event is refused with {errcodes}', function (this: EccpWorld, codes: string[]) {
  this.succeeded(this.answer);
  const { result } = last(this);
  expectThat(
    codes.includes(String(result.errcode)),
    `the event to be refused with ${codes.join(' or ')}`,
    show(result),
  );
  expectEqual(result.status, undefined, 'status of the result');
  expectThat(typeof result.error === 'string' && result.error !== '', 'a sentence for people', show(result));
  expectEqual(result.event_id, last(this).origin.event_id, 'event_id of the result');
});

// Then the result's "current" is the event "x" · Then the result's "version" is 1   (JSON)
Then('the result names {string} as the event in force', function (this: EccpWorld, text: string) {
  expectEqual(last(this).result.current, text === 'nothing' ? null : this.event(text), 'current of the result');
});
Then('the result names the version {int}', function (this: EccpWorld, version: number) {
  expectEqual(last(this).result.version, version, 'version of the result');
});

// Then both results say the same   (but for the event that they name)
Then('both results say the same', function (this: EccpWorld) {
  const [before, now] = submittedOf(this)
    .slice(-2)
    .map(({ result }) => show({ ...result, event_id: '' }));
  expectThat(before === now, `the same words: ${before}`, String(now));
});

// Then both results are the same
Then('both results are the same', function (this: EccpWorld) {
  const [before, now] = submittedOf(this)
    .slice(-2)
    .map(({ result }): JsonObject => result);
  expectThat(before !== undefined && show(before) === show(now), `the same result again: ${show(before)}`, show(now));
});

const made = new WeakMap<EccpWorld, { text: string; alias: string; origin: Origin }>();

/** A message that a fake node made and has not submitted by itself. */
export function madeFor(world: EccpWorld, text: string): { alias: string; roomId: string; origin: Origin } {
  const event = made.get(world);
  if (event?.text !== text) throw new HarnessError(`no step has made the message "${text}"`);
  return { alias: event.alias, roomId: world.room(event.alias).id, origin: event.origin };
}

/** Hands an event of a guest to the host of the room; where it changes what the last one has set, once that one has come back. */
export async function submitDraft(world: EccpWorld, guest: string, alias: string, draft: Draft): Promise<Submitted> {
  const peer = await homeOf(world, guest);
  const { id } = world.room(alias);
  const before = submittedOf(world).at(-1);
  if (draft.stateKey !== undefined && before?.result.status === 'sequenced') {
    const { event, event_id } = before.origin;
    const room = event.room_id === id ? peer.room(id) : undefined;
    if (room && event.type === draft.type && event.state_key === draft.stateKey)
      await peer.until(`the entry of ${event_id}`, () => room.log.some((item) => item.event_id === event_id));
  }
  return await propose(peer, id, draft);
}

function last(world: EccpWorld): Submitted {
  const submitted = submittedOf(world).at(-1);
  if (!submitted) throw new HarnessError('no fake node has submitted anything');
  return submitted;
}
