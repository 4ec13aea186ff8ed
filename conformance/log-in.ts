// Further devices of a scenario's actors.
import { isNeighbour } from './other-node.ts';
import { type EccpWorld, STRANGER } from './world.ts';

/** Logs a user in on another device: from then on there is `Alice on "phone"`, too. */
export async function logIn(world: EccpWorld, name: string, device: string, scopes?: string[]): Promise<void> {
  const session = await world.actor(name);
  const { username: user, password } = session.account;
  const body = { user, password, device_name: device, ...(scopes ? { scopes } : {}) };
  const { device_id, access_token } = await world.read(isNeighbour(name) ? name : STRANGER, 'login', { body });
  world.run.redactor.add(String(access_token));
  const key = `${name} on "${device}"`;
  world.sessions.set(key, {
    name: key,
    account: session.account,
    deviceId: String(device_id),
    token: String(access_token),
  });
}
