import { World } from '@cucumber/cucumber';
import { noteUse } from './account-use.ts';
import type { Session, Wish } from './accounts.ts';
import { type Answer, name, type RawRequest } from './answer.ts';
import { type ScenarioEvidence, troubleOf } from './evidence.ts';
import type { Operation } from './openapi.ts';
import { isNeighbour, type RealNode } from './other-node.ts';
import { ConformanceFailure, HarnessError } from './outcome.ts';
import type { FakePeer } from './peer/fake-peer.ts';
import { activeRun } from './run-context.ts';
import type { SyncView } from './sync-view.ts';
import type { Json, JsonObject } from './wire/json.ts';

/** What a call sends. */
export interface CallOptions {
  /** Path parameters; the world percent-encodes them. */
  params?: Record<string, string>;
  query?: Record<string, string | number>;
  /** Sent as JSON; checked against the operation's schema unless `bad`. */
  body?: Json;
  headers?: Record<string, string>;
  /** The body breaks its schema on purpose. */
  bad?: boolean;
  /** Milliseconds until the node counts as silent; 10 000 unless given. */
  deadline?: number;
}

/** A room of the scenario by its alias. */
export interface RoomRef {
  id: string;
  owner: string;
  visibility: string;
}

/** One scenario: its actors, rooms and events by the names that its text gives them, and what was answered. */
export class EccpWorld extends World {
  readonly run = activeRun();
  readonly sessions = new Map<string, Session>();
  readonly rooms = new Map<string, RoomRef>();
  /** Event ids by the text that names them: a message's body, or what a step chose. */
  readonly events = new Map<string, string>();
  readonly saved = new Map<string, Json>();
  readonly views = new Map<string, SyncView>();
  /** Requests that were started and not yet awaited. */
  readonly waiting = new Map<string, Promise<Answer>>();
  /** The fake nodes of the scenario by their aliases. */
  readonly peers = new Map<string, FakePeer>();
  /** What has to be undone when the scenario ends, the last first. */
  readonly cleanups: (() => Promise<void>)[] = [];
  evidence: ScenarioEvidence = { exchanges: [] };
  wish: Omit<Wish, 'name'> = { fresh: false, about: [] };
  /** Whether the scenario is about limits: then it sees each refusal for too many requests. */
  seesLimits = false;
  /** The kind of the running step, and its text. */
  phase: 'given' | 'when' | 'then' = 'given';
  step = '';
  readonly #borrowed: (() => Promise<void>)[] = [];
  readonly #answers: Answer[] = [];
  readonly #unexpected = new Set<Answer>();
  #latest: Answer | undefined;
  #unique = 0;

  /** The actor's session; the account is made or borrowed at the first mention. */
  async actor(name: string): Promise<Session> {
    const known = this.sessions.get(name);
    if (known) return known;
    if (GUESTS[name]) throw new HarnessError(`${name} lives on a fake node and has no session`);
    if (name.includes(' ')) throw new HarnessError(`${name} has not logged in: say so in a Given`);
    const { accounts } = this.nodeOf(name);
    const account = await accounts.borrow({ ...this.wish, name }, this.evidence.exchanges);
    this.#borrowed.push(async () => await accounts.giveBack(name, account));
    const session = { name, account, deviceId: account.deviceId, token: account.token };
    this.sessions.set(name, session);
    return session;
  }

  /** A user id by the actor's name. */
  async userId(name: string): Promise<string> {
    const alias = GUESTS[name];
    if (alias !== undefined) return `@${name.toLowerCase()}:${(await this.peer(alias)).name}`;
    return (await this.actor(name)).account.userId;
  }

  /** The real node that an actor lives on, or asks. */
  nodeOf(who: string): RealNode {
    if (!isNeighbour(who)) return this.run;
    if (this.run.other) return this.run.other;
    throw new HarnessError(`${who} lives on another node, which a scenario without @two-nodes does not have`);
  }

  /** A fake node by its alias; it is started at the first mention. */
  async peer(alias: string): Promise<FakePeer> {
    const known = this.peers.get(alias);
    if (known) return known;
    const peer = await this.run.peering.start(this.evidence.exchanges);
    this.peers.set(alias, peer);
    return peer;
  }

  /** The fake node that a user lives on, or `undefined` for a user of the node under test. */
  async home(name: string): Promise<FakePeer | undefined> {
    const alias = GUESTS[name];
    return alias === undefined ? undefined : await this.peer(alias);
  }

  /** A room by its alias. */
  room(alias: string): RoomRef {
    const room = this.rooms.get(alias);
    if (room) return room;
    this.noSurprise(); // the request that was to make it may have been refused
    throw new HarnessError(`no step has made the room "${alias}"`);
  }

  /** An event id by the text that names it. */
  event(text: string): string {
    const id = this.events.get(text);
    if (id !== undefined) return id;
    this.noSurprise();
    throw new HarnessError(`no step has made the event "${text}"; there are ${[...this.events.keys()].join(', ')}`);
  }

  /** A text that no other scenario or run uses: letters and digits, lower case. */
  unique(): string {
    return `${this.run.runId}${process.hrtime.bigint().toString(36)}${++this.#unique}`;
  }

  /**
   * Calls an operation as the running step demands: in a Given it has to succeed, or the scenario is not testable; in a When the
   * answer is kept for the Then steps, and a refusal that none of them expects fails the scenario; in a Then it has to succeed.
   * @param who an actor's name, or `a stranger`, who has no token.
   */
  async call(who: string, operationId: string, options: CallOptions = {}): Promise<Answer> {
    return this.judge(await this.peek(who, operationId, options));
  }

  /** Calls an operation that has to succeed in every kind of step. */
  async must(who: string, operationId: string, options: CallOptions = {}): Promise<Answer> {
    return this.succeeded(await this.peek(who, operationId, options));
  }

  /** Calls an operation and judges nothing but the form of the answer. */
  async peek(who: string, operationId: string, options: CallOptions = {}): Promise<Answer> {
    const operation = this.run.api.operation(operationId);
    if (!options.bad) {
      const problem = this.run.api.requestProblem(operation, options.body);
      if (problem) throw new HarnessError(`the suite's own body for ${operationId} is wrong: ${problem}`);
    }
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const headers = { ...(body ? { 'content-type': 'application/json' } : {}), ...options.headers };
    const path = fillPath(operation, options);
    return await this.send({
      who,
      method: operation.method,
      path,
      headers,
      operation,
      ...(body ? { body } : {}),
      ...(options.deadline === undefined ? {} : { deadline: options.deadline }),
    });
  }

  /** Sends a raw request with the actor's token, unless it has an Authorization header of its own; judges only the answer's form. */
  async send(request: RawRequest): Promise<Answer> {
    const headers = { ...request.headers };
    if (request.who !== STRANGER && !Object.keys(headers).some((header) => header.toLowerCase() === 'authorization')) {
      const session = await this.actor(request.who);
      headers.authorization = `Bearer ${session.token}`;
    }
    const operation = request.operation ?? this.run.api.match(request.method, request.path);
    const { target } = this.nodeOf(request.who);
    const sent = { ...request, headers, patient: !this.seesLimits };
    let answer: Answer | undefined;
    try {
      answer = await target.send(sent, this.evidence.exchanges);
      return answer;
    } finally {
      noteUse(sent, operation?.id, answer, [...this.sessions.values()]);
    }
  }

  /** Gives the accounts back that the scenario borrowed. */
  async giveBack(): Promise<void> {
    await Promise.all(this.#borrowed.splice(0).map((back) => back()));
  }

  /** Treats an answer as `call` does. */
  judge(answer: Answer): Answer {
    this.#latest = answer;
    if (this.phase !== 'when') return this.succeeded(answer);
    this.#answers.push(answer);
    if (!answer.ok) this.#unexpected.add(answer);
    return answer;
  }

  /** The answer to the last When, which a Then step is now looking at. */
  get answer(): Answer {
    const answer = this.#answers.at(-1);
    if (!answer) throw new HarnessError('no When step has sent a request');
    this.#unexpected.delete(answer);
    return answer;
  }

  /** The answer to the last request of any step that was judged; looking at it settles nothing. */
  get latest(): Answer {
    if (!this.#latest) throw new HarnessError('no step has sent a request');
    return this.#latest;
  }

  /** The answers to all When steps, oldest first. */
  get answers(): readonly Answer[] {
    this.#unexpected.clear();
    return this.#answers;
  }

  /** Fails when a When was refused and no Then step has asked about it. */
  noSurprise(): void {
    for (const answer of this.#unexpected) this.succeeded(answer);
  }

  /** @throws ConformanceFailure unless the answer's status is 2xx. */
  succeeded(answer: Answer): Answer {
    if (!answer.ok)
      throw new ConformanceFailure(
        `${name(answer)} by ${answer.request.who} to succeed`,
        `${answer.status} ${answer.text}`,
      );
    return answer;
  }

  /** Keeps what was thrown as the scenario's trouble; the first one counts. */
  blame(error: unknown): void {
    if (this.evidence.trouble) return;
    const trouble = troubleOf(error, this.step, this.phase === 'given');
    for (const member of ['message', 'expected', 'actual', 'stack'] as const) {
      if (trouble[member] !== undefined) trouble[member] = this.run.redactor.text(trouble[member]);
    }
    this.evidence.trouble = trouble;
  }

  /** The object members of the answer of a call that has to succeed. */
  async read(who: string, operationId: string, options: CallOptions = {}): Promise<JsonObject> {
    return (await this.must(who, operationId, options)).body;
  }
}

/** Users of fake nodes, by the alias of their node. */
export const GUESTS: Readonly<Record<string, string>> = { Pat: 'peer', Quinn: 'peer', Ruth: 'two', Sven: 'two' };

/** The actor with the operator's token. */
export const OPERATOR = 'the operator';

/** The actor who has no account and no token. */
export const STRANGER = 'a stranger';

function fillPath(operation: Operation, options: CallOptions): string {
  const path = operation.template.replace(/\{([^}]+)\}/g, (_, parameter: string) => {
    const value = options.params?.[parameter];
    if (value === undefined) throw new HarnessError(`${operation.id} needs the path parameter ${parameter}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options.query ?? {})) query.append(key, String(value));
  return query.size > 0 ? `${path}?${query}` : path;
}
