import type { AccountData } from '../../services/account-data.ts';
import type { Accounts } from '../../services/accounts.ts';
import type { Deactivation } from '../../services/deactivation.ts';
import type { AccountExports } from '../../services/export.ts';
import type { Handlers } from '../types.ts';
import { contentOf } from './content.ts';

type AccountHandlers = Pick<
  Handlers,
  | 'register'
  | 'login'
  | 'logout'
  | 'getAccount'
  | 'changePassword'
  | 'deactivateAccount'
  | 'exportAccount'
  | 'getAccountData'
  | 'putAccountData'
  | 'getRoomAccountData'
  | 'putRoomAccountData'
>;

export function accountHandlers({
  accounts,
  deactivation,
  exports,
  accountData,
}: {
  accounts: Accounts;
  deactivation: Deactivation;
  exports: AccountExports;
  accountData: AccountData;
}): AccountHandlers {
  return {
    register: async ({ body }) => ({ status: 201, body: await accounts.register(body) }),
    login: async ({ body, address }) => ({ status: 200, body: await accounts.login(body, address) }),
    logout: async ({ session }) => {
      await accounts.logout(session);
      return { status: 200, body: {} };
    },
    getAccount: async ({ session }) => ({ status: 200, body: await accounts.describe(session) }),
    changePassword: async ({ session, body, address }) => ({
      status: 200,
      body: await accounts.changePassword(session, body.old_password, body.new_password, address),
    }),
    deactivateAccount: async ({ session, body, address }) => {
      await deactivation.deactivate(session, body.password, address);
      return { status: 200, body: {} };
    },
    exportAccount: async ({ session }) => ({ status: 200, body: await exports.of(session) }),
    getAccountData: async ({ session, params }) => ({
      status: 200,
      body: await accountData.get(session.userId, undefined, params.type),
    }),
    putAccountData: async ({ session, params, body }) => {
      await accountData.put(session.userId, undefined, params.type, contentOf(body));
      return { status: 200, body: {} };
    },
    getRoomAccountData: async ({ session, params }) => ({
      status: 200,
      body: await accountData.get(session.userId, params.roomId, params.type),
    }),
    putRoomAccountData: async ({ session, params, body }) => {
      await accountData.put(session.userId, params.roomId, params.type, contentOf(body));
      return { status: 200, body: {} };
    },
  };
}
