// What comes of asking a peer, in the codes of section 14.4.
import { type Json, type JsonObject, parseStrict } from '../core/canonical-json.ts';
import { EccpError, type ErrorDetails } from '../core/errors.ts';
import { isObject } from '../core/members.ts';
import { type Errcode, errors } from '../generated/errors.ts';
import type { Answer } from './dialler.ts';

/** A refusal that came from the peer, in place of one that this node came to itself. */
export class PeerRefusal extends EccpError {}

/** Longer sentences of a peer are cut: they go into logs and answers. */
const maxSentence = 200;

/**
 * What the answer says.
 *
 * @throws PeerRefusal with the peer's code and `retry_after_ms`. @throws EccpError ECCP_UNREACHABLE for an answer that no node gives;
 *   the code of chapter 2 for JSON that it forbids.
 */
export function readAnswer(node: string, { status, headers, body }: Answer): Json {
  const isJson = /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
  if (status === 200 && isJson) return parseStrict(body);
  if (status === 200) throw notANode(node, 'an answer that is not declared as application/json');
  if (status >= 300 && status < 400) throw notANode(node, 'a redirect, which is not followed');
  const refusal = isJson ? readRefusal(node, body) : undefined;
  throw refusal ?? notANode(node, `status ${status} without a refusal that this protocol knows`);
}

/** A peer that has no address but closed ones. The error does not tell which (PEER-032). */
export function closed(node: string, cause: unknown): EccpError {
  return new EccpError('ECCP_POLICY_DENIED', `${node} has no address that this node may dial.`, {}, { cause });
}

/** @param reason for everybody, so without addresses. */
export function unreachable(node: string, reason: string, cause?: unknown): EccpError {
  return new EccpError('ECCP_UNREACHABLE', `${node} could not be reached: ${reason}.`, {}, { cause });
}

function notANode(node: string, came: string): EccpError {
  return unreachable(node, `it gave ${came}`);
}

function readRefusal(node: string, body: Buffer): PeerRefusal | undefined {
  let refusal: JsonObject;
  try {
    const value = parseStrict(body);
    if (!isObject(value)) return undefined;
    refusal = value;
  } catch {
    return undefined;
  }
  const { errcode, error, retry_after_ms: wait } = refusal;
  if (typeof errcode !== 'string' || !Object.hasOwn(errors, errcode) || typeof error !== 'string') return undefined;
  const details: ErrorDetails = typeof wait === 'number' && wait >= 0 ? { retry_after_ms: wait } : {};
  return new PeerRefusal(errcode as Errcode, `${node} refused: ${sentence(error)}`, details);
}

/** Nothing that would move a terminal's cursor or break a line. */
function sentence(text: string): string {
  return text.slice(0, maxSentence).toWellFormed().replace(/\p{C}/gu, ' ');
}
