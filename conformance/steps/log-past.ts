import { Given } from '@cucumber/cucumber';
import type { JsonObject } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';
import { sendEvent } from './base/messages.ts';
import { putState } from './base/state.ts';

// Given Alice has a room in which all kinds of things have happened   (with Bob, Carol, Dave and Erin)
Given('{actor} has a room in which all kinds of things have happened', async function (this: EccpWorld, owner: string) {
  const [bob, carol, dave, erin] = await Promise.all(['Bob', 'Carol', 'Dave', 'Erin'].map((name) => this.userId(name)));
  const invite = [bob ?? '', carol ?? ''];
  const founded = await this.call(owner, 'createRoom', { body: { name: 'Harbour', topic: 'ships', invite } });
  this.rooms.set('room', { id: String(founded.body.room_id), owner, visibility: 'private' });
  const params = { roomId: this.room('room').id };
  const own = (who: string, operation: string) => this.call(who, operation, { params, body: {} });
  const on = (operation: string, user_id = '') => this.call(owner, operation, { params, body: { user_id } });
  const state = (who: string, type: string, content: JsonObject, key = '') =>
    putState(this, who, 'room', type, key, { content });
  const levels = async (content: JsonObject) => {
    const type = { ...params, eventType: 'eccp.room.power_levels' };
    const { event_id } = await this.read(owner, 'getStateEvent', { params: type });
    await putState(this, owner, 'room', 'eccp.room.power_levels', '', { content, replaces: event_id ?? null });
  };
  await own('Bob', 'joinRoom');
  await own('Carol', 'leaveRoom');
  await state(owner, 'eccp.room.visibility', { visibility: 'invite_only' });
  await own('Dave', 'knockRoom');
  await on('inviteMember', dave);
  await own('Dave', 'joinRoom');
  await own('Erin', 'knockRoom');
  await on('kickMember', erin);
  await own('Erin', 'knockRoom');
  await own('Erin', 'leaveRoom');
  await levels({ users: { [await this.userId(owner)]: 100, [bob ?? '']: 50 }, events_default: 0, kick: 60 });
  await sendEvent(this, 'Bob', 'room', 'eccp.room.message', { body: 'hello' }, 'hello');
  await sendEvent(this, 'Bob', 'room', 'org.example.poll', UNUSUAL, 'poll');
  await state('Bob', 'org.example.status', { mood: 'good' }, bob);
  await state('Bob', 'org.example.status', { mood: 'better' }, bob);
  await state('Bob', 'eccp.room.name', { name: 'Pier' });
  await state(owner, 'eccp.room.history_visibility', { history_visibility: 'shared' });
  await own('Dave', 'leaveRoom');
  await on('inviteMember', dave);
  await own('Dave', 'joinRoom');
  await on('kickMember', dave);
  await on('banMember', dave);
  await on('banMember', carol);
  await on('unbanMember', carol);
  for (const text of ['poll', 'eccp.room.name']) {
    const redaction = { ...params, eventId: this.event(text) };
    await this.call('Bob', 'redactEvent', { params: redaction, body: { reason: 'no more' } });
  }
  await state('Bob', 'eccp.room.name', { name: 'Quay' });
  await sendEvent(this, owner, 'room', 'eccp.room.message', { body: 'goodbye' }, 'goodbye');
});

/** Content whose canonical form is not what it was sent as. */
const UNUSUAL: JsonObject = {
  z: 1,
  a: [{ 'b"': null, B: -9007199254740991, _: '' }, [], {}],
  e: 'Grüße, e\u0301, \u{1f600}, \u2028, /, \\, ", \u0001\u001f\u007f\t\n',
};
