// A user of one of several nodes, and what users do in rooms.
import assert from 'node:assert/strict';
import type { Answer } from '../node/client.ts';
import type { NetworkNode } from './nodes.ts';
import { until } from './until.ts';

type Body = Answer['body'];
type Section = 'joined' | 'invited' | 'knocked' | 'left';

export class Person {
  readonly node: NetworkNode;
  readonly userId: string;
  readonly token: string;
  #since: string | undefined;
  /** What syncs told of each room last. */
  readonly #rooms = new Map<string, { section: Section; told: Body }>();

  private constructor(node: NetworkNode, userId: string, token: string) {
    this.node = node;
    this.userId = userId;
    this.token = token;
  }

  /** A new account. */
  static async on(node: NetworkNode, username: string): Promise<Person> {
    const { token, userId } = await node.client.register(username);
    return new Person(node, userId, token);
  }

  call(method: string, path: string, body?: object): Promise<Answer> {
    return this.node.client.call(method, path, this.token, body);
  }

  /** @returns the answer's body, which is no refusal. */
  async must(method: string, path: string, body?: object): Promise<Body> {
    return this.node.client.must(method, path, this.token, body);
  }

  /** @returns the code of the refusal. */
  async refused(method: string, path: string, body?: object): Promise<string> {
    const answer = await this.call(method, path, body);
    assert.ok(answer.status >= 400, `${method} ${path} was not refused: ${JSON.stringify(answer.body)}`);
    return answer.body.errcode;
  }

  /** @returns the id of a new room, to stand in paths. */
  createRoom(body: object = {}): Promise<string> {
    return this.node.client.createRoom(this.token, body);
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

  /** Gives power to some, and leaves it to nobody else. */
  async empower(room: string, users: Record<string, number>): Promise<void> {
    const path = `/rooms/${room}/state/eccp.room.power_levels`;
    const { event_id } = await this.must('GET', path);
    await this.must('PUT', path, { content: { users }, replaces: event_id });
  }

  /** Waits until the user's node knows that the user has this much power. */
  async isPowerful(room: string, power: number): Promise<void> {
    await until(`${this.userId} has power ${power}`, async () => {
      const { content } = await this.must('GET', `/rooms/${room}/state/eccp.room.power_levels`);
      return content.users[this.userId] === power;
    });
  }

  redact(room: string, eventId: string): Promise<Body> {
    return this.must('POST', `/rooms/${room}/redact/${encodeURIComponent(eventId)}`, {});
  }

  event(room: string, eventId: string): Promise<Answer> {
    return this.call('GET', `/rooms/${room}/events/${encodeURIComponent(eventId)}`);
  }

  /** Every event that the user may read, oldest first. */
  history(room: string): Promise<Body[]> {
    return this.node.client.log(this.token, room);
  }

  /** What has come since the last time. */
  async sync(): Promise<Body> {
    const since = this.#since === undefined ? '' : `?since=${this.#since}`;
    const news = await this.must('GET', `/sync${since}`);
    this.#since = news.next_batch;
    for (const [section, rooms] of Object.entries(news.rooms as Record<Section, Record<string, Body>>)) {
      for (const [room, told] of Object.entries(rooms)) this.#rooms.set(room, { section: section as Section, told });
    }
    return news;
  }

  /** Waits until the last that the user's syncs told of the room stands in a section. @returns what stands there. */
  sees(section: Section, room: string): Promise<Body> {
    return until(`${this.userId} sees ${room} as ${section}`, async () => {
      await this.sync();
      const last = this.#rooms.get(decodeURIComponent(room));
      return last?.section === section && last.told;
    });
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
