import { Given } from '@cucumber/cucumber';
import { type EccpWorld, STRANGER } from '../../world.ts';

// Given Alice has an account
// Given Alice, Bob and Carol have accounts
Given('{actors} has/have (an )account(s)', async function (this: EccpWorld, names: string[]) {
  await Promise.all(names.map((name) => this.actor(name)));
});

// Given Alice is also logged in on "phone"
Given('{actor} is also logged in on {string}', async function (this: EccpWorld, name: string, device: string) {
  const { account } = await this.actor(name);
  await logIn(this, name, device, { user: account.username, password: account.password, device_name: device });
});

// Given Alice is also logged in on "reader" with the scopes "read"
Given(
  '{actor} is also logged in on {string} with the scopes {string}',
  async function (this: EccpWorld, name: string, device: string, scopes: string) {
    const { account } = await this.actor(name);
    const body = {
      user: account.username,
      password: account.password,
      device_name: device,
      scopes: scopes.split(/,? /),
    };
    await logIn(this, name, device, body);
  },
);

async function logIn(
  world: EccpWorld,
  name: string,
  device: string,
  body: Record<string, string | string[]>,
): Promise<void> {
  const session = await world.actor(name);
  session.account.spent = true;
  const { device_id, access_token } = await world.read(STRANGER, 'login', { body });
  world.run.redactor.add(String(access_token));
  const key = `${name} on "${device}"`;
  world.sessions.set(key, {
    name: key,
    account: session.account,
    deviceId: String(device_id),
    token: String(access_token),
  });
}
