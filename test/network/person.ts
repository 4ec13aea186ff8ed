// A user of one of several nodes, and what users do in rooms.
import assert from 'node:assert/strict';
import type { Answer } from '../node/client.ts';
import { type NetworkNode, until } from './nodes.ts';

type Body = Answer['body'];

export class Person {
  readonly node: NetworkNode;
  readonly userId: string;
  readonly #token: string;

  constructor(node: NetworkNode, userId: string, token: string) {
    this.node = node;
    this.userId = userId;
    this.#token = token;
  }

  call(method: string, path: string, body?: object): Promise<Answer> {
    return this.node.client.call(method, path, this.#token, body);
  }

  /** @returns the answer's body, which is no refusal. */
  async must(method: string, path: string, body?: object): Promise<Body> {
    return this.node.client.must(method, path, this.#token, body);
  }

  /** @returns the code of the refusal. */
  async refused(method: string, path: string, body?: object): Promise<string> {
    const answer = await this.call(method, path, body);
    assert.ok(answer.status >= 400, `${method} ${path} was not refused: ${JSON.stringify(answer.body)}`);
    return answer.body.errcode;
  }

  /** @returns the id of a new room, to stand in paths. */
  createRoom(body: object = {}): Promise<string> {
    return this.node.client.createRoom(this.#token, body);
  }

  send(room: string, body: string): Promise<Body> {
    return this.must('PUT', `/rooms/${room}/send/eccp.room.message`, { body });
  }

  join(room: string): Promise<Body> {
    return this.must('POST', `/rooms/${room}/join`, {});
  }

  leave(room: string): Promise<Body> {
    return this.must('POST', `/rooms/${room}/leave`, {});
  }

  /** Invites, kicks, bans or unbans somebody. */
  treat(act: 'invite' | 'kick' | 'ban' | 'unban', room: string, { userId }: Person): Promise<Body> {
    return this.must('POST', `/rooms/${room}/${act}`, { user_id: userId });
  }

  redact(room: string, eventId: string): Promise<Body> {
    return this.must('POST', `/rooms/${room}/redact/${encodeURIComponent(eventId)}`, {});
  }

  event(room: string, eventId: string): Promise<Answer> {
    return this.call('GET', `/rooms/${room}/events/${encodeURIComponent(eventId)}`);
  }

  /** Every event that the user may read, oldest first. */
  history(room: string): Promise<Body[]> {
    return this.node.client.log(this.#token, room);
  }

  async sync(): Promise<Body> {
    return this.must('GET', '/sync');
  }

  /** Waits until the user's first sync has the room in a section. @returns what stands there. */
  sees(section: 'joined' | 'invited' | 'knocked' | 'left', room: string): Promise<Body> {
    const what = `${this.userId} sees ${room} as ${section}`;
    return until(what, async () => (await this.sync()).rooms[section][decodeURIComponent(room)]);
  }

  /** What the user is to a room, as the user's node has it; undefined for nothing. */
  async membership(room: string): Promise<string | undefined> {
    return (await this.call('GET', `/rooms/${room}`)).body.membership;
  }

  /** Waits until the user's node knows that the user has become something to a room. */
  async becomes(membership: string | undefined, room: string): Promise<void> {
    const what = `${this.userId} is ${membership} in ${room}`;
    await until(what, async () => (await this.membership(room)) === membership);
  }
}
