import type { Devices } from '../../services/devices.ts';
import type { Handlers } from '../types.ts';

export function deviceHandlers(devices: Devices): Pick<Handlers, 'listDevices' | 'renameDevice' | 'revokeDevice'> {
  return {
    listDevices: async ({ session }) => ({ status: 200, body: { devices: await devices.list(session) } }),
    renameDevice: async ({ session, params, body }) => {
      await devices.rename(session, params.deviceId, body.name);
      return { status: 200, body: {} };
    },
    revokeDevice: async ({ session, params }) => {
      await devices.revoke(session, params.deviceId);
      return { status: 200, body: {} };
    },
  };
}
