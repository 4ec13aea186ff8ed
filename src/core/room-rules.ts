import type { JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import type { Event, SequencedEvent } from './event.ts';
import { isAuthType } from './event-types.ts';
import { nodeOf } from './ids.ts';
import { isObject } from './members.ts';
import { type Action, refusedChange } from './power-levels.ts';
import type { RoomState } from './room-state.ts';

/** An event as the rules see it: the content is that of an auth type, empty for all others. */
export interface Act {
  type: string;
  stateKey: string | undefined;
  sender: string;
  content: JsonObject;
}

/** One row of the table: why the act is refused in this state, or undefined when it is allowed. */
type Row = (state: RoomState, act: Act) => string | undefined;

const allowed = undefined;

/** The table of room version "1" (spec/09-room-rules.md), pure functions of the state before the entry. */
export const roomVersion1 = {
  create: (state) => (state.head.seq === -1 ? allowed : 'a room is created only once'), // RULE-015

  invite: (state, act) => {
    const target = targetOf(state, act);
    if (target.membership === 'join') return 'already joined'; // RULE-024
    if (target.membership === 'ban') return 'the user is banned'; // RULE-025
    return needs(state, act, state.levels.ofAction('invite')); // RULE-023, RULE-026
  },

  join: (state, act) => {
    if (act.stateKey !== act.sender) return 'nobody joins for another'; // RULE-016
    const membership = state.membership(act.sender);
    if (membership === 'join') return allowed; // RULE-021
    if (membership === 'ban') return 'banned'; // RULE-020
    if (state.head.seq === 0 && act.sender === state.creator) return allowed; // RULE-019
    if (state.visibility === 'shadow') return 'a shadow room is joined with a payload'; // RULE-022
    if (state.visibility === 'public' || membership === 'invite') return allowed; // RULE-017, RULE-018
    return 'not invited'; // RULE-019
  },

  knock: (state, act) => {
    if (act.stateKey !== act.sender) return 'nobody knocks for another'; // RULE-016
    if (state.visibility !== 'invite_only') return 'the room takes no knocks'; // RULE-030
    const membership = state.membership(act.sender);
    return membership === undefined || membership === 'leave' ? allowed : `already ${membership}`; // RULE-031
  },

  leave: (state, act) => {
    if (isPresent(state, act.sender)) return allowed; // RULE-032
    const bringsHostKeys = nodeOf(act.sender) === state.host && act.content?.node_keys !== undefined;
    if (bringsHostKeys && state.membership(act.sender) === 'leave') return allowed; // RULE-055
    return 'there is nothing to leave'; // RULE-033
  },

  kick: (state, act) => {
    const target = targetOf(state, act);
    if (!isPresent(state, target.user)) return 'the user is not in the room'; // RULE-037
    return over(state, act, 'kick', target.power); // RULE-035, RULE-036
  },

  ban: (state, act) => over(state, act, 'ban', targetOf(state, act).power), // RULE-038, RULE-039

  unban: (state, act) => over(state, act, 'ban', targetOf(state, act).power), // RULE-040

  powerLevels: (state, act) =>
    needs(state, act, state.levels.ofType(act.type, true)) ??
    refusedChange(state.levels, state.levelsOf(act.content), act.sender), // RULE-044 to RULE-048

  state: (state, act) => {
    if (act.stateKey?.startsWith('@') && act.stateKey !== act.sender) return 'the state key names another user'; // RULE-049
    return needs(state, act, state.levels.ofType(act.type, true)); // RULE-008, RULE-009
  },

  encryption: (state, act) => {
    if (state.isEncrypted) return 'the room is encrypted already'; // ENC-002
    return needs(state, act, state.levels.ofType(act.type, true)); // ENC-003
  },

  message: (state, act) => {
    if (state.isEncrypted && act.type !== 'eccp.room.encrypted') return 'the room is encrypted'; // ENC-001
    return needs(state, act, state.levels.ofType(act.type, false)); // RULE-007
  },

  host: (state, act) => needs(state, act, state.levels.ofType(act.type, true)), // RULE-009; the rest is checkHostTransfer()'s

  redaction: (state, act) => {
    const author = redactsOf(act.content)?.sender ?? '';
    return author === act.sender ? allowed : over(state, act, 'redact', state.power(author)); // RULE-050 to RULE-052
  },
} satisfies { [name: string]: Row };

export type RowName = keyof typeof roomVersion1;

/** The rows that a user may use without being joined. */
const openRows: readonly RowName[] = ['create', 'join', 'knock', 'leave'];

/** Which row judges an act. */
export function rowOf(state: RoomState, act: Act): RowName {
  switch (act.type) {
    case 'eccp.room.create':
      return 'create';
    case 'eccp.room.member':
      return membershipRow(state, act);
    case 'eccp.room.power_levels':
      return 'powerLevels';
    case 'eccp.room.redaction':
      return 'redaction';
    case 'eccp.room.host':
      return 'host';
    case 'eccp.room.encryption':
      return 'encryption';
    default:
      return act.stateKey === undefined ? 'message' : 'state';
  }
}

/**
 * Judges an act by the state before its entry.
 *
 * @throws EccpError ECCP_FORBIDDEN (RULE-001)
 */
export function checkRules(state: RoomState, act: Act): void {
  const row = rowOf(state, act);
  const outside = !openRows.includes(row) && state.membership(act.sender) !== 'join'; // RULE-002
  const refusal = outside ? 'the sender is not joined' : roomVersion1[row](state, act);
  if (refusal !== undefined) throw new EccpError('ECCP_FORBIDDEN', `${act.type}: ${refusal}`);
}

/**
 * Whether an act overrides whatever membership its target has at that moment: kicks and bans, which a target could otherwise
 * outrun by changing its own membership. An unban is not exempt: an older kick that arrives after a ban would lift it (LOG-032).
 */
export function overridesTarget(state: RoomState, act: Act): boolean {
  const row = rowOf(state, act);
  return row === 'kick' || row === 'ban';
}

/** Whether a redaction takes effect on a target: an earlier event of the named sender that the fold does not read (LOG-056). */
export function appliesRedaction(target: SequencedEvent, redaction: SequencedEvent): boolean {
  if (redaction.event.type !== 'eccp.room.redaction' || redaction.content === undefined) return false;
  return redacts(redaction.content, target.event, target.event_id) && target.entry.seq < redaction.entry.seq;
}

/** The part of appliesRedaction that needs no entries. */
export function redacts(content: JsonObject, target: Pick<Event, 'type' | 'sender'>, eventId: string): boolean {
  const named = redactsOf(content);
  return named?.event_id === eventId && named.sender === target.sender && !isAuthType(target.type);
}

function redactsOf(content: JsonObject): { event_id: string; sender: string } | undefined {
  const named = content.redacts;
  if (!isObject(named)) return undefined;
  const { event_id, sender } = named;
  return typeof event_id === 'string' && typeof sender === 'string' ? { event_id, sender } : undefined;
}

function membershipRow(state: RoomState, act: Act): RowName {
  switch (act.content.membership) {
    case 'invite':
      return 'invite';
    case 'join':
      return 'join';
    case 'knock':
      return 'knock';
    case 'ban':
      return 'ban';
    default:
      if (act.stateKey === act.sender) return 'leave';
      return targetOf(state, act).membership === 'ban' ? 'unban' : 'kick';
  }
}

function targetOf(state: RoomState, act: Act) {
  const user = act.stateKey ?? '';
  return { user, membership: state.membership(user), power: state.power(user) };
}

function isPresent(state: RoomState, user: string): boolean {
  const membership = state.membership(user);
  return membership === 'join' || membership === 'invite' || membership === 'knock';
}

function needs(state: RoomState, act: Act, level: number): string | undefined {
  return state.power(act.sender) >= level ? allowed : `needs power ${level}`;
}

/** Acting on another takes the action's level and more power than theirs. */
function over(state: RoomState, act: Act, action: Action, targetPower: number): string | undefined {
  if (state.power(act.sender) <= targetPower) return 'the target has as much power as the sender';
  return needs(state, act, state.levels.ofAction(action));
}
