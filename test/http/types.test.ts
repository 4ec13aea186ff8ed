// These declarations are the test: the compiler must refuse every line below an @ts-expect-error.
import { test } from 'node:test';
import type { RoomId } from '../../src/generated/api.ts';
import type { Handlers } from '../../src/http/types.ts';

export const compiles: Pick<Handlers, 'joinRoom' | 'sync' | 'getHealth' | 'sendEvent' | 'createRoom' | 'listMessages'> =
  {
    // @ts-expect-error: 418 is not an answer of this operation
    joinRoom: async ({ params, body, session }) => {
      const id: RoomId = params.roomId;
      const reason: string | undefined = body?.reason;
      // @ts-expect-error: a scoped operation's session has a user
      const none: undefined = session;
      console.log(id, reason, session.userId, none);
      return { status: 418, body: {} };
    },
    // @ts-expect-error: the body lacks next_batch
    sync: async ({ query }) => {
      const timeout: number = query.timeout;
      return { status: 200, body: { rooms: timeout } };
    },
    getHealth: async ({ session }) => {
      const none: undefined = session;
      throw none;
    },
    sendEvent: async ({ headers }) => {
      const key: string | undefined = headers['Idempotency-Key'];
      // @ts-expect-error: not a declared header
      console.log(headers.Cookie, key);
      throw key;
    },
    createRoom: async ({ params }) => {
      // @ts-expect-error: the path has no parameters
      const id: RoomId = params.roomId;
      throw id;
    },
    listMessages: async ({ query }) => {
      const page: number = query.limit;
      // @ts-expect-error: `from` may be absent
      const from: number = query.from;
      throw page + from;
    },
  };

test('the handler types refuse what the documents do not say', () => {});
