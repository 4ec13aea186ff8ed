// What users of all nodes do in rooms of all nodes while faults go on.
import { setTimeout as wait } from 'node:timers/promises';
import type { Choices } from './choices.ts';
import { type Acknowledged, type Act, Journal, type Member } from './journal.ts';

/** One message in so many is a redaction of an earlier one. */
const redactionOneIn = 8;
/** So many messages of a visitor between join and leave, at most. */
const longestVisit = 4;

/** HOST-055, HOST-056, and as much again as the machine may be slow. In milliseconds. */
const longestAnswerMs = { message: 20_000, redaction: 20_000, leave: 20_000, join: 100_000 };

export interface LoadOptions {
  /** For the names of messages. */
  readonly name: string;
  readonly choices: Choices;
  /** Between two acts of one user in one room, on average, in milliseconds. */
  readonly paceMs: number;
}

export class Load {
  readonly journal = new Journal();
  readonly #options: LoadOptions;
  readonly #running: Promise<void>[] = [];
  #isOver = false;
  #messages = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** A member who stays in a room sends messages there, one after another, and redacts some. */
  reside(by: Member, room: string): void {
    const settled: Acknowledged[] = [];
    this.#repeat(async () => {
      const { choices } = this.#options;
      const target = choices.oneIn(redactionOneIn)
        ? settled.splice(choices.between(0, settled.length), 1)[0]
        : undefined;
      if (target !== undefined) return void (await this.#redact(by, room, target.eventId));
      const sent = await this.#send(by, room);
      if (sent?.status === 'sequenced') settled.push(sent); // others cannot be named before they are in the log
    });
  }

  /** A member comes into a room, says something, and leaves it again. */
  visit(by: Member, room: string): void {
    this.#repeat(async () => {
      const joined = await this.#move(by, room, 'join');
      if (joined === undefined) return; // the host is away
      for (let n = this.#options.choices.between(0, longestVisit); n > 0; n--) {
        const sent = await this.#send(by, room);
        if (sent === undefined) this.#fault(`${by.userId} may not send to ${room}, though joined by ${joined.eventId}`);
        await this.#pause();
      }
      await this.#move(by, room, 'leave');
    });
  }

  /** Ends it; resolves once everything that was begun is answered. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  #repeat(act: () => Promise<void>): void {
    const run = async (): Promise<void> => {
      while (!this.#isOver) {
        await act();
        await this.#pause();
      }
    };
    const running = run();
    running.catch(() => {}); // until end() awaits it
    this.#running.push(running);
  }

  #pause(): Promise<void> {
    const { choices, paceMs } = this.#options;
    return wait(2 * paceMs * choices.next());
  }

  /** A transaction id makes it safe to send the same again, until there is an answer. */
  async #send(by: Member, room: string): Promise<Acknowledged | undefined> {
    const text = `${this.#options.name}-${++this.#messages}`;
    const act: Act = { by, room, what: 'message', text };
    this.journal.messages.set(text, act);
    const path = `/rooms/${room}/send/eccp.room.message/${text}`;
    return this.#ask(act, 'PUT', path, { body: text });
  }

  async #redact(by: Member, room: string, target: string): Promise<void> {
    const path = `/rooms/${room}/redact/${encodeURIComponent(target)}`;
    const id = { 'idempotency-key': `redact-${++this.#messages}` };
    await this.#ask({ by, room, what: 'redaction', target }, 'POST', path, {}, id);
  }

  async #move(by: Member, room: string, what: 'join' | 'leave'): Promise<Acknowledged | undefined> {
    return this.#ask({ by, room, what }, 'POST', `/rooms/${room}/${what}`, {});
  }

  async #ask(
    act: Act,
    method: string,
    path: string,
    request: object,
    more?: object,
  ): Promise<Acknowledged | undefined> {
    const { node, token, userId } = act.by;
    const before = node.upheavals;
    const start = performance.now();
    const { status, body } = await node.insist(method, path, token, request, more);
    const took = Math.round(performance.now() - start);
    if (took > longestAnswerMs[act.what] && node.upheavals === before) {
      this.#fault(`${act.what} of ${userId} in ${act.room} was answered after ${took} ms`);
    }
    if (status >= 300) {
      this.journal.refused.push({ ...act, errcode: body.errcode });
      return undefined;
    }
    const acknowledged = { ...act, eventId: body.event_id, status: body.status, seq: body.seq };
    this.journal.acknowledged.push(acknowledged);
    return acknowledged;
  }

  #fault(what: string): void {
    this.journal.faults.push(what);
  }
}
