// Signed requests that fake nodes send, right ones and those with a fault (chapter 15), and what they leave behind.
import { When } from '@cucumber/cucumber';
import { fill } from '../fill.ts';
import { homeOf, keep, noteHead } from '../guests.ts';
import { HarnessError } from '../outcome.ts';
import { originEvent } from '../peer/events.ts';
import type { RequestFaults } from '../peer/outgoing.ts';
import { propose, submit } from '../peer/participant.ts';
import { requestFaults } from '../peer/request-faults.ts';
import { newNonce } from '../peer/request-signature.ts';
import type { EccpWorld } from '../world.ts';

/** Hands a message of a guest to the host of the room. */
async function say(
  world: EccpWorld,
  guest: string,
  text: string,
  alias: string,
  faults?: RequestFaults,
): Promise<void> {
  const peer = await homeOf(world, guest);
  const draft = { type: 'eccp.room.message', sender: await world.userId(guest), content: { body: text } };
  await noteHead(world, alias);
  keep(world, text, await propose(peer, world.room(alias).id, draft, faults ? { request: faults } : {}));
}

// When Pat's node submits the message "hello" to the room · …, in a request with "a padded nonce"   (peer/request-faults.ts; joined by “ and ”)
When(
  "{guest}'s node submits the message {string} to {room}",
  async function (this: EccpWorld, guest: string, text: string, alias: string) {
    await say(this, guest, text, alias);
  },
);
When(
  "{guest}'s node submits the message {string} to {room}, in a request with {string}",
  async function (this: EccpWorld, guest: string, text: string, alias: string, words: string) {
    await say(this, guest, text, alias, requestFaults(await homeOf(this, guest), words));
  },
);

const nonces = new WeakMap<EccpWorld, string>();

// When Pat's node submits the message "one" to the room with a nonce that it keeps · …, in a request with "another body"
When(
  "{guest}'s node submits the message {string} to {room} with a nonce that it keeps",
  async function (this: EccpWorld, guest: string, text: string, alias: string) {
    await say(this, guest, text, alias, { signed: { nonce: keptNonce(this) } });
  },
);
When(
  "{guest}'s node submits the message {string} to {room} with a nonce that it keeps, in a request with {string}",
  async function (this: EccpWorld, guest: string, text: string, alias: string, words: string) {
    const faults = requestFaults(await homeOf(this, guest), words);
    await say(this, guest, text, alias, { ...faults, signed: { nonce: keptNonce(this), ...faults.signed } });
  },
);

// When Pat's node submits the message "two" to the room with the nonce that was kept
When(
  "{guest}'s node submits the message {string} to {room} with the nonce that was kept",
  async function (this: EccpWorld, guest: string, text: string, alias: string) {
    const nonce = nonces.get(this);
    if (nonce === undefined) throw new HarnessError('no step has kept a nonce');
    await say(this, guest, text, alias, { signed: { nonce } });
  },
);

// When the peer asks for the head of a room that does not exist, with a nonce that it keeps
When(
  '{peer} asks for the head of a room that does not exist, with a nonce that it keeps',
  async function (this: EccpWorld, alias: string) {
    const path = headPath(`!${'A'.repeat(43)}:${this.run.facts.node}`);
    this.judge(await (await this.peer(alias)).send('GET', path, undefined, { signed: { nonce: keptNonce(this) } }));
  },
);

function keptNonce(world: EccpWorld): string {
  const nonce = newNonce();
  nonces.set(world, nonce);
  return nonce;
}

// When Pat's node submits the message "hello" to the room 5 times at once, in one and the same request
When(
  "{guest}'s node submits the message {string} to {room} {int} times at once, in one and the same request",
  async function (this: EccpWorld, guest: string, text: string, alias: string, times: number) {
    const peer = await homeOf(this, guest);
    const { id } = this.room(alias);
    const draft = { type: 'eccp.room.message', sender: await this.userId(guest), content: { body: text } };
    const origin = originEvent(peer.identity, peer.room(id), draft);
    const faults = { signed: { nonce: newNonce(), ts: Date.now() } };
    const all = await Promise.all(Array.from({ length: times }, () => submit(peer, id, origin, faults)));
    for (const submitted of all) keep(this, text, submitted);
  },
);

// When the peer asks for the head of the room · …, in a request with "another query"
When('{peer} asks for the head of {room}', async function (this: EccpWorld, alias: string, room: string) {
  this.judge(await (await this.peer(alias)).send('GET', headPath(this.room(room).id)));
});
When(
  '{peer} asks for the head of {room}, in a request with {string}',
  async function (this: EccpWorld, alias: string, room: string, words: string) {
    const peer = await this.peer(alias);
    this.judge(await peer.send('GET', headPath(this.room(room).id), undefined, requestFaults(peer, words)));
  },
);

// When the peer sends an empty transaction · …, in a request with "another body"
When('{peer} sends an empty transaction', async function (this: EccpWorld, alias: string) {
  this.judge(await (await this.peer(alias)).transact({}));
});
When(
  '{peer} sends an empty transaction, in a request with {string}',
  async function (this: EccpWorld, alias: string, words: string) {
    const peer = await this.peer(alias);
    this.judge(await peer.transact({}, requestFaults(peer, words)));
  },
);

// When the peer sends a transaction of 4194304 bytes   (padded)
When('{peer} sends a transaction of {int} bytes', async function (this: EccpWorld, alias: string, bytes: number) {
  const peer = await this.peer(alias);
  const padding = 'A'.repeat(bytes - JSON.stringify({ padding: '' }).length);
  this.judge(await peer.transact({ padding }, { deadline: 30_000 }));
});

// When the peer requests GET "/_eccp/federation/v1/nothing", signed   (path and query as they stand)
When(
  '{peer} requests {method} {string}, signed',
  async function (this: EccpWorld, alias: string, method: string, path: string) {
    this.judge(await (await this.peer(alias)).send(method, await fill(this, path)));
  },
);

function headPath(roomId: string): string {
  return `/_eccp/federation/v1/rooms/${encodeURIComponent(roomId)}/head`;
}
