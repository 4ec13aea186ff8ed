import { canonicalize, type JsonObject } from '../../../src/core/canonical-json.ts';
import type { SequencedEvent } from '../../../src/core/event.ts';
import { nonceOf, otherHash } from '../fixed.ts';
import type { Draft } from '../log-writer.ts';
import { alice, by, levels, rita, say, state } from './scene.ts';
import { type Group, vector, withFill } from './vector.ts';

/** Content that is not what the event says, is out of form, too large or too deep (LOG-003, LOG-005, LOG-018 to LOG-024). */
export const contents: Group = ({ writer }) => {
  const of = (rule: string, name: string, expected: string, draft: Draft, change = (_: SequencedEvent): unknown => 0) =>
    vector(rule, name, expected, writer.next(draft, { item: (it) => void change(it) }));
  const bad = (rule: string, name: string, draft: Draft, change?: (item: SequencedEvent) => unknown) =>
    of(rule, name, 'ECCP_BAD_EVENT', draft, change);
  const message = say(alice, 'hello');
  const power = state(alice, 'power_levels', { ...levels, kick: 60 });
  const withhold = (it: SequencedEvent) => {
    delete it.content;
    delete it.nonce;
  };
  const sized = (rule: string, name: string, expected: string, bytes: number) => {
    const times = bytes - sizeOf(writer.next(say(alice, '')));
    return withFill(of(rule, name, expected, say(alice, 'x'.repeat(times))), { text: 'x', times });
  };
  const poll = (content: JsonObject): Draft => ({ ...by(rita), type: 'org.example.poll', content });
  return [
    vector(
      'LOG-003',
      'the event’s id, in the entry too, is not its hash',
      'ECCP_BAD_EVENT',
      writer.next(message, {
        entry: (it) => Object.assign(it, { event_id: `$${otherHash}` }),
        item: (it) => Object.assign(it, { event_id: `$${otherHash}` }),
      }),
    ),
    bad('LOG-005', 'another content', message, (it) => (it.content = { body: 'goodbye' })),
    bad('LOG-005', 'another nonce', message, (it) => (it.nonce = nonceOf(0))),
    bad('LOG-005', 'a content without its nonce', message, (it) => delete it.nonce),
    of('LOG-024', 'a message without content and nonce', 'ok', message, withhold),
    of('LOG-024', 'a message whose content does not match the schema', 'ok', { ...message, content: { text: 5 } }),
    of('LOG-015', 'any object in an event of another’s type', 'ok', poll({ body: [null, { 'a.b': -1 }] })),
    bad('LOG-022', 'power levels without content and nonce', power, withhold),
    bad('LOG-021', 'a level of 101', state(alice, 'power_levels', { ...levels, kick: 101 })),
    bad('LOG-021', 'a level that is a text', state(alice, 'power_levels', { ...levels, kick: '50' })),
    bad('LOG-021', 'a visibility that does not exist', state(alice, 'visibility', { visibility: 'open' })),
    bad('LOG-021', 'a redaction that names no sender', {
      ...by(alice),
      type: 'eccp.room.redaction',
      content: { redacts: { event_id: `$${otherHash}` } },
    }),
    of('LOG-019', 'a content 24 deep', 'ok', poll(nested(24))),
    bad('LOG-019', 'a content 25 deep', poll(nested(25))),
    sized('LOG-018', 'an event of 61440 bytes', 'ok', 61_440),
    sized('LOG-018', 'an event of 61441 bytes', 'ECCP_TOO_LARGE', 61_441),
  ];
};

/** What LOG-018 limits. */
function sizeOf({ event, content = {}, nonce = '' }: SequencedEvent): number {
  return Buffer.byteLength(canonicalize(event)) + Buffer.byteLength(canonicalize({ content, nonce }));
}

function nested(depth: number): JsonObject {
  return depth === 1 ? {} : { inner: nested(depth - 1) };
}
