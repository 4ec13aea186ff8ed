// What an encrypting client asks its node for, over fetch as browsers have it.
import type {
  Claim,
  EncryptedContent,
  Payload,
  SignedAccountKey,
  SignedManifest,
  SignedRevocations,
} from '../../../src/e2ee.ts';

export interface UserKeys {
  account_key?: SignedAccountKey;
  revocations?: SignedRevocations;
  manifests: SignedManifest[];
}
export interface ToDeviceMessage {
  id: string;
  sender: string;
  sender_device: string;
  type: string;
  content: Payload['content'];
}
export interface RoomEvent {
  event_id: string;
  event: { room_id: string; sender: string; type: string };
  content?: EncryptedContent;
}
export interface News {
  next_batch: string;
  rooms: { joined: { [room: string]: { timeline: { events: RoomEvent[] } } } };
  device_lists: { changed: string[]; left: string[] };
  to_device: ToDeviceMessage[];
}
export type Claims = { [user: string]: { [device: string]: Claim } };

const password = 'correct horse battery';

/** A refusal of the node. */
export class Refused extends Error {
  readonly errcode: string;

  constructor(what: string, errcode: string) {
    super(`${what}: ${errcode}`);
    this.errcode = errcode;
  }
}

/** The client API of a node, for one device that is logged in. */
export class NodeApi {
  readonly user: string;
  readonly device: string;
  readonly #node: string;
  readonly #token: string;

  private constructor(node: string, grant: { user_id: string; device_id: string; access_token: string }) {
    this.user = grant.user_id;
    this.device = grant.device_id;
    this.#node = node;
    this.#token = grant.access_token;
  }

  /** A new account with its first device. @param node its name, at which it speaks HTTP. */
  static async register(node: string, username: string): Promise<NodeApi> {
    return new NodeApi(node, await ask(node, 'POST', '/register', undefined, { username, password }));
  }

  /** A further device. */
  static async login(node: string, user: string): Promise<NodeApi> {
    return new NodeApi(node, await ask(node, 'POST', '/login', undefined, { user, password }));
  }

  /** @throws Refused */
  call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    return ask(this.#node, method, path, this.#token, body);
  }

  /** Gives the node a blob, as it comes. @returns its media id. */
  async upload(blob: ReadableStream<Uint8Array>): Promise<string> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/octet-stream' };
    const url = urlOf(this.#node, '/media/upload');
    const answer = await fetch(url, { method: 'POST', headers, body: blob, duplex: 'half' });
    return (await read<{ media_id: string }>('upload', answer)).media_id;
  }

  /** Fetches a blob through the own node, wherever it is kept. */
  async download(node: string, mediaId: string): Promise<ReadableStream<Uint8Array>> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const answer = await fetch(urlOf(this.#node, `/media/${node}/${mediaId}`), { headers });
    if (answer.status !== 200 || answer.body === null) return read('download', answer);
    return answer.body;
  }
}

function urlOf(node: string, path: string): string {
  return `http://${node}/_eccp/client/v1${path}`;
}

async function ask<Answer>(
  node: string,
  method: string,
  path: string,
  token: string | undefined,
  body?: object,
): Promise<Answer> {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return read(`${method} ${path}`, await fetch(urlOf(node, path), request));
}

async function read<Answer>(what: string, answer: Response): Promise<Answer> {
  const body = (await answer.json()) as Answer & { errcode: string };
  if (!answer.ok) throw new Refused(what, body.errcode);
  return body;
}
