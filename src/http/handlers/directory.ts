import type { Directory } from '../../services/directory.ts';
import type { Handlers } from '../types.ts';

export function directoryHandlers(
  directory: Directory,
): Pick<Handlers, 'getAlias' | 'putAlias' | 'deleteAlias' | 'listDirectory'> {
  return {
    getAlias: async ({ session, params }) => ({
      status: 200,
      body: { room_id: await directory.resolve(session.userId, params.alias) },
    }),
    putAlias: async ({ session, params, body }) => {
      await directory.put(session.userId, params.alias, body.room_id);
      return { status: 200, body: {} };
    },
    deleteAlias: async ({ session, params }) => {
      await directory.delete(session.userId, params.alias);
      return { status: 200, body: {} };
    },
    listDirectory: async ({ query }) => ({ status: 200, body: await directory.list(query) }),
  };
}
