import type { JsonObject } from '../../../src/core/canonical-json.ts';
import type { RatchetContent } from '../../../src/e2ee/ratchet.ts';
import { Conversation, claimOf } from '../devices.ts';

/** What two devices do that have several sessions with each other. */
export function sessions(): JsonObject[] {
  return [
    (() => {
      const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
      const a0 = talk.encrypt('alice', 'a0');
      talk.start('bob', 'alice', claimOf('alice', 'one_time'), 91);
      const b0 = talk.encrypt('bob', 'b0');
      talk.decrypt('bob', 'alice', a0).decrypt('alice', 'bob', b0);
      const [a1, b1] = [talk.encrypt('alice', 'a1'), talk.encrypt('bob', 'b1')];
      talk.decrypt('bob', 'alice', a1).decrypt('alice', 'bob', b1);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a2')).decrypt('alice', 'bob', talk.encrypt('bob', 'b2'));
      return talk.vector('RAT-030', 'two that begin at the same time');
    })(),
    (() => {
      const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
      const first = talk.encrypt('alice', 'first');
      talk
        .start('alice', 'bob', claimOf('bob', 'fallback'), 91)
        .decrypt('bob', 'alice', talk.encrypt('alice', 'second'));
      talk.decrypt('bob', 'alice', first).decrypt('alice', 'bob', talk.encrypt('bob', 'to the first'));
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'first again'));
      return talk.vector('RAT-030', 'the newest session while there is no answer, then that with one');
    })(),
    (() => {
      const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a0')).decrypt('alice', 'bob', talk.encrypt('bob', 'b0'));
      talk.forget('bob').start('bob', 'alice', claimOf('alice', 'one_time'), 91);
      talk.refuse('bob', 'alice', talk.encrypt('alice', 'a1'), 'unknown_key');
      talk.decrypt('alice', 'bob', talk.encrypt('bob', 'b1')).decrypt('bob', 'alice', talk.encrypt('alice', 'a2'));
      return talk.vector('RAT-030', 'a device that has lost its sessions begins another');
    })(),
    (() => {
      const talk = new Conversation().start('alice', 'bob', claimOf('bob', 'one_time'), 90);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a0')).decrypt('alice', 'bob', talk.encrypt('bob', 'b0'));
      talk.start('alice', 'bob', claimOf('bob', 'fallback'), 91);
      talk.decrypt('bob', 'alice', talk.encrypt('alice', 'a1')).decrypt('alice', 'bob', talk.encrypt('bob', 'b1'));
      return talk.vector('RAT-030', 'the session with an answer, though another was begun since');
    })(),
    (() => {
      const talk = new Conversation();
      const [gone, ...late] = [90, 91, 92, 93, 94].map((ephemeral) => begun(talk, ephemeral));
      talk.refuse('bob', 'alice', gone as RatchetContent, 'replayed');
      for (const content of late) talk.decrypt('bob', 'alice', content);
      return talk.vector('RAT-031', 'the first of five sessions is deleted, the others are not');
    })(),
    (() => {
      const talk = new Conversation();
      const [first, second, third] = [90, 91, 92, 93].map((ephemeral) => begun(talk, ephemeral));
      talk.decrypt('bob', 'alice', first as RatchetContent);
      begun(talk, 94);
      talk.refuse('bob', 'alice', second as RatchetContent, 'replayed');
      talk.decrypt('bob', 'alice', third as RatchetContent);
      return talk.vector('RAT-031', 'the oldest session is kept after a message in it, the next is deleted');
    })(),
  ];
}

/** A new session over which bob has read one message. @returns another, still on its way. */
function begun(talk: Conversation, ephemeral: number): RatchetContent {
  talk.start('alice', 'bob', claimOf('bob', 'fallback'), ephemeral);
  talk.decrypt('bob', 'alice', talk.encrypt('alice', `in ${ephemeral}`));
  return talk.encrypt('alice', `in ${ephemeral}, too`);
}
