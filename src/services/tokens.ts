import { createHash } from 'node:crypto';
import type { DeviceId } from '../generated/api.ts';
import type { Environment } from './environment.ts';

/** A new access token: 256 random bits (ACC-050). */
export function newToken(environment: Environment): string {
  return Buffer.from(environment.random(32)).toString('base64url');
}

/** What the node keeps of a token (ACC-051). A plain hash is enough: nobody guesses 256 bits. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

const deviceAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Ten characters of 5 random bits each; whoever stores it checks that the account never had it (DEV-001). */
export function newDeviceId(environment: Environment): DeviceId {
  return Array.from(environment.random(10), (byte) => deviceAlphabet[byte % 32]).join('') as DeviceId;
}
