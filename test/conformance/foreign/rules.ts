import type { Log, Wish } from './log.ts';
import { type Fault, Refusal } from './refusal.ts';
import type { Dict, Value } from './text.ts';

type Levels = { [key: string]: Value } | undefined;

const DEFAULTS: Record<string, number> = {
  users_default: 0,
  events_default: 0,
  state_default: 50,
  kick: 50,
  ban: 50,
  redact: 50,
};
const HIGH = new Set(
  ['power_levels', 'visibility', 'history_visibility', 'host', 'encryption'].map((name) => `eccp.room.${name}`),
);

/** The membership of a user after an entry, by default the last; `none` for who never had one. */
export function membership(log: Log, user: string, after = log.last): string {
  return String(log.state('eccp.room.member', user, after)?.content?.membership ?? 'none');
}

/** The visibility after an entry. */
export function visibility(log: Log, after = log.last): string {
  return String(log.state('eccp.room.visibility', '', after)?.content?.visibility ?? 'private');
}

/** The power of a user. */
export function power(log: Log, user: string, after = log.last): number {
  const event = log.state('eccp.room.power_levels', '', after);
  if (!event) return log.entries[0]?.event.sender === user ? 100 : 0;
  return powerIn(event.content, user);
}

function powerIn(levels: Levels, user: string): number {
  return Number((levels?.users as Dict | undefined)?.[user] ?? levels?.users_default ?? 0);
}

function level(levels: Levels, name: string, invite: number): number {
  return Number(levels?.[name] ?? (name === 'invite' ? invite : DEFAULTS[name]));
}

function typeLevel(levels: Levels, type: string, stateful: boolean): number {
  const named = (levels?.events as Dict | undefined)?.[type];
  if (named !== undefined) return Number(named);
  if (!stateful) return Number(levels?.events_default ?? 0);
  return HIGH.has(type) ? 100 : Number(levels?.state_default ?? 50);
}

/** Refuses what the table of chapter 9 does not allow. */
export function judge(log: Log, wish: Wish, faults: ReadonlySet<Fault>): void {
  if (!allowed(log, wish, faults)) throw new Refusal('ECCP_FORBIDDEN');
}

function allowed(log: Log, { type, sender, content, stateKey }: Wish, faults: ReadonlySet<Fault>): boolean {
  const levels = log.state('eccp.room.power_levels')?.content;
  const seen = visibility(log);
  const own = power(log, sender);
  const is = membership(log, sender);
  const needs = (name: string) => own >= level(levels, name, seen === 'invite_only' ? 50 : 0);
  if (type === 'eccp.room.create') return log.last === -1;
  if (type === 'eccp.room.member') {
    const target = stateKey ?? '';
    const was = membership(log, target);
    const above = own > power(log, target);
    const wanted = String(content.membership);
    if (wanted === 'join') {
      const creator = log.last === 0 && log.entries[0]?.event.sender === sender;
      return (
        sender === target &&
        (is === 'join' || creator || (is !== 'ban' && seen !== 'shadow' && (is === 'invite' || seen === 'public')))
      );
    }
    if (wanted === 'knock') return sender === target && seen === 'invite_only' && ['none', 'leave'].includes(is);
    if (wanted === 'leave' && sender === target) return ['join', 'invite', 'knock'].includes(is);
    if (is !== 'join') return false;
    if (wanted === 'invite') return !['join', 'ban'].includes(was) && needs('invite');
    if (wanted === 'ban' || was === 'ban') return needs('ban') && above;
    return ['join', 'invite', 'knock'].includes(was) && (faults.has('kick-without-power') || (needs('kick') && above));
  }
  if (is !== 'join') return false;
  if (type === 'eccp.room.redaction') {
    const author = String((content.redacts as Dict).sender);
    return author === sender || (needs('redact') && own > power(log, author));
  }
  if (stateKey === undefined) {
    const encrypted = log.state('eccp.room.encryption') !== undefined;
    return own >= typeLevel(levels, type, false) && (!encrypted || type === 'eccp.room.encrypted');
  }
  if (own < typeLevel(levels, type, true) || (stateKey.startsWith('@') && stateKey !== sender)) return false;
  if (type === 'eccp.room.encryption') return log.state(type) === undefined;
  return type !== 'eccp.room.power_levels' || mayChange(log, levels, content, sender, own, seen);
}

/** Section 9.5. */
function mayChange(log: Log, before: Levels, after: Dict, sender: string, own: number, seen: string): boolean {
  const invite = seen === 'invite_only' ? 50 : 0;
  const named = new Set([...Object.keys((before?.users ?? {}) as Dict), ...Object.keys((after.users ?? {}) as Dict)]);
  for (const user of named) {
    const [old, next] = [before ? powerIn(before, user) : power(log, user), powerIn(after, user)];
    if (old !== next && (next > own || (user !== sender && old >= own))) return false;
  }
  const changes: [number, number][] = ['invite', 'kick', 'ban', 'redact', 'events_default', 'state_default'].map(
    (name) => [level(before, name, invite), level(after, name, invite)],
  );
  const types = [...Object.keys((before?.events ?? {}) as Dict), ...Object.keys((after.events ?? {}) as Dict), ...HIGH];
  for (const type of types)
    for (const stateful of [true, false])
      changes.push([typeLevel(before, type, stateful), typeLevel(after, type, stateful)]);
  if (changes.some(([old, next]) => old !== next && (old > own || next > own))) return false;
  const [old, next] = [level(before, 'users_default', 0), level(after, 'users_default', 0)];
  return old === next || (old < own && next <= own);
}
