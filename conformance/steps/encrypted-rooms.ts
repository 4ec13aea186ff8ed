// Encrypted rooms, and messages in them that nobody can read (chapter 29).
import { randomBytes } from 'node:crypto';
import { Given, Then, When } from '@cucumber/cucumber';
import { homeOf, submittedOf } from '../guests.ts';
import { expectEqual, HarnessError } from '../outcome.ts';
import { say } from '../peer/host.ts';
import { propose } from '../peer/participant.ts';
import type { JsonObject } from '../wire/json.ts';
import { eventsOf } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { createRoom } from './base/rooms.ts';
import { putState } from './base/state.ts';

const TYPE = 'eccp.room.encrypted';
const ALGORITHM = { algorithm: 'eccp.room.v1' };

/** Ways to break the form of an encrypted message's content. */
const FAULTS: Readonly<Record<string, (content: JsonObject) => JsonObject>> = {
  'another algorithm': (content) => ({ ...content, algorithm: 'eccp.room.v9' }),
  'no algorithm': ({ algorithm: _, ...content }) => content,
  'no device': ({ sender_device: _, ...content }) => content,
  'a device out of form': (content) => ({ ...content, sender_device: 'phone' }),
  'no chain': ({ chain_id: _, ...content }) => content,
  'a chain out of form': (content) => ({ ...content, chain_id: 'x' }),
  'no index': ({ index: _, ...content }) => content,
  'an index that is too high': (content) => ({ ...content, index: 100 }),
  'an index below 0': (content) => ({ ...content, index: -1 }),
  'no ciphertext': ({ ciphertext: _, ...content }) => content,
  'a ciphertext out of form': (content) => ({ ...content, ciphertext: 'plain text, with spaces' }),
  'too little ciphertext': (content) => ({ ...content, ciphertext: 'AAAA' }),
  'no signature': ({ signature: _, ...content }) => content,
  'a signature out of form': (content) => ({ ...content, signature: 'AAAA' }),
  'a body beside it': (content) => ({ ...content, body: 'hello' }),
};

/** Contents of the right form with which nobody could do anything. */
const ODDITIES: Readonly<Record<string, (content: JsonObject) => JsonObject>> = {
  'the index 0': (content) => ({ ...content, index: 0 }),
  'the index 99': (content) => ({ ...content, index: 99 }),
  'the chain that all have': (content) => ({ ...content, chain_id: base64url(32) }),
  'a device that nobody has': (content) => ({ ...content, sender_device: 'NOBODY00' }),
  'no more ciphertext than a tag': (content) => ({ ...content, ciphertext: base64url(16) }),
  'a long ciphertext': (content) => ({ ...content, ciphertext: base64url(40_000) }),
  'a signature of zero bytes': (content) => ({ ...content, signature: base64url(64) }),
};

/** So many zero bytes. */
function base64url(length: number): string {
  return Buffer.alloc(length).toString('base64url');
}

/** What an encrypted message looks like to everybody who has no key: nobody has one for this. */
function ciphertext(device: string): JsonObject {
  return {
    ...ALGORITHM,
    sender_device: device,
    chain_id: randomBytes(32).toString('base64url'),
    index: 7,
    ciphertext: randomBytes(48).toString('base64url'),
    signature: randomBytes(64).toString('base64url'),
  };
}

// Given Alice has an encrypted private room · … public room
Given('{actor} has an encrypted {visibility} room', async function (this: EccpWorld, who: string, visibility: string) {
  const ready = this.run.facts.capabilities.has('e2ee'); // else nobody says that createRoom knows the wish
  await createRoom(this, who, 'room', { visibility, encrypted: ready });
  if (!ready) await putState(this, who, 'room', 'eccp.room.encryption', '', { content: ALGORITHM });
});

// When Alice makes the room an encrypted one
When('{actor} makes {room} an encrypted one', async function (this: EccpWorld, who: string, alias: string) {
  await putState(this, who, alias, 'eccp.room.encryption', '', { content: ALGORITHM });
});

// When Alice sends the ciphertext "secret" to the room   (the text only names the event)
When(
  '{actor} sends the ciphertext {string} to {room}',
  async function (this: EccpWorld, who: string, name: string, alias: string) {
    const { deviceId } = await this.actor(who);
    const params = { roomId: this.room(alias).id, eventType: TYPE };
    const answer = await this.call(who, 'sendEvent', { params, body: ciphertext(deviceId) });
    if (answer.ok) this.events.set(name, String(answer.body.event_id));
  },
);

// When Alice sends a ciphertext with "no chain" to the room   (see FAULTS and ODDITIES above)
When(
  '{actor} sends a ciphertext with {string} to {room}',
  async function (this: EccpWorld, who: string, fault: string, alias: string) {
    const bend = FAULTS[fault] ?? ODDITIES[fault];
    const names = [...Object.keys(FAULTS), ...Object.keys(ODDITIES)];
    if (!bend) throw new HarnessError(`no ciphertext with "${fault}"; there are ${names.join(', ')}`);
    const { deviceId } = await this.actor(who);
    const params = { roomId: this.room(alias).id, eventType: TYPE };
    await this.call(who, 'sendEvent', { params, body: bend(ciphertext(deviceId)) });
  },
);

// When Pat's node submits the ciphertext "secret" to the room
When(
  "{guest}'s node submits the ciphertext {string} to {room}",
  async function (this: EccpWorld, guest: string, name: string, alias: string) {
    const peer = await homeOf(this, guest);
    const draft = { type: TYPE, sender: await this.userId(guest), content: ciphertext('PATSPHONE') };
    const submitted = await propose(peer, this.room(alias).id, draft);
    submittedOf(this).push(submitted);
    this.events.set(name, submitted.origin.event_id);
    this.judge(submitted.answer);
  },
);

// Given Pat makes the room an encrypted one on the peer   (which hosts it)
Given(
  '{guest} makes {room} an encrypted one on {peer}',
  async function (this: EccpWorld, guest: string, alias: string, _peer: string) {
    const host = await homeOf(this, guest);
    const room = host.room(this.room(alias).id);
    if (!room) throw new HarnessError(`${host.name} does not host the room "${alias}"`);
    const sender = await this.userId(guest);
    say(host, room, { type: 'eccp.room.encryption', sender, content: ALGORITHM, stateKey: '' });
    await host.delivered();
  },
);

// Then the room has the events "eccp.room.create, eccp.room.member", as Alice sees it   (all types of its log, in order)
Then(
  '{room} begins with the events {string}, as {actor} sees it',
  async function (this: EccpWorld, alias: string, types: string, who: string) {
    const params = { roomId: this.room(alias).id };
    const { events } = await this.read(who, 'listMessages', { params, query: { dir: 'f', limit: 100 } });
    const listed = eventsOf(events).map(({ event }) => event.type);
    expectEqual(listed.slice(0, types.split(', ').length).join(', '), types, 'the first types of the log');
  },
);

// When Alice creates a room as it comes:   (doc string: JSON; nothing is added to it)
When('{actor} creates a room as it comes:', async function (this: EccpWorld, owner: string, text: string) {
  const answer = await this.call(owner, 'createRoom', { body: JSON.parse(text) as JsonObject });
  this.rooms.set('room', { id: String(answer.body.room_id), owner, visibility: 'private' });
});
