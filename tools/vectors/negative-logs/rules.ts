import type { JsonObject } from '../../../src/core/canonical-json.ts';
import type { Draft } from '../log-writer.ts';
import { alice, bob, by, dora, hostSecond, levels, mallory, member, nina, olaf, rita, say, state } from './scene.ts';
import { type Group, vector } from './vector.ts';

/** What the rules of chapter 9 refuse; in all else these entries are right. */
export const rules: Group = ({ writer, last }) => {
  const one = (rule: string, name: string, expected: string, draft: Draft) =>
    vector(rule, name, expected, writer.next(draft));
  const no = (rule: string, name: string, draft: Draft) => one(rule, name, 'ECCP_FORBIDDEN', draft);
  const power = (sender: string, changes: JsonObject) => state(sender, 'power_levels', { ...levels, ...changes });
  const users = (changes: JsonObject) => ({ users: { ...(levels.users as JsonObject), ...changes } });
  const redaction = (sender: string): Draft => ({
    ...by(sender),
    type: 'eccp.room.redaction',
    content: { redacts: { event_id: last.event_id, sender: alice } },
  });
  const profile = (sender: string, user: string): Draft => ({
    ...by(sender),
    type: 'org.example.profile',
    stateKey: user,
    content: {},
  });
  return [
    no('RULE-002', 'a message from a user who is not joined', say(nina, 'hello')),
    no('RULE-002', 'a message from a banned user', say(mallory, 'hello')),
    no('RULE-008', 'a name from a user without the power', state(rita, 'name', { name: 'x' })),
    no('RULE-015', 'a second create event', state(alice, 'create', { room_version: '1', node_keys: [hostSecond] })),
    no('RULE-016', 'a join for another user', member(alice, nina, 'join')),
    no('RULE-019', 'a join without an invite', member(nina, nina, 'join')),
    no('RULE-020', 'a join of a banned user', member(mallory, mallory, 'join')),
    one('RULE-021', 'a join of a joined user', 'ok', member(rita, rita, 'join')),
    one('RULE-023', 'an invite from a member', 'ok', member(rita, nina, 'invite')),
    no('RULE-024', 'an invite for a joined user', member(alice, rita, 'invite')),
    no('RULE-025', 'an invite for a banned user', member(alice, mallory, 'invite')),
    no('RULE-030', 'a knock in a private room', member(nina, nina, 'knock')),
    one('RULE-032', 'a member leaves', 'ok', member(rita, rita, 'leave')),
    no('RULE-033', 'a user leaves who is not there', member(nina, nina, 'leave')),
    no('RULE-033', 'a user leaves who has left', member(olaf, olaf, 'leave')),
    no('RULE-033', 'a banned user leaves', member(mallory, mallory, 'leave')),
    no('RULE-036', 'a kick among equals', member(bob, dora, 'leave')),
    no('RULE-036', 'a kick from a user without the power', member(rita, bob, 'leave')),
    no('RULE-037', 'a kick of a user who is not there', member(alice, nina, 'leave')),
    no('RULE-039', 'a ban among equals', member(bob, dora, 'ban')),
    no('RULE-040', 'a ban lifted by a user without the power', member(rita, mallory, 'leave')),
    one('RULE-045', 'power levels that demote a lesser user', 'ok', power(alice, users({ [bob]: 0 }))),
    no('RULE-045', 'power levels that demote an equal', power(bob, users({ [dora]: 0 }))),
    no('RULE-045', 'power levels that leave an equal out', power(bob, { users: { [alice]: 100, [bob]: 50 } })),
    no('RULE-045', 'power levels that demote a greater user', power(bob, users({ [alice]: 50 }))),
    no('RULE-044', 'power levels that raise their sender', power(bob, users({ [bob]: 51 }))),
    no('RULE-044', 'power levels that raise another above their sender', power(bob, users({ [rita]: 100 }))),
    no('RULE-046', 'power levels that set a level above their sender', power(bob, { ban: 100 })),
    no(
      'RULE-046',
      'power levels that lower a level above their sender',
      power(bob, { events: { 'eccp.room.power_levels': 50, 'eccp.room.visibility': 50 } }),
    ),
    no('RULE-047', 'power levels that raise everybody above their sender', power(bob, { users_default: 51 })),
    one('RULE-048', 'power levels that demote their sender', 'ok', power(bob, users({ [bob]: 0 }))),
    no('RULE-049', 'a state event about another user', profile(alice, bob)),
    one('RULE-051', 'a redaction by the sender of the target', 'ok', redaction(alice)),
    no('RULE-052', 'a redaction of another user’s event without the power', redaction(bob)),
  ];
};
