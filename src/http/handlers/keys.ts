import type { DeviceKeys } from '../../services/device-keys.ts';
import type { Claims } from '../../services/prekeys.ts';
import type { ToDevice } from '../../services/to-device.ts';
import type { Handlers } from '../types.ts';

/** Keys of devices, and messages from device to device. */
export function keyHandlers({
  deviceKeys,
  claims,
  toDevice,
}: {
  deviceKeys: DeviceKeys;
  claims: Claims;
  toDevice: ToDevice;
}): Pick<Handlers, 'uploadKeys' | 'putAccountKeys' | 'queryKeys' | 'claimKeys' | 'sendToDevice'> {
  return {
    uploadKeys: async ({ session, body }) => ({ status: 200, body: await deviceKeys.upload(session, body) }),
    putAccountKeys: async ({ session, body }) => {
      await deviceKeys.putAccount(session, body);
      return { status: 200, body: {} };
    },
    claimKeys: async ({ session, body }) => ({ status: 200, body: await claims.claim(session, body) }),
    sendToDevice: async ({ session, params, body }) => ({
      status: 200,
      body: await toDevice.send(session, params.type, params.txnId, body.messages),
    }),
    queryKeys: async ({ session, body }) => ({ status: 200, body: await deviceKeys.query(session, body.users) }),
  };
}
