import { When } from '@cucumber/cucumber';
import type { Answer } from '../answer.ts';
import type { Json, JsonObject } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { PLAIN } from './base/rooms.ts';

// When Alice founds a room and all kinds of things happen in it   (with Bob, Carol, Dave and Erin)
When('{actor} founds a room and all kinds of things happen in it', async function (this: EccpWorld, owner: string) {
  const [bob, carol, dave, erin] = await Promise.all(['Bob', 'Carol', 'Dave', 'Erin'].map((name) => this.userId(name)));
  const invite = [bob ?? '', carol ?? ''];
  const founded = await this.must(owner, 'createRoom', { body: { ...PLAIN, name: 'Harbour', topic: 'ships', invite } });
  this.rooms.set('room', { id: String(founded.body.room_id), owner, visibility: 'private' });
  const params = { roomId: this.room('room').id };
  const own = (who: string, operation: string) => this.must(who, operation, { params, body: {} });
  const on = (operation: string, user_id = '') => this.must(owner, operation, { params, body: { user_id } });
  const say = (who: string, eventType: string, body: JsonObject) =>
    this.must(who, 'sendEvent', { params: { ...params, eventType }, body });
  const put = (who: string, eventType: string, content: JsonObject, replaces?: Json) => {
    const body = { content, ...(replaces === undefined ? {} : { replaces }) };
    return this.must(who, 'putState', { params: { ...params, eventType }, body });
  };
  const mood = (content: JsonObject) => {
    const keyed = { ...params, eventType: 'org.example.status', stateKey: bob ?? '' };
    return this.must('Bob', 'putKeyedState', { params: keyed, body: { content } });
  };
  const redact = (what: Answer) => {
    const target = { ...params, eventId: String(what.body.event_id) };
    return this.must('Bob', 'redactEvent', { params: target, body: { reason: 'no more' } });
  };

  await own('Bob', 'joinRoom');
  await own('Carol', 'leaveRoom');
  await put(owner, 'eccp.room.visibility', { visibility: 'invite_only' });
  await own('Dave', 'knockRoom');
  await on('inviteMember', dave);
  await own('Dave', 'joinRoom');
  await own('Erin', 'knockRoom');
  await on('kickMember', erin);
  await own('Erin', 'knockRoom');
  await own('Erin', 'leaveRoom');
  const levels = { ...params, eventType: 'eccp.room.power_levels' };
  const { event_id } = await this.read(owner, 'getStateEvent', { params: levels });
  const users = { [await this.userId(owner)]: 100, [bob ?? '']: 50 };
  await put(owner, 'eccp.room.power_levels', { users, events_default: 0, kick: 60 }, event_id ?? null);
  await say('Bob', 'eccp.room.message', { body: 'hello' });
  const poll = await say('Bob', 'org.example.poll', UNUSUAL);
  await mood({ mood: 'good' });
  await mood({ mood: 'better' });
  const name = await put('Bob', 'eccp.room.name', { name: 'Pier' });
  await put(owner, 'eccp.room.history_visibility', { history_visibility: 'shared' });
  await own('Dave', 'leaveRoom');
  await on('inviteMember', dave);
  await own('Dave', 'joinRoom');
  await on('kickMember', dave);
  await on('banMember', dave);
  await on('banMember', carol);
  await on('unbanMember', carol);
  await redact(poll);
  await redact(name);
  await put('Bob', 'eccp.room.name', { name: 'Quay' });
  await say(owner, 'eccp.room.message', { body: 'goodbye' });
});

/** Content whose canonical form is not what it was sent as. */
const UNUSUAL: JsonObject = {
  z: 1,
  a: [{ 'b"': null, B: -9007199254740991, _: '' }, [], {}],
  e: 'Grüße, e\u0301, \u{1f600}, \u2028, /, \\, ", \u0001\u001f\u007f\t\n',
};
