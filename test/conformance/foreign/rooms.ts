import { type Accounts, accountData, type Session } from './accounts.ts';
import type { Changes } from './changes.ts';
import type { Answer, Call, Handlers } from './door.ts';
import { LASTING, Log, type Placed, served, type Wish } from './log.ts';
import { type Fault, Refusal } from './refusal.ts';
import { judge, membership, power, visibility } from './rules.ts';
import { canonical, type Dict, type Signer } from './text.ts';

const JOIN_RULE: Record<string, string> = {
  public: 'open',
  private: 'invite',
  invite_only: 'knock',
  shadow: 'payload',
};
const OWN_OPERATIONS = ['eccp.room.create', 'eccp.room.member', 'eccp.room.redaction'];

interface Transaction {
  what: string;
  placed: Placed;
}

/** What rooms are to their users: chapters 8 and 10. */
export class Rooms {
  readonly #node: string;
  readonly #signer: Signer;
  readonly #accounts: Accounts;
  readonly #faults: ReadonlySet<Fault>;
  readonly #logs = new Map<string, Log>();
  readonly #forgotten = new Map<string, number>();
  readonly #transactions = new Map<string, Transaction>();
  readonly #data = new Map<string, { content: Dict; change: number }>();
  readonly #changes: Changes;
  /** Called when a membership has changed. */
  onMembership: (log: Log, user: string) => void = () => undefined;

  constructor(node: string, signer: Signer, accounts: Accounts, changes: Changes, faults: ReadonlySet<Fault>) {
    this.#changes = changes;
    this.#node = node;
    this.#signer = signer;
    this.#accounts = accounts;
    this.#faults = faults;
    accounts.onLeave = (user) => {
      for (const log of this.#logs.values()) {
        if (['join', 'invite', 'knock'].includes(membership(log, user))) this.#put(log, about(user, user, 'leave'));
      }
    };
  }

  readonly handlers: Handlers<Session> = {
    createRoom: (call) => this.#create(call),
    getRoom: ({ session, params }) => {
      const [log, user] = [this.log(params), session.account.id];
      const seen = visibility(log);
      const is = this.#standing(log, user);
      if (is === 'outsider' && seen === 'invite_only') throw new Refusal('ECCP_FORBIDDEN');
      if (is === 'outsider' && seen !== 'public') throw new Refusal('ECCP_NOT_FOUND');
      if (is === 'ban' && seen !== 'public' && !this.#was(log, user)) throw new Refusal('ECCP_FORBIDDEN');
      const gone = is === 'past' || (is === 'ban' && this.#was(log, user));
      return { body: this.#describe(log, user, seen !== 'public' && gone ? this.#end(log, user) : log.last) };
    },
    joinRoom: (call) => this.#ownMembership(call, 'join'),
    knockRoom: (call) => this.#ownMembership(call, 'knock'),
    leaveRoom: (call) => this.#ownMembership(call, 'leave'),
    inviteMember: (call) => this.#otherMembership(call, 'invite', ['invite']),
    kickMember: (call) => this.#otherMembership(call, 'leave', [], false),
    banMember: (call) => this.#otherMembership(call, 'ban', ['ban']),
    unbanMember: (call) => this.#otherMembership(call, 'leave', [], true),
    forgetRoom: ({ session, params }) => {
      const [log, user] = [this.log(params), session.account.id];
      this.#inside(log, user);
      if (['join', 'invite', 'knock'].includes(membership(log, user))) throw new Refusal('ECCP_FORBIDDEN');
      this.#forgotten.set(`${log.id} ${user}`, log.last);
      return { body: {} };
    },
    listMembers: ({ session, params }) => {
      const log = this.log(params);
      const after = this.#stateFor(log, session.account.id);
      const members = log
        .wholeState(after)
        .filter(
          ({ event, content }) =>
            event.type === 'eccp.room.member' &&
            (params.membership === undefined
              ? content?.membership !== 'leave'
              : content?.membership === params.membership),
        )
        .map(({ id, event, content }) => ({
          ...{ user_id: String(event.state_key), membership: String(content?.membership), event_id: id },
          ...{ power: power(log, String(event.state_key), after) },
          ...(content?.reason === undefined ? {} : { reason: content.reason }),
        }));
      return { body: { members: members.sort((a, b) => (a.user_id < b.user_id ? -1 : 1)) } };
    },
    getState: ({ session, params }) => {
      const log = this.log(params);
      const events = log.wholeState(this.#stateFor(log, session.account.id));
      return { body: { events: events.map((placed) => served(placed, session.device.id)) } };
    },
    getStateEvent: (call) => this.#stateEvent(call),
    getKeyedState: (call) => this.#stateEvent(call),
    putState: (call) => this.#putState(call),
    putKeyedState: (call) => this.#putState(call),
    sendEvent: (call) => this.#send(call, call.params['Idempotency-Key']),
    sendEventWithTxn: (call) => this.#send(call, call.params.txnId),
    redactEvent: (call) => this.#redact(call),
    listMessages: (call) => this.#page(call),
    getEvent: ({ session, params }) => {
      const log = this.log(params);
      return { body: served(this.event(log, session.account.id, params.eventId), session.device.id) };
    },
    putRoomAccountData: ({ session, params, body }) => {
      this.#inside(this.log(params), session.account.id);
      this.#data.set(`${params.roomId} ${session.account.id} ${params.type}`, {
        content: accountData(body),
        change: this.#changes.next(),
      });
      return { body: {} };
    },
    getRoomAccountData: ({ session, params }) => {
      this.#inside(this.log(params), session.account.id);
      const item = this.#data.get(`${params.roomId} ${session.account.id} ${params.type}`);
      if (!item) throw new Refusal('ECCP_NOT_FOUND');
      return { body: item.content };
    },
  };

  #create({ session, body }: Call<Session>): Answer {
    const user = session.account.id;
    const seen = String(body.visibility ?? 'private');
    const invited = (body.invite ?? []) as string[];
    if (body.joinRule !== undefined && body.joinRule !== JOIN_RULE[seen])
      throw new Refusal('ECCP_BAD_PARAM', { path: '/joinRule' });
    if (invited.includes(user)) throw new Refusal('ECCP_BAD_PARAM', { path: '/invite' });
    if (body.direct === true && (seen !== 'private' || invited.length !== 1))
      throw new Refusal('ECCP_BAD_PARAM', { path: '/direct' });
    if (seen === 'shadow' || body.alias !== undefined) throw new Refusal('ECCP_CAPABILITY');
    const before = body.predecessor === undefined ? undefined : this.log({ roomId: String(body.predecessor) });
    if (before) {
      this.joined(before, user);
      if (power(before, user) < 100) throw new Refusal('ECCP_FORBIDDEN');
      for (const other of membersOf(before)) if (other !== user && !invited.includes(other)) invited.push(other);
    }
    if (!invited.every((other) => this.#accounts.exists(other))) throw new Refusal('ECCP_NOT_FOUND');
    const known = body.direct === true ? this.#directRoom(user, invited[0] ?? '') : undefined;
    if (known) return { body: { room_id: known.id } };
    const log = new Log(this.#node, this.#signer, this.#changes, this.#faults);
    const predecessor = before && {
      room_id: before.id,
      seq: before.last,
      hash: before.entries.at(-1)?.entryHash ?? '',
    };
    const state = (type: string, content: Dict) =>
      log.append({ type: `eccp.room.${type}`, sender: user, content, stateKey: '' });
    state('create', {
      room_version: '1',
      ...(body.direct === true ? { direct: true } : {}),
      ...(predecessor ? { predecessor } : {}),
    });
    log.append(about(user, user, 'join'));
    state('power_levels', {
      users: Object.fromEntries([user, ...(body.direct === true ? invited : [])].map((name) => [name, 100])),
    });
    state('visibility', { visibility: seen });
    state('history_visibility', { history_visibility: body.historyVisibility ?? 'joined' });
    if (body.name !== undefined) state('name', { name: body.name });
    if (body.topic !== undefined) state('topic', { topic: body.topic });
    for (const other of invited) log.append(about(user, other, 'invite'));
    this.#logs.set(log.id, log);
    return { status: 201, body: { room_id: log.id } };
  }

  #directRoom(user: string, other: string): Log | undefined {
    return [...this.#logs.values()].find((log) => {
      const both = membersOf(log, ['join', 'invite']);
      const direct = log.entries[0]?.content?.direct === true;
      const pair = [
        log.entries[0]?.event.sender,
        log.entries.find(({ content }) => content?.membership === 'invite')?.event.state_key,
      ];
      return (
        direct &&
        pair.includes(user) &&
        pair.includes(other) &&
        both.includes(other) &&
        membership(log, user) === 'join'
      );
    });
  }

  #describe(log: Log, user: string, after: number): Dict {
    const seen = visibility(log, after);
    const readable = log.entries.findLastIndex((_, seq) => seq <= after && this.mayRead(log, user, seq));
    const head = log.entries[Math.max(readable, 0)];
    const joined = membersOf(log, ['join'], after);
    const text = (name: string) => {
      const content = log.state(`eccp.room.${name}`, '', after)?.content;
      return content === undefined ? {} : { [name]: content[name] ?? '' };
    };
    const is = membership(log, user, after);
    return {
      ...{
        room_id: log.id,
        membership: is === 'none' ? 'leave' : is,
        visibility: seen,
        join_rule: JOIN_RULE[seen] ?? '',
      },
      ...{ ...text('name'), ...text('topic'), history_visibility: setting(log, after) },
      ...{
        direct: log.entries[0]?.content?.direct === true,
        bots: false,
        bridges: false,
        host: this.#node,
        aliases: [],
      },
      ...{ nodes: joined.length > 0 ? [this.#node] : [], member_count: joined.length },
      head: { seq: Number(head?.entry.seq), hash: head?.entryHash ?? '' },
    };
  }

  #ownMembership({ session, params, body }: Call<Session>, wanted: string): Answer {
    const [log, user] = [this.log(params), session.account.id];
    const open = wanted !== 'leave' && ['public', 'invite_only'].includes(visibility(log));
    if (!open) this.#inside(log, user);
    if (wanted !== 'leave' && membership(log, user) === wanted) return sent(log.state('eccp.room.member', user));
    const wish = about(user, user, wanted, body.reason as string | undefined);
    judge(log, wish, this.#faults);
    return sent(this.#put(log, wish));
  }

  #otherMembership(
    { session, params, body }: Call<Session>,
    wanted: string,
    repeated: string[],
    banned?: boolean,
  ): Answer {
    const [log, user, other] = [this.log(params), session.account.id, String(body.user_id)];
    this.joined(log, user);
    if (wanted === 'invite' && !this.#accounts.exists(other)) throw new Refusal('ECCP_NOT_FOUND');
    const wish = about(user, other, wanted, body.reason as string | undefined);
    judge(log, wish, this.#faults);
    const wrong = banned !== undefined && banned !== (membership(log, other) === 'ban');
    if (user === other || wrong) throw new Refusal('ECCP_FORBIDDEN');
    if (repeated.includes(membership(log, other))) return sent(log.state('eccp.room.member', other));
    return sent(this.#put(log, wish));
  }

  #put(log: Log, wish: Wish): Placed {
    const placed = log.append(wish);
    if (wish.type === 'eccp.room.member') this.onMembership(log, wish.stateKey ?? '');
    return placed;
  }

  /** Every room. */
  get all(): Iterable<Log> {
    return this.#logs.values();
  }

  /** Whether somebody with a membership in a room has not forgotten it. */
  remembers(log: Log, user: string): boolean {
    return Number(log.state('eccp.room.member', user)?.entry.seq) > this.forgottenTo(log, user);
  }

  /** The place up to which a user forgot a room, -1 where that never was. */
  forgottenTo(log: Log, user: string): number {
    return this.#forgotten.get(`${log.id} ${user}`) ?? -1;
  }

  /** A user's data for a room that changed after a change. */
  dataOf(log: Log, user: string, after: number): { type: string; content: Dict }[] {
    const prefix = `${log.id} ${user} `;
    return [...this.#data].flatMap(([key, { content, change }]) =>
      key.startsWith(prefix) && change > after ? [{ type: key.slice(prefix.length), content }] : [],
    );
  }

  #stateEvent({ session, params }: Call<Session>): Answer {
    const log = this.log(params);
    const placed = log.state(params.eventType ?? '', params.stateKey ?? '', this.#stateFor(log, session.account.id));
    if (!placed) throw new Refusal('ECCP_NOT_FOUND');
    return { body: served(placed, session.device.id) };
  }

  #putState({ session, params, body }: Call<Session>): Answer {
    const [log, user, type = '', stateKey = ''] = [
      this.log(params),
      session.account.id,
      params.eventType,
      params.stateKey,
    ];
    this.joined(log, user);
    if (type === 'eccp.room.power_levels' && body.replaces === undefined)
      throw new Refusal('ECCP_BAD_PARAM', { path: '/replaces' });
    if (OWN_OPERATIONS.includes(type)) throw new Refusal('ECCP_BAD_EVENT', { path: '/event/type' });
    const wish: Wish = { type, sender: user, content: body.content as Dict, stateKey };
    if (type === 'eccp.room.visibility' && wish.content.visibility === 'shadow') throw new Refusal('ECCP_CAPABILITY');
    log.judgeForm(wish);
    const current = log.state(type, stateKey)?.id ?? null;
    if (body.replaces !== undefined && body.replaces !== current) throw new Refusal('ECCP_STATE_CONFLICT', { current });
    judge(log, wish, this.#faults);
    return sent(this.#put(log, wish));
  }

  #send({ session, params, body }: Call<Session>, txn: string | undefined): Answer {
    const [log, user, type = ''] = [this.log(params), session.account.id, params.eventType];
    this.joined(log, user);
    const what = `send ${type} ${canonical(body)}`;
    const repeated = this.#repeated({ session, params }, log, txn, what);
    if (repeated) return sent(repeated);
    const wish: Wish = { type, sender: user, content: body };
    if (OWN_OPERATIONS.includes(type)) throw new Refusal('ECCP_BAD_EVENT', { path: '/event/type' });
    log.judgeForm(wish);
    judge(log, wish, this.#faults);
    return sent(this.#remember(session, log, txn, what, this.#put(log, wish)));
  }

  #redact({ session, params, body }: Call<Session>): Answer {
    const [log, user] = [this.log(params), session.account.id];
    this.joined(log, user);
    const txn = params['Idempotency-Key'];
    const what = `redact ${params.eventId} ${JSON.stringify(body.reason ?? null)}`;
    const repeated = this.#repeated({ session, params }, log, txn, what);
    if (repeated) return sent(repeated);
    const target = this.event(log, user, params.eventId);
    if (LASTING.has(String(target.event.type))) throw new Refusal('ECCP_BAD_EVENT');
    const reason = body.reason === undefined ? {} : { reason: body.reason };
    const redacts = { event_id: target.id, sender: target.event.sender ?? '' };
    const wish: Wish = { type: 'eccp.room.redaction', sender: user, content: { redacts, ...reason } };
    judge(log, wish, this.#faults);
    if (target.redactedBy !== undefined) return sent(log.entries.find(({ id }) => id === target.redactedBy));
    return sent(this.#remember(session, log, txn, what, this.#put(log, wish)));
  }

  #repeated(
    { session: { account, device }, params }: Pick<Call<Session>, 'session' | 'params'>,
    log: Log,
    txn: string | undefined,
    what: string,
  ): Placed | undefined {
    const known = txn === undefined ? undefined : this.#transactions.get(`${log.id} ${account.id} ${device.id} ${txn}`);
    if (!known) return undefined;
    if (known.what !== what && known.placed.redactedBy === undefined)
      throw new Refusal('ECCP_BAD_PARAM', { path: params.txnId === undefined ? 'Idempotency-Key' : 'txnId' });
    return known.placed;
  }

  #remember({ account, device }: Session, log: Log, txn: string | undefined, what: string, placed: Placed): Placed {
    if (txn === undefined) return placed;
    placed.sent = { device: device.id, txn };
    this.#transactions.set(`${log.id} ${account.id} ${device.id} ${txn}`, { what, placed });
    return placed;
  }

  #page({ session, params }: Call<Session>): Answer {
    const [log, user] = [this.log(params), session.account.id];
    this.#past(log, user);
    const back = params.dir === 'b';
    const from = params.from === undefined ? (back ? Number.POSITIVE_INFINITY : -1) : Number(params.from);
    const readable = log.entries.filter((_, seq) => (back ? seq < from : seq > from) && this.mayRead(log, user, seq));
    if (back) readable.reverse();
    const limit = Number(params.limit) + (this.#faults.has('one-too-many') ? 1 : 0);
    const events = readable.slice(0, limit);
    const last = events.at(-1);
    const next = last && readable.length > limit ? { next: Number(last.entry.seq) } : {};
    return { body: { events: events.map((placed) => served(placed, session.device.id)), ...next } };
  }

  /** @throws Refusal unless there is such an event for the user. */
  event(log: Log, user: string, id: string | undefined): Placed {
    this.#past(log, user);
    const seq = log.entries.findIndex((placed) => placed.id === id);
    const placed = log.entries[seq];
    if (!placed || !this.mayRead(log, user, seq)) throw new Refusal('ECCP_NOT_FOUND');
    return placed;
  }

  /** @throws Refusal when there is no such room. */
  log({ roomId = '' }: Record<string, string>): Log {
    const log = this.#logs.get(roomId);
    if (!log) throw new Refusal('ECCP_NOT_FOUND');
    return log;
  }

  /** Whether somebody was joined at an entry; what was forgotten counts as none. */
  joinedAt(log: Log, user: string, seq: number): boolean {
    const forgotten = this.forgottenTo(log, user);
    if (seq <= forgotten && !this.#isBack(log, user, forgotten)) return false;
    return membership(log, user, seq) === 'join';
  }

  /** Whether somebody who forgot a room was joined to it again. */
  #isBack(log: Log, user: string, forgotten: number): boolean {
    return log.entries.some((_, seq) => seq > forgotten && membership(log, user, seq) === 'join');
  }

  #was(log: Log, user: string): boolean {
    return log.entries.some((_, seq) => this.joinedAt(log, user, seq));
  }

  /** The last place at which the user was joined, plus one: where the user's last time in the room ended. */
  #end(log: Log, user: string): number {
    return log.entries.findLastIndex((_, seq) => this.joinedAt(log, user, seq)) + 1;
  }

  /** Section 8.3: the membership, `past` for a former member, or `outsider`. */
  #standing(log: Log, user: string): string {
    const placed = log.state('eccp.room.member', user);
    const is = membership(log, user);
    const forgotten = this.forgottenTo(log, user);
    if (!placed || Number(placed.entry.seq) <= forgotten) return 'outsider';
    if (is !== 'leave') return is;
    return this.#was(log, user) ? 'past' : 'outsider';
  }

  #inside(log: Log, user: string): string {
    const is = this.#standing(log, user);
    if (is !== 'outsider') return is;
    throw new Refusal(['public', 'invite_only'].includes(visibility(log)) ? 'ECCP_FORBIDDEN' : 'ECCP_NOT_FOUND');
  }

  /** @throws Refusal unless somebody is joined. */
  joined(log: Log, user: string): void {
    if (this.#inside(log, user) !== 'join') throw new Refusal('ECCP_FORBIDDEN');
  }

  /** Lets those in who may read some of the history. */
  #past(log: Log, user: string): void {
    if (this.#inside(log, user) !== 'join' && !this.#was(log, user)) throw new Refusal('ECCP_FORBIDDEN');
  }

  /** The entry after which the user sees the state. */
  #stateFor(log: Log, user: string): number {
    this.#past(log, user);
    return membership(log, user) === 'join' ? log.last : this.#end(log, user);
  }

  /** Chapter 10. */
  mayRead(log: Log, user: string, seq: number): boolean {
    if (this.joinedAt(log, user, seq) || this.joinedAt(log, user, seq - 1)) return true;
    if (seq === 0 && log.entries[0]?.event.sender === user) return true;
    if (
      !log.entries.some(
        (_, later) => later > seq && this.joinedAt(log, user, later) && log.entries[later]?.event.state_key === user,
      )
    )
      return false;
    const had = setting(log, seq - 1);
    if (had === 'shared' || this.#faults.has('history-to-newcomers')) return true;
    return had === 'invited' && [seq - 1, seq].some((at) => membership(log, user, at) === 'invite');
  }
}

function setting(log: Log, after: number): string {
  return String(log.state('eccp.room.history_visibility', '', after)?.content?.history_visibility ?? 'joined');
}

function membersOf(log: Log, wanted = ['join'], after = log.last): string[] {
  return log
    .wholeState(after)
    .flatMap(({ event, content }) =>
      event.type === 'eccp.room.member' && wanted.includes(String(content?.membership))
        ? [String(event.state_key)]
        : [],
    );
}

function about(sender: string, target: string, wanted: string, reason?: string): Wish {
  return {
    type: 'eccp.room.member',
    sender,
    stateKey: target,
    content: { membership: wanted, ...(reason === undefined ? {} : { reason }) },
  };
}

function sent(placed: Placed | undefined): Answer {
  return { body: { event_id: placed?.id ?? '', status: 'sequenced', seq: Number(placed?.entry.seq) } };
}
