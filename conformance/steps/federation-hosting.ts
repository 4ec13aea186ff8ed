// Rooms that fake nodes host, and how fake nodes answer.
import { Given, Then } from '@cucumber/cucumber';
import { homeOf } from '../guests.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import { createRoom } from '../peer/host.ts';
import type { Request } from '../peer/server.ts';
import { refusal } from '../peer/serving.ts';
import type { EccpWorld } from '../world.ts';

// Given Pat's node hosts a public room · Given Pat's node hosts a private room "theirs" with "shared" history   (Pat made it)
Given(
  "{guest}'s node hosts a(n) {visibility} room",
  async function (this: EccpWorld, guest: string, visibility: string) {
    await host(this, guest, 'room', visibility, 'joined');
  },
);
Given(
  "{guest}'s node hosts a(n) {visibility} room {string}",
  async function (this: EccpWorld, guest: string, visibility: string, alias: string) {
    await host(this, guest, alias, visibility, 'joined');
  },
);
Given(
  "{guest}'s node hosts a(n) {visibility} room with {string} history",
  async function (this: EccpWorld, guest: string, visibility: string, history: string) {
    await host(this, guest, 'room', visibility, history);
  },
);

// Given Pat's node hosts a public room "bare" without power levels
Given(
  "{guest}'s node hosts a(n) {visibility} room {string} without power levels",
  async function (this: EccpWorld, guest: string, visibility: string, alias: string) {
    const room = createRoom(await homeOf(this, guest), await this.userId(guest), visibility, 'joined', false);
    this.rooms.set(alias, { id: room.id, owner: guest, visibility });
  },
);

// Given the peer refuses the next 2 transactions with ECCP_UNAVAILABLE
Given(
  '{peer} refuses the next {int} transactions with {errcodes}',
  async function (this: EccpWorld, alias: string, count: number, [errcode = '']: string[]) {
    const peer = await this.peer(alias);
    let left = count;
    peer.behaviour.intercept = (request) =>
      isTransaction(request) && left-- > 0 ? refusal(peer, errcode, { retry_after_ms: 100 }) : undefined;
  },
);

// Then the peer was asked for the log of the room "theirs"
Then('{peer} was asked for the log of {room}', async function (this: EccpWorld, alias: string, room: string) {
  const peer = await this.peer(alias);
  const { id } = this.room(room);
  const asked = logRequests(peer, id);
  expectThat(asked.length > 0, 'a request for the log', peer.requests.map(({ uri }) => uri).join(', '));
});

// Then the peer "two" is asked for the log of the room before long · Then the peer was not asked for the log of the room
Then(
  '{peer} is asked for the log of {room} before long',
  async function (this: EccpWorld, alias: string, room: string) {
    const peer = await this.peer(alias);
    await peer.until('a request for the log', () => logRequests(peer, this.room(room).id).length > 0);
  },
);
Then('{peer} was not asked for the log of {room}', async function (this: EccpWorld, alias: string, room: string) {
  const asked = logRequests(await this.peer(alias), this.room(room).id);
  expectEqual(asked.map(({ uri }) => uri).join(), '', 'the requests for the log');
});

// Then the peer was sent "one" 3 times, each time with a nonce of its own
Then(
  '{peer} was sent {string} {int} times, each time with a nonce of its own',
  async function (this: EccpWorld, alias: string, text: string, times: number) {
    const peer = await this.peer(alias);
    const id = this.event(text);
    const sent = peer.requests.filter((request) => isTransaction(request) && request.body.includes(id));
    expectEqual(sent.length, times, 'the transactions with it');
    // The time may be the same: a request can go out twice in one millisecond.
    expectEqual(new Set(sent.map((request) => memberOf(request, 'nonce'))).size, times, 'different nonces');
  },
);

function logRequests(peer: FakePeer, roomId: string): Request[] {
  return peer.requests.filter(({ path }) => decodeURIComponent(path).endsWith(`/rooms/${roomId}/log`));
}

/** Whether a request hands over a transaction. */
export function isTransaction({ method, path }: Request): boolean {
  return method === 'POST' && path.endsWith('/transactions');
}

/** A member of the header that signs a request. */
export function memberOf({ authorization }: Request, member: string): string {
  const [, value] = new RegExp(`${member}="([^"]*)"`).exec(authorization[0] ?? '') ?? [];
  if (value === undefined) throw new HarnessError(`a signed request without ${member} came through`);
  return value;
}

async function host(
  world: EccpWorld,
  guest: string,
  alias: string,
  visibility: string,
  history: string,
): Promise<FakePeer> {
  const peer = await homeOf(world, guest);
  const room = createRoom(peer, await world.userId(guest), visibility, history);
  world.rooms.set(alias, { id: room.id, owner: guest, visibility });
  return peer;
}
