import type { Receipts } from '../../services/receipts.ts';
import type { Sync } from '../../services/sync.ts';
import type { Typing } from '../../services/typing.ts';
import type { Handlers } from '../types.ts';

export function syncHandlers({
  sync,
  receipts,
  typing,
}: {
  sync: Sync;
  receipts: Receipts;
  typing: Typing;
}): Pick<Handlers, 'sync' | 'putReceipt' | 'putTyping'> {
  return {
    sync: async ({ session, query, signal }) => ({ status: 200, body: await sync.sync(session, query, signal) }),
    putReceipt: async ({ session, params, body }) => {
      await receipts.put(session.userId, params.roomId, body.event_id);
      return { status: 200, body: {} };
    },
    putTyping: async ({ session, params, body }) => {
      await typing.put(session.userId, params.roomId, body.typing, body.timeout_ms);
      return { status: 200, body: {} };
    },
  };
}
