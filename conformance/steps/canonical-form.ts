import { Then, When } from '@cucumber/cucumber';
import { expectThat } from '../outcome.ts';
import { canonical } from '../wire/canonical.ts';
import { fromBase64url, hashBytes } from '../wire/hash.ts';
import { isObject, type Json, lookUp, show } from '../wire/json.ts';
import type { SequencedEvent } from '../wire/types.ts';
import type { EccpWorld } from '../world.ts';
import { readLog } from './base/messages.ts';
import { cut, EVENT_TYPE, expand } from './canonical-json.ts';

// When Alice sends to the room the content:   (doc string; the bytes as they stand, «U+2028» for a character)
When(
  '{actor} sends to {room} the content:',
  async function (this: EccpWorld, who: string, alias: string, text: string) {
    const path = `/_eccp/client/v1/rooms/${encodeURIComponent(this.room(alias).id)}/send/${EVENT_TYPE}`;
    const headers = { 'content-type': 'application/json' };
    this.judge(await this.send({ who, method: 'PUT', path, headers, body: Buffer.from(expand(text)) }));
  },
);

// Then Alice finds the hash of the content to be that of:   (doc string: the canonical form, written out)
Then('{actor} finds that its content was hashed as:', async function (this: EccpWorld, who: string, form: string) {
  const params = { roomId: this.room('room').id, eventId: String(this.answer.body.event_id) };
  const served = (await this.read(who, 'getEvent', { params })) as SequencedEvent;
  const text = `{"content":${expand(form)},"nonce":"${served.nonce ?? ''}"}`;
  const hash = hashBytes('eccp.content.v1', Buffer.from(text));
  expectThat(
    served.event.content_hash === hash,
    `the content_hash of the canonical form ${cut(expand(form))}, ${hash}`,
    `${served.event.content_hash}, served with ${show(served.content)}`,
  );
});

// Then every binary value in the log of the room is base64url without padding, as Alice reads it
Then(
  'every binary value in the log of {room} is base64url without padding, as {actor} reads it',
  async function (this: EccpWorld, alias: string, who: string) {
    const values = (await readLog(this, who, alias)).flatMap(binaryValues);
    expectThat(values.length > 40, 'binary values in the log', `only ${values.length}`);
    const wrong = values.filter(([, value]) => !roundTrips(value)).map(([place, value]) => `${place} ${value}`);
    expectThat(wrong.length === 0, 'base64url that comes out the same when decoded and encoded', wrong.join('; '));
  },
);

// When Alice sends an event of exactly 61440 bytes to the room   (canonical(event) and canonical(content with nonce) together)
When(
  '{actor} sends an event of exactly {int} bytes to {room}',
  async function (this: EccpWorld, who: string, size: number, alias: string) {
    const params = { roomId: this.room(alias).id, eventType: EVENT_TYPE };
    const probe = await this.must(who, 'sendEvent', { params, body: { x: '' } });
    const length = size - (await sizeOf(this, who, alias, String(probe.body.event_id)));
    await this.call(who, 'sendEvent', { params, body: { x: 'a'.repeat(length) } });
  },
);
// Then Alice finds the event to have 61440 bytes in the room
Then(
  '{actor} finds that event in {room} to have {int} bytes',
  async function (this: EccpWorld, who: string, alias: string, expected: number) {
    const size = await sizeOf(this, who, alias, String(this.answer.body.event_id));
    expectThat(size === expected, `an event of ${expected} bytes`, `${size} bytes`);
  },
);

async function sizeOf(world: EccpWorld, who: string, alias: string, eventId: string): Promise<number> {
  const params = { roomId: world.room(alias).id, eventId };
  const { event, content, nonce } = (await world.read(who, 'getEvent', { params })) as SequencedEvent;
  const parts = [canonical(event), canonical({ content: content ?? {}, nonce: nonce ?? '' })];
  return parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}

/** Every hash, nonce, signature and key of an event, with the name of its place. */
function binaryValues(item: SequencedEvent): [string, string][] {
  const { event, entry } = item;
  const documents = Array.isArray(item.content?.node_keys) ? item.content.node_keys.filter(isObject) : [];
  const found: [string, Json | undefined][] = [
    ['event_id', item.event_id.slice(1)],
    ['nonce', item.nonce],
    ['signature', item.signature],
    ['entry_signature', item.entry_signature],
    ['content_hash', event.content_hash],
    ['origin_key', event.origin_key.replace('ed25519:', '')],
    ['anchor', event.anchor?.hash],
    ['prev', entry.prev],
    ['state_root', entry.state_root],
    ['host_key', entry.host_key.replace('ed25519:', '')],
    ...documents.flatMap((signed) => [
      ...list(lookUp(signed, 'document.keys')).map((key): [string, Json] => ['key', key]),
      ...Object.values(isObject(signed.signatures) ? signed.signatures : {}).map((s): [string, Json] => [
        'signature',
        s,
      ]),
    ]),
  ];
  return found.flatMap(([place, value]): [string, string][] => (typeof value === 'string' ? [[place, value]] : []));
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function roundTrips(text: string): boolean {
  try {
    return fromBase64url(text).length > 0;
  } catch {
    return false;
  }
}
