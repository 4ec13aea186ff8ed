import type { Json, JsonObject } from './canonical-json.ts';
import { isObject } from './members.ts';

/** What the four level-bound actions are called in the content of eccp.room.power_levels. */
export type Action = 'invite' | 'kick' | 'ban' | 'redact';

/** Types whose state needs 100 unless `events` names them (RULE-009, ENC-003). */
const guardedTypes = [
  'eccp.room.power_levels',
  'eccp.room.visibility',
  'eccp.room.history_visibility',
  'eccp.room.host',
  'eccp.room.encryption',
];
const actions: readonly Action[] = ['invite', 'kick', 'ban', 'redact'];

/** The levels in force: the content of the power levels event, completed by the defaults (RULE-003 to RULE-014). */
export class PowerLevels {
  readonly #content: JsonObject;
  readonly #inviteDefault: number;

  /** @param inviteOnly whether the room's visibility is `invite_only`, which raises the default level of invitations. */
  constructor(content: JsonObject, inviteOnly: boolean) {
    this.#content = content;
    this.#inviteDefault = inviteOnly ? 50 : 0; // RULE-010, RULE-011
  }

  /** The power of a user, joined or not. */
  ofUser(user: string): number {
    return level(member(this.#content, 'users'), user) ?? this.usersDefault;
  }

  get usersDefault(): number {
    return level(this.#content, 'users_default') ?? 0;
  }

  /** The power that an action needs. */
  ofAction(action: Action): number {
    return level(this.#content, action) ?? (action === 'invite' ? this.#inviteDefault : 50);
  }

  /** The power that sending a type needs, as a state event or as a message. */
  ofType(type: string, isState: boolean): number {
    const named = level(member(this.#content, 'events'), type);
    if (named !== undefined) return named;
    if (!isState) return level(this.#content, 'events_default') ?? 0;
    return guardedTypes.includes(type) ? 100 : (level(this.#content, 'state_default') ?? 50);
  }

  /** The users and the types that the content names. */
  named(map: 'users' | 'events'): string[] {
    return Object.keys(member(this.#content, map) ?? {});
  }
}

/**
 * Why a sender may not replace these levels by those (RULE-044 to RULE-048); undefined when it may.
 * Compared are effective levels, so that leaving a member out counts as setting its default.
 */
export function refusedChange(before: PowerLevels, after: PowerLevels, sender: string): string | undefined {
  const own = before.ofUser(sender);
  const users = new Set([...before.named('users'), ...after.named('users')]);
  for (const user of users) {
    const [old, next] = [before.ofUser(user), after.ofUser(user)];
    if (old === next) continue;
    if (next > own) return `${user} would have more power than the sender`;
    if (user !== sender && old >= own) return `${user} has as much power as the sender`;
  }
  if (before.usersDefault !== after.usersDefault && (after.usersDefault > own || before.usersDefault >= own)) {
    return 'the default of users is out of reach';
  }
  // No content can name the type '', which therefore stands for all types that neither names.
  const types = new Set([...before.named('events'), ...after.named('events'), '']);
  const thresholds = (levels: PowerLevels) => [
    ...actions.map((action) => levels.ofAction(action)),
    ...[...types].flatMap((type) => [levels.ofType(type, true), levels.ofType(type, false)]),
  ];
  const next = thresholds(after);
  const outOfReach = thresholds(before).some((old, i) => old !== next[i] && Math.max(old, next[i] ?? 0) > own);
  return outOfReach ? 'a level above the sender’s power would be set or changed' : undefined;
}

function member(object: JsonObject, name: string): JsonObject | undefined {
  const value: Json | undefined = Object.hasOwn(object, name) ? object[name] : undefined;
  return isObject(value) ? value : undefined;
}

function level(object: JsonObject | undefined, name: string): number | undefined {
  const value = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === 'number' ? value : undefined;
}
