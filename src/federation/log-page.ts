import type { Json } from '../core/canonical-json.ts';
import { EccpError } from '../core/errors.ts';
import { isCount, isObject } from '../core/members.ts';
import type { NodeName, RoomId } from '../generated/api.ts';
import { unlessAborted } from './abortable.ts';

/** What asks other nodes. */
export interface SignedGet {
  signed(node: NodeName, method: 'GET', path: string): Promise<Json>;
}

/** Where a room of another node is asked for. */
export function roomPath(roomId: RoomId, what: 'head' | 'log' | 'snapshot'): string {
  return `/_eccp/federation/v1/rooms/${encodeURIComponent(roomId)}/${what}`;
}

/**
 * The entries of a log from a place on, not looked at otherwise, and the place of the last one that the peer has for this node.
 *
 * @throws EccpError what the peer answers; ECCP_UNREACHABLE or ECCP_GAP for an answer from which nobody can go on (PULL-037); the
 *   signal's reason.
 */
export async function logPage(
  client: SignedGet,
  roomId: RoomId,
  peer: NodeName,
  { from, limit }: { from: number; limit: number },
  signal: AbortSignal,
): Promise<{ entries: Json[]; head: number }> {
  const request = client.signed(peer, 'GET', `${roomPath(roomId, 'log')}?from=${from}&limit=${limit}`);
  const page = await unlessAborted(signal, request);
  const { entries, head } = isObject(page) ? page : {};
  const last = seqOf(head);
  if (!Array.isArray(entries) || entries.length > limit || !isCount(last)) throw unasked();
  if (entries.some((entry, i) => seqOf(entry) !== from + i)) throw unasked();
  if (entries.length === 0 && last >= from) throw new EccpError('ECCP_GAP', 'The peer keeps entries back.');
  return { entries, head: last };
}

/** The place of an entry, or null where none is told. */
export function seqOf(entry: Json | undefined): Json {
  return isObject(entry) && isObject(entry.entry) ? (entry.entry.seq ?? null) : null;
}

function unasked(): EccpError {
  return new EccpError('ECCP_UNREACHABLE', 'The answer is not the page of the log that was asked for.');
}
