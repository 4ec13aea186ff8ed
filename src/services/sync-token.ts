import { EccpError } from '../core/errors.ts';
import type { DeviceId } from '../generated/api.ts';

/** How far a client has been told: a position of the node's stream, a serial of typing, and a position in the queue of one device. */
export interface SyncToken {
  readonly stream: number;
  readonly typing: number;
  readonly toDevice: number;
}

/** @param deviceId whose queue it speaks of: with another device's token nothing is acknowledged (TDM-023). */
export function formatToken({ stream, typing, toDevice }: SyncToken, deviceId: DeviceId): string {
  return `${stream}.${typing}.${toDevice}.${deviceId}`;
}

/**
 * @param last the stream's last position: a token beyond it is not one of this node's.
 * @param deviceId the device that has it.
 * @throws EccpError ECCP_BAD_PARAM (SYNC-006)
 */
export function parseToken(text: string, last: number, deviceId: DeviceId): SyncToken {
  // Tokens of before there were queues end with the second number.
  const match = /^(0|[1-9]\d{0,14})\.([1-9]\d{0,14})(?:\.(0|[1-9]\d{0,14})\.([A-Z0-9]{8,16}))?$/.exec(text);
  const stream = Number(match?.[1]);
  if (match === null || stream > last) {
    throw new EccpError('ECCP_BAD_PARAM', 'Not a token that this node gave.', { path: 'since' });
  }
  return { stream, typing: Number(match[2]), toDevice: match[4] === deviceId ? Number(match[3]) : 0 };
}
