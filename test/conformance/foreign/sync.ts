import type { Accounts, Session } from './accounts.ts';
import type { Changes } from './changes.ts';
import type { Answer, Call, Handlers } from './door.ts';
import { type Log, type Placed, served } from './log.ts';
import { Refusal } from './refusal.ts';
import type { Rooms } from './rooms.ts';
import { membership } from './rules.ts';
import type { Dict, Value } from './text.ts';

interface Receipt {
  seq: number;
  change: number;
  shown: Dict;
}

interface Typing {
  timers: Map<string, NodeJS.Timeout>;
  change: number;
}

const STRIPPED = ['create', 'visibility', 'history_visibility', 'name', 'topic'];

/** What is new for a user: chapter 11. A token is the number of the last change, after a `t`. */
export class Sync {
  readonly #rooms: Rooms;
  readonly #accounts: Accounts;
  readonly #changes: Changes;
  readonly #receipts = new Map<string, Receipt>();
  readonly #typing = new Map<Log, Typing>();

  constructor(rooms: Rooms, accounts: Accounts, changes: Changes) {
    this.#rooms = rooms;
    this.#accounts = accounts;
    this.#changes = changes;
    rooms.onMembership = (log, user) => {
      const receipt = this.#receipts.get(`${log.id} ${user}`);
      if (membership(log, user) !== 'join') this.#stopTyping(log, user);
      else if (receipt) receipt.change = changes.count;
    };
  }

  readonly handlers: Handlers<Session> = {
    sync: async (call) => await this.#sync(call),
    putReceipt: ({ session, params, body }) => {
      const [log, user] = [this.#rooms.log(params), session.account.id];
      this.#rooms.joined(log, user);
      const seq = Number(this.#rooms.event(log, user, String(body.event_id)).entry.seq);
      const key = `${log.id} ${user}`;
      if (seq <= (this.#receipts.get(key)?.seq ?? -1)) return { body: {} };
      const shown = { user_id: user, event_id: String(body.event_id), ts: Date.now() };
      this.#receipts.set(key, { seq, shown, change: this.#changes.next() });
      return { body: {} };
    },
    putTyping: ({ session, params, body }) => {
      const [log, user] = [this.#rooms.log(params), session.account.id];
      this.#rooms.joined(log, user);
      if (body.typing !== true) this.#stopTyping(log, user);
      else this.#startTyping(log, user, Number(body.timeout_ms ?? 30_000));
      return { body: {} };
    },
    exportAccount: ({ session }) => {
      const { account } = session;
      const logs = [...this.#rooms.all].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const events = logs.flatMap(({ entries }) => entries.filter(({ event }) => event.sender === account.id));
      const known = logs.filter(
        (log) => membership(log, account.id) !== 'none' && this.#rooms.remembers(log, account.id),
      );
      const receipts = logs.flatMap((log) => {
        const { event_id = '', ts = 0 } = this.#receipts.get(`${log.id} ${account.id}`)?.shown ?? {};
        return ts === 0 ? [] : [{ room_id: log.id, event_id, ts }];
      });
      const devices = this.#accounts.devicesOf(session);
      return {
        body: {
          ...{ user_id: account.id, exported_ts: Date.now(), devices, aliases: [], receipts },
          account_data: [...account.data].map(([type, { content }]) => ({ type, content })),
          room_account_data: logs.flatMap((log) =>
            this.#rooms.dataOf(log, account.id, -1).map((item) => ({ room_id: log.id, ...item })),
          ),
          rooms: known.map((log) => ({ room_id: log.id, membership: membership(log, account.id) })),
          events: events.map((placed) => served(placed)),
        },
      };
    },
  };

  async #sync({ session, params }: Call<Session>): Promise<Answer> {
    const since =
      params.since === undefined ? undefined : Number(/^t(\d{1,15})$/.exec(params.since)?.[1] ?? Number.NaN);
    if (since !== undefined && !(since <= this.#changes.count)) throw new Refusal('ECCP_BAD_PARAM', { path: 'since' });
    for (const end = performance.now() + Number(params.timeout); ; ) {
      if (!this.#accounts.holds(session)) throw new Refusal('ECCP_UNKNOWN_TOKEN');
      const [body, full] = this.#news(session, since, Number(params.limit));
      const left = end - performance.now();
      if (since === undefined || full || left <= 0) return { body };
      await this.#changes.wait(left);
    }
  }

  #news({ account, device }: Session, since: number | undefined, limit: number): [Dict, boolean] {
    const rooms: Record<string, Dict> = { joined: {}, invited: {}, knocked: {}, left: {} };
    for (const log of this.#rooms.all) {
      const found = this.#room(log, account.id, device.id, since, limit);
      if (found) (rooms[found[0]] as Dict)[log.id] = found[1];
    }
    const changed = [...account.data].filter(([, { change }]) => change > (since ?? -1));
    const account_data = changed.map(([type, { content }]) => ({ type, content }));
    const full = account_data.length > 0 || Object.values(rooms).some((section) => Object.keys(section).length > 0);
    return [{ next_batch: `t${this.#changes.count}`, rooms, account_data, rejected: [] }, full];
  }

  #room(log: Log, user: string, device: string, since: number | undefined, limit: number): [string, Dict] | undefined {
    const own = log.state('eccp.room.member', user);
    if (!own || !this.#rooms.remembers(log, user)) return undefined;
    const is = membership(log, user);
    const isNew = own.change > (since ?? -1);
    const show = (events: Placed[]) => events.map((placed) => served(placed, device));
    if (is === 'invite' || is === 'knock') {
      const event = served(own, device);
      const state = [
        ...STRIPPED.map((name) => log.state(`eccp.room.${name}`)),
        log.state('eccp.room.member', String(own.event.sender)),
      ];
      const seen = { event, ...(is === 'invite' ? { state: show(state.flatMap((placed) => placed ?? [])) } : {}) };
      return isNew ? [is === 'invite' ? 'invited' : 'knocked', seen] : undefined;
    }
    const from = since === undefined ? -1 : log.entries.findLastIndex(({ change }) => change <= since);
    const forgotten = from <= this.#rooms.forgottenTo(log, user);
    const was = !forgotten && this.#rooms.joinedAt(log, user, from);
    const before = !forgotten && log.entries.some((_, seq) => seq <= from && this.#rooms.joinedAt(log, user, seq));
    const readable = log.entries.filter((_, seq) => (!before || seq > from) && this.#rooms.mayRead(log, user, seq));
    const events: Placed[] = [];
    for (const placed of readable.toReversed()) {
      if (events.length === limit || (events[0] && Number(placed.entry.seq) !== Number(events[0].entry.seq) - 1)) break;
      events.unshift(placed);
    }
    const first = Number(events[0]?.entry.seq ?? log.entries.length);
    const state =
      events.length === 0 ? [] : log.wholeState(first - 1).filter(({ entry }) => !was || Number(entry.seq) > from);
    const limited = readable.length > events.length;
    const timeline = (shown: Placed[]): Dict => ({
      events: show(shown),
      limited,
      ...(limited ? { before: first } : {}),
    });
    if (is !== 'join') {
      const lifted = membership(log, user, Number(own.entry.seq) - 1) === 'ban';
      if (since === undefined || !isNew || (lifted && forgotten)) return undefined;
      return ['left', { state: show(state), timeline: timeline(events.includes(own) ? events : [...events, own]) }];
    }
    const after = was ? (since ?? -1) : -1;
    const receipts = [...this.#receipts.values()].filter(({ shown, change }) => {
      const reader = String(shown.user_id);
      return (
        change > after &&
        this.#receipts.get(`${log.id} ${reader}`)?.shown === shown &&
        membership(log, reader) === 'join'
      );
    });
    const typing = this.#typing.get(log);
    const showTyping = typing && (was ? typing.change > after : typing.timers.size > 0);
    const account_data = this.#rooms.dataOf(log, user, after);
    const parts = [events, receipts, account_data];
    if (was && !showTyping && parts.every(({ length }) => length === 0)) return undefined;
    return [
      'joined',
      {
        ...{
          state: show(state),
          timeline: timeline(events),
          receipts: receipts.map(({ shown }) => shown),
          account_data: account_data as Value,
        },
        ...(showTyping ? { typing: [...typing.timers.keys()].sort() } : {}),
      },
    ];
  }

  #startTyping(log: Log, user: string, ms: number): void {
    const typing = this.#typing.get(log) ?? { timers: new Map<string, NodeJS.Timeout>(), change: 0 };
    this.#typing.set(log, typing);
    const known = typing.timers.get(user);
    clearTimeout(known);
    typing.timers.set(user, setTimeout(() => this.#stopTyping(log, user), ms).unref());
    if (known === undefined) typing.change = this.#changes.next();
  }

  #stopTyping(log: Log, user: string): void {
    const typing = this.#typing.get(log);
    if (!typing?.timers.has(user)) return;
    clearTimeout(typing.timers.get(user));
    typing.timers.delete(user);
    typing.change = this.#changes.next();
  }
}
