import { Given } from '@cucumber/cucumber';
import { logIn } from '../../log-in.ts';
import type { EccpWorld } from '../../world.ts';

// Given Alice has an account
// Given Alice, Bob and Carol have accounts
Given('{actors} has/have (an )account(s)', async function (this: EccpWorld, names: string[]) {
  await Promise.all(names.map((name) => this.actor(name)));
});

// Given Alice is also logged in on "phone"
Given('{actor} is also logged in on {string}', async function (this: EccpWorld, name: string, device: string) {
  await logIn(this, name, device);
});

// Given Alice is also logged in on "reader" with the scopes "read"
Given(
  '{actor} is also logged in on {string} with the scopes {string}',
  async function (this: EccpWorld, name: string, device: string, scopes: string) {
    await logIn(this, name, device, scopes.split(/,? /));
  },
);
