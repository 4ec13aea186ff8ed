// What a fake node sends: signed requests, right ones and those with a fault.
import type { Answer } from '../answer.ts';
import type { Json } from '../wire/json.ts';
import type { PeerKey } from './identity.ts';
import { digestOf, headerOf, newNonce, type Signed, signatureOf } from './request-signature.ts';
import type { Sender } from './setting.ts';

/** How a signed request departs from a right one. */
export interface RequestFaults {
  /** Members that are signed, and written, as they stand here. */
  signed?: Partial<Signed>;
  /** Members that are written otherwise than they were signed. */
  written?: Partial<Signed>;
  /** The key that signs; its id is written unless `signed` says otherwise. */
  key?: PeerKey;
  /** The body that is signed and sent in place of the right one. */
  body?: Uint8Array;
  /** Changes the signature. */
  signature?: (signature: string, signed: Signed, key: PeerKey) => string;
  /** Changes the header: none, or several. */
  header?: (text: string) => string[];
  /** What goes out in place of what was signed. */
  sent?: { method?: string; path?: (path: string) => string; body?: Uint8Array | undefined };
  /** Media type of the body. */
  contentType?: string;
  /** Headers besides. */
  headers?: Record<string, string>;
  /** Milliseconds until the other node counts as silent. */
  deadline?: number;
}

/** What goes out; objects as JSON, bytes as they stand. */
export interface Outgoing {
  method: string;
  path: string;
  body?: Json | Uint8Array;
}

/** A signed request that went out, and what came back. */
export interface Sent {
  authorization: readonly string[];
  /** What it was to bring; a fault may have sent something else. */
  body: Outgoing['body'];
  answer: Answer;
}

const sent = new WeakMap<Sender, Sent[]>();

/** What a fake node has sent so far, and what was answered. */
export function sentBy(peer: Sender): readonly Sent[] {
  return sent.get(peer) ?? [];
}

/** Signs and sends a request. */
export async function send(
  peer: Sender,
  { method, path, body }: Outgoing,
  faults: RequestFaults = {},
): Promise<Answer> {
  const { target, targetName, trace } = peer.setting;
  const right = body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const bytes = faults.body ?? right;
  const key = faults.key ?? peer.identity.requestKey ?? peer.identity.key;
  const signed: Signed = {
    method,
    uri: path,
    origin: peer.name,
    destination: targetName,
    key: key.id,
    ts: Date.now(),
    nonce: newNonce(),
    digest: digestOf(bytes),
    ...faults.signed,
  };
  const signature = faults.signature?.(signatureOf(signed, key), signed, key) ?? signatureOf(signed, key);
  const header = headerOf({ ...signed, ...faults.written }, signature);
  const authorization = faults.header?.(header) ?? [header];
  const line = { method, body: bytes, ...faults.sent, path: faults.sent?.path?.(path) ?? path };
  const answer = await target.send(
    {
      who: peer.name,
      method: line.method,
      path: line.path,
      ...(line.body === undefined ? {} : { body: line.body }),
      headers: {
        ...(authorization.length === 0 ? {} : { Authorization: authorization }),
        ...(line.body === undefined ? {} : { 'content-type': faults.contentType ?? 'application/json' }),
        ...faults.headers,
      },
      ...(faults.deadline === undefined ? {} : { deadline: faults.deadline }),
    },
    trace,
  );
  sent.set(peer, [...sentBy(peer), { authorization, body, answer }]);
  return answer;
}
