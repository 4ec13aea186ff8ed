import type { DeviceKeys } from '../../services/device-keys.ts';
import type { Handlers } from '../types.ts';

/** Keys of devices, and messages from device to device. */
export function keyHandlers({
  deviceKeys,
}: {
  deviceKeys: DeviceKeys;
}): Pick<Handlers, 'uploadKeys' | 'putAccountKeys' | 'queryKeys'> {
  return {
    uploadKeys: async ({ session, body }) => {
      await deviceKeys.upload(session, body);
      return { status: 200, body: {} };
    },
    putAccountKeys: async ({ session, body }) => {
      await deviceKeys.putAccount(session, body);
      return { status: 200, body: {} };
    },
    queryKeys: async ({ session, body }) => ({ status: 200, body: await deviceKeys.query(session, body.users) }),
  };
}
