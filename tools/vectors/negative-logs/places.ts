import type { Entry } from '../../../src/core/event.ts';
import { otherHash } from '../fixed.ts';
import { alice, say } from './scene.ts';
import { type Group, vector } from './vector.ts';

/** Entries out of form, or with another place in the log than the next (LOG-033 to LOG-043). */
export const places: Group = ({ writer, last }) => {
  const one = (
    rule: string,
    name: string,
    expected: string,
    entry: (entry: Entry & { [member: string]: unknown }) => unknown,
  ) => vector(rule, name, expected, writer.next(say(alice, 'hello'), { entry: (it) => void entry(it) }), after);
  const after = writer.log.length;
  const bad = (rule: string, name: string, entry: (entry: Entry & { [member: string]: unknown }) => unknown) =>
    one(rule, name, 'ECCP_BAD_EVENT', entry);
  const before = writer.back(after - 1);
  const wrongRoot = writer.back(1).next(say(alice, '')).entry.state_root;
  return [
    bad('LOG-010', 'the entry has a member that its table does not give it', (it) => (it.origin = 'example.org')),
    bad('LOG-010', 'the entry lacks host_ts', (it) => delete (it as Partial<Entry>).host_ts),
    bad('LOG-010', 'the entry’s v is 2', (it) => Object.assign(it, { v: 2 })),
    bad('LOG-034', 'an epoch that no event began', (it) => it.epoch++),
    one('LOG-038', 'an entry is left out', 'ECCP_GAP', (it) => it.seq++),
    one('LOG-039', 'prev is the hash of no entry', 'ECCP_CHAIN_FORK', (it) => (it.prev = otherHash)),
    one('LOG-039', 'prev is the hash of an earlier entry', 'ECCP_CHAIN_FORK', (it) => (it.prev = before.headHash())),
    one('LOG-039', 'prev is null', 'ECCP_CHAIN_FORK', (it) => (it.prev = null)),
    vector('LOG-039', 'another entry at the last place', 'ECCP_CHAIN_FORK', before.next(say(alice, 'other')), after),
    vector('LOG-040', 'the last entry again', 'ECCP_DUPLICATE_EVENT', last, after),
    bad('LOG-036', 'the entry names another event', (it) => (it.event_id = last.event_id)),
    one('LOG-037', 'host_ts is that of the entry before', 'ok', (it) => it.host_ts--),
    bad('LOG-037', 'host_ts is less than that of the entry before', (it) => (it.host_ts -= 2)),
    one('LOG-012', 'the entry names another room', 'ECCP_ROOM_MISMATCH', (it) => {
      it.room_id = `!${otherHash}:example.org`;
    }),
    one('LOG-043', 'the state root is the hash of nothing', 'ECCP_STATE_ROOT', (it) => (it.state_root = otherHash)),
    one('LOG-043', 'the state root is an earlier one', 'ECCP_STATE_ROOT', (it) => (it.state_root = wrongRoot)),
  ];
};
