import type { JsonObject } from '../../src/core/canonical-json.ts';
import { chainLifetime } from '../../src/e2ee/room-chain.ts';
import { shared } from './devices.ts';
import { startTime } from './fixed.ts';
import { badChains, badMessages } from './room-chains/refused.ts';
import { everybody, Room, underWay } from './room-chains/room.ts';

/** Messages in rooms (spec/25-room-chains.md). */
export function roomChains(): JsonObject {
  return {
    about: 'Chains of room messages, step by step: handed out, written with, read, replaced, and what is refused.',
    ...shared(),
    vectors: [...good(), ...rotation(), ...badChains(), ...badMessages()],
  };
}

function good(): JsonObject[] {
  return [
    (() => {
      const room = underWay();
      return room.decrypt('bob', room.encrypt('Hello')).vector('CHN-001', 'the first message');
    })(),
    (() => {
      const room = underWay(0);
      return room.decrypt('bob', room.encrypt('Hello', 0)).vector('CHN-001', 'a chain made at the time 0');
    })(),
    (() => {
      const room = underWay();
      for (const body of ['one', 'two', 'Grüße\n\u2028']) room.decrypt('bob', room.encrypt(body));
      return room.vector('CHN-012', 'three in order');
    })(),
    (() => {
      const room = underWay();
      const sent = [room.encrypt('once more'), room.encrypt('once more')];
      for (const content of sent) room.decrypt('bob', content);
      return room.vector('CHN-012', 'a message that is sent again');
    })(),
    (() => {
      const room = underWay();
      const sent = ['one', 'two', 'three', 'four'].map((body) => room.encrypt(body));
      for (const content of sent.reverse()) room.decrypt('bob', content);
      return room.vector('CHN-036', 'four in reverse');
    })(),
    (() => {
      const room = underWay();
      const first = room.encrypt('the first');
      room.lose(98).decrypt('bob', room.encrypt('the last')).decrypt('bob', first);
      return room.vector('CHN-036', 'the last of 100, then the first');
    })(),
    (() => {
      const room = underWay();
      const past = room.encrypt('before she came');
      room.take('mallory', 'alice', room.handOut('mallory')).refuse('mallory', past, 'replayed');
      const content = room.encrypt('after it');
      return room
        .decrypt('mallory', content)
        .decrypt('bob', content)
        .decrypt('bob', past)
        .vector('CHN-004', 'a device that came later');
    })(),
  ];
}

function rotation(): JsonObject[] {
  return [
    underWay().lose(100).refuseToEncrypt(startTime, everybody).vector('CHN-020', 'the 101st message'),
    (() => {
      const room = underWay();
      return room
        .decrypt('bob', room.encrypt('late', startTime + chainLifetime - 1))
        .vector('CHN-021', 'a millisecond before seven days');
    })(),
    underWay()
      .refuseToEncrypt(startTime + chainLifetime, everybody)
      .vector('CHN-021', 'after seven days'),
    underWay()
      .refuseToEncrypt(startTime - 1, everybody)
      .vector('CHN-021', 'a clock before the chain was made'),
    underWay()
      .refuseToEncrypt(startTime, ['alice', 'mallory'])
      .vector('CHN-022', 'a device that has the chain has left'),
    (() => {
      const room = underWay();
      room.take('mallory', 'alice', room.handOut('mallory')).refuseToEncrypt(startTime, ['alice', 'mallory']);
      return room.vector('CHN-022', 'the first of two devices that have the chain has left');
    })(),
    (() => {
      const room = underWay();
      return room
        .decrypt('bob', room.encrypt('Hello', startTime, ['bob']))
        .vector('CHN-022', 'a device that never had the chain has left');
    })(),
    (() => {
      const room = new Room();
      room.take('bob', 'alice', room.handOut('bob')).take('mallory', 'alice', room.handOut('mallory'));
      room.decrypt('mallory', room.encrypt('with her')).refuseToEncrypt(startTime, ['alice', 'bob']).replace();
      room.take('bob', 'alice', room.handOut('bob'));
      const content = room.encrypt('without her', startTime, ['alice', 'bob']);
      return room
        .refuse('mallory', content, 'unknown_key')
        .decrypt('bob', content)
        .vector('CHN-022', 'a new chain after somebody has left');
    })(),
    (() => {
      const room = underWay();
      room.decrypt('bob', room.encrypt('one', startTime, ['alice', 'bob']));
      return room.decrypt('bob', room.encrypt('two', startTime, everybody)).vector('CHN-023', 'a device that comes');
    })(),
  ];
}
