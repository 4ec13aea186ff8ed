// What a user has beside the devices: the account key, and the recovery key on paper.
import {
  type KeyPair,
  type Manifest,
  newAccountKey,
  newRecoveryKey,
  openRecovery,
  type RecoveryBundle,
  readRecoveryKey,
  sealRecovery,
  signRevocations,
  writeRecoveryKey,
} from '../../../src/e2ee.ts';
import type { NodeApi } from './node-api.ts';

/** Makes the account key of a user who has none, and publishes it. */
export async function beginAccount(api: NodeApi): Promise<KeyPair> {
  const { pair, signed } = newAccountKey(api.user, Date.now());
  await api.call('PUT', '/keys/account', { account_key: signed });
  return pair;
}

/** Leaves the account key with the node, in a bundle that it cannot open. @returns what the user writes down. */
export async function keepForRecovery(api: NodeApi, accountSecret: string): Promise<string> {
  const key = newRecoveryKey();
  const account_key = { version: 1, seed: accountSecret };
  const bundle = sealRecovery(key, api.user, 1, { v: 1, account_key, pins: {} });
  await api.call('PUT', '/account_data/eccp.recovery', bundle);
  return writeRecoveryKey(key);
}

/** On a new device. @param written what the user typed in. @returns the private account key. */
export async function recover(api: NodeApi, written: string): Promise<string> {
  const bundle = await api.call<RecoveryBundle>('GET', '/account_data/eccp.recovery');
  return openRecovery(readRecoveryKey(written), api.user, 0, bundle).account_key.seed;
}

/** Tells everybody that a device is the user's no longer. It is the first that this user revokes. */
export async function revoke(api: NodeApi, accountSecret: string, { device, ed25519 }: Manifest): Promise<void> {
  const revocations = { v: 1 as const, user: api.user, version: 1, revoked: [{ device, ed25519 }] };
  await api.call('PUT', '/keys/account', { revocations: signRevocations(revocations, accountSecret) });
}
