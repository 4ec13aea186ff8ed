// A client as short as tests need it.
import { Agent, request } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
  body: any;
}

const kept = { keepAlive: true, maxSockets: 64 };

/** Calls the APIs of one node over connections that are kept. */
export class Client {
  readonly #url: string;
  readonly #request: typeof request;
  readonly #agent: Agent;

  /** @param ca for https: the certificate that vouches for the node's, in PEM. */
  constructor(url: string, ca?: string) {
    this.#url = url;
    this.#request = ca === undefined ? request : tlsRequest;
    this.#agent = ca === undefined ? new Agent(kept) : new TlsAgent({ ...kept, ca });
  }

  /** Calls the client API. @param more headers. @throws Error when no whole answer came. */
  call(method: string, path: string, token?: string, body?: unknown, more?: object): Promise<Answer> {
    const authorization = token === undefined ? undefined : `Bearer ${token}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    return this.send(method, `/_eccp/client/v1${path}`, authorization, text, more);
  }

  /**
   * Calls any API.
   *
   * @param target the path as it is sent.
   * @param more headers.
   * @throws Error when no whole answer came.
   */
  send(method: string, target: string, authorization?: string, text?: string, more: object = {}): Promise<Answer> {
    const headers = {
      ...more,
      ...(authorization === undefined ? {} : { authorization }),
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    return new Promise((resolve, reject) => {
      const call = this.#request(`${this.#url}${target}`, { method, headers, agent: this.#agent }, (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (part) => (answer += part));
        response.on('error', reject);
        response.on('end', () => {
          if (!response.complete) reject(new Error('the answer broke off'));
          else resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) });
        });
      });
      call.on('error', reject);
      call.end(text);
    });
  }

  /** @throws Error unless the answer is a success. */
  async must(method: string, path: string, token?: string, body?: unknown): Promise<Answer['body']> {
    const answer = await this.call(method, path, token, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async register(username: string): Promise<{ token: string; userId: string; deviceId: string }> {
    const grant = await this.must('POST', '/register', undefined, { username, password: 'correct horse battery' });
    return { token: grant.access_token, userId: grant.user_id, deviceId: grant.device_id };
  }

  /** A room that takes plain messages, and power for anybody, unless `body` says otherwise. */
  async createRoom(token: string, body: object = {}): Promise<string> {
    return encodeURIComponent(
      (await this.must('POST', '/rooms', token, { encrypted: false, requireVerified: false, ...body })).room_id,
    );
  }

  /** A room's whole log as the user may read it, oldest first. */
  async log(token: string, room: string): Promise<Answer['body'][]> {
    const events: Answer['body'][] = [];
    let from = '';
    for (;;) {
      const page = await this.must('GET', `/rooms/${room}/messages?dir=f&limit=100${from}`, token);
      events.push(...page.events);
      if (page.next === undefined) return events;
      from = `&from=${page.next}`;
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}
