// What fake nodes show to those who connect to them (section 14.3).
import { Given, Then } from '@cucumber/cucumber';
import { expectEqual, HarnessError } from '../outcome.ts';
import { hostOf } from '../peer/setting.ts';
import { TLS_FAULTS } from '../peer/tls-faults.ts';
import type { EccpWorld } from '../world.ts';

// Given the peer shows "a certificate for another host"   (one of TLS_FAULTS)
Given('{peer} shows {string}', async function (this: EccpWorld, alias: string, what: string) {
  const fault = TLS_FAULTS[what];
  if (!fault) throw new HarnessError(`nobody shows "${what}"; there are ${Object.keys(TLS_FAULTS).join(', ')}`);
  const peer = await this.peer(alias);
  const { authority } = peer.setting;
  if (!authority) throw new HarnessError('the scenario needs @tls-peers: fake nodes speak plain HTTP in this run');
  peer.present(fault(authority, hostOf(peer.setting)));
});

// Then nothing was sent to the peer   (no request came, signed or not)
Then('nothing was sent to {peer}', async function (this: EccpWorld, alias: string) {
  const { requests } = await this.peer(alias);
  expectEqual(requests.map(({ method, uri }) => `${method} ${uri}`).join(', '), '', 'the requests that came');
});
