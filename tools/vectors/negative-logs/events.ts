import type { Event } from '../../../src/core/event.ts';
import { otherHash } from '../fixed.ts';
import type { Draft } from '../log-writer.ts';
import { alice, bob, by, member, rita, say, state } from './scene.ts';
import { type Group, vector } from './vector.ts';

/** Events out of form (LOG-010 to LOG-017), of another room, in the wrong place or too late. */
export const events: Group = ({ writer, last, firstName }) => {
  const message = say(alice, 'hello');
  const one = (
    rule: string,
    name: string,
    expected: string,
    draft: Draft,
    event: (event: Event & { [member: string]: unknown }) => unknown = () => {},
  ) => vector(rule, name, expected, writer.next(draft, { event: (it) => void event(it) }));
  const bad = (
    rule: string,
    name: string,
    draft: Draft,
    event?: (event: Event & { [member: string]: unknown }) => unknown,
  ) => one(rule, name, 'ECCP_BAD_EVENT', draft, event);
  const otherRoom = `!${otherHash}:example.org`;
  const length = writer.log.length;
  return [
    one('LOG-001', 'a message of the host’s node', 'ok', message),
    one('LOG-001', 'a message of the other node', 'ok', say(rita, 'hello')),
    bad('LOG-010', 'the event has a member that no table gives it', message, (it) => (it.depth = 1)),
    bad('LOG-010', 'the event has a member of another version', message, (it) => (it.parents = [])),
    bad('LOG-010', 'the event lacks origin_ts', message, (it) => delete (it as Partial<Event>).origin_ts),
    bad('LOG-010', 'the event’s v is 2', message, (it) => Object.assign(it, { v: 2 })),
    bad('LOG-010', 'the event’s origin_ts is negative', message, (it) => (it.origin_ts = -1)),
    bad('LOG-010', 'the event’s sender has a capital letter', message, (it) => (it.sender = '@Alice:example.org')),
    bad('LOG-010', 'the anchor has a third member', message, (it) => Object.assign(it.anchor ?? {}, { epoch: 0 })),
    bad('LOG-011', 'the event names no room', message, (it) => delete it.room_id),
    one('LOG-012', 'the event names another room', 'ECCP_ROOM_MISMATCH', message, (it) => (it.room_id = otherRoom)),
    bad('LOG-014', 'a type that the table does not have', { ...message, type: 'eccp.room.unheard_of' }),
    bad('LOG-014', 'the type of the pairs that key documents set', {
      ...by(alice),
      type: 'eccp.node.keys',
      stateKey: 'example.org',
      content: {},
    }),
    bad('LOG-016', 'a message with a state key', { ...message, stateKey: '' }),
    bad('LOG-016', 'a name with another state key', { ...state(alice, 'name', { name: 'x' }), stateKey: 'x' }),
    bad('LOG-016', 'a membership of what is no user', member(alice, 'remote.example', 'invite')),
    bad('LOG-017', 'a name without a state key', { ...by(alice), type: 'eccp.room.name', content: { name: 'x' } }),
    bad('LOG-025', 'a message without an anchor', message, (it) => delete it.anchor),
    bad('LOG-026', 'a self-membership event with an anchor', member(bob, bob, 'join'), (it) => {
      it.anchor = { seq: length - 1, hash: writer.headHash() ?? '' };
    }),
    one('LOG-025', 'an anchor to the first entry', 'ok', message, (it) => {
      it.anchor = { seq: 0, hash: writer.back(1).headHash() ?? '' };
    }),
    one('LOG-028', 'an anchor to another branch', 'ECCP_CHAIN_FORK', message, (it) => {
      it.anchor = { seq: length - 1, hash: otherHash };
    }),
    one('LOG-028', 'an anchor to an earlier entry, with the hash of the last', 'ECCP_CHAIN_FORK', message, (it) => {
      it.anchor = { seq: 1, hash: writer.headHash() ?? '' };
    }),
    one('LOG-028', 'an anchor to the event’s own place', 'ECCP_CHAIN_FORK', message, (it) => {
      it.anchor = { seq: length, hash: writer.headHash() ?? '' };
    }),
    one('LOG-028', 'an anchor to a place after the event’s own', 'ECCP_CHAIN_FORK', message, (it) => {
      it.anchor = { seq: length + 1, hash: otherHash };
    }),
    vector(
      'LOG-029',
      'an event that is in the log, at a new place',
      'ECCP_DUPLICATE_EVENT',
      writer.next(say(alice, ''), {
        event: (it) => Object.assign(it, last.event),
        item: (it) => Object.assign(it, { content: last.content, nonce: last.nonce }),
      }),
    ),
    bad('LOG-030', 'a state event without replaces', state(alice, 'name', { name: 'x' }), (it) => delete it.replaces),
    bad('LOG-010', 'a message with replaces', message, (it) => (it.replaces = null)),
    one('LOG-031', 'replaces names what was replaced before', 'ECCP_STATE_CONFLICT', {
      ...state(alice, 'name', { name: 'x' }),
      replaces: firstName.event_id,
    }),
    one('LOG-031', 'replaces is null where there is something', 'ECCP_STATE_CONFLICT', {
      ...state(alice, 'name', { name: 'x' }),
      replaces: null,
    }),
    one('LOG-031', 'replaces names something where there is nothing', 'ECCP_STATE_CONFLICT', {
      ...state(alice, 'topic', { topic: 'x' }),
      replaces: firstName.event_id,
    }),
    one('LOG-032', 'a kick that replaces something else', 'ok', {
      ...member(alice, rita, 'leave'),
      replaces: firstName.event_id,
    }),
  ];
};
