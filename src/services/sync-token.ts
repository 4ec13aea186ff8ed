import { EccpError } from '../core/errors.ts';

/** How far a client has been told: a position of the node's stream, and a serial of typing. */
export interface SyncToken {
  readonly stream: number;
  readonly typing: number;
}

export function formatToken({ stream, typing }: SyncToken): string {
  return `${stream}.${typing}`;
}

/**
 * @param last the stream's last position: a token beyond it is not one of this node's.
 * @throws EccpError ECCP_BAD_PARAM (SYNC-006)
 */
export function parseToken(text: string, last: number): SyncToken {
  const match = /^(0|[1-9]\d{0,14})\.([1-9]\d{0,14})$/.exec(text);
  const stream = Number(match?.[1]);
  if (match === null || stream > last) {
    throw new EccpError('ECCP_BAD_PARAM', 'Not a token that this node gave.', { path: 'since' });
  }
  return { stream, typing: Number(match[2]) };
}
