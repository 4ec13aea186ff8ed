import { nodeOf } from '../core/ids.ts';
import { documentsToCarry } from '../core/node-keys.ts';
import type { Draft } from '../core/room-log.ts';
import type { RoomState } from '../core/room-state.ts';
import type { NodeIdentity } from '../storage/node-identity.ts';

/**
 * The event that brings this node's newer keys into a room (KEY-054, KEY-059): it repeats the join of a user, or in a room that the
 * node hosts and that all its users have left, the leave of one, and so changes nobody's membership.
 *
 * @param sender of the event that is to follow, who is the first choice.
 * @returns undefined where the room has the newest keys, and where none of the node's users can bring them.
 */
export function keyRenewal(state: RoomState, { name, chain }: NodeIdentity, sender?: string): Draft | undefined {
  if (documentsToCarry(state, name, chain).length === 0) return undefined;
  const own = state
    .entries()
    .filter(({ type, state_key }) => type === 'eccp.room.member' && nodeOf(state_key) === name)
    .map(({ state_key }) => state_key);
  const users = sender === undefined ? own : [sender, ...own];
  const membership = users.some((user) => state.membership(user) === 'join') ? 'join' : 'leave';
  if (membership === 'leave' && state.host !== name) return undefined;
  const user = users.find((one) => state.membership(one) === membership);
  if (user === undefined) return undefined;
  return { sender: user, type: 'eccp.room.member', stateKey: user, content: { membership } };
}
