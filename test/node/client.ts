// A client as short as tests need it.
import { Agent, request } from 'node:http';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
  body: any;
}

/** Calls the client API of one node over connections that are kept. */
export class Client {
  readonly #base: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(url: string) {
    this.#base = `${url}/_eccp/client/v1`;
  }

  /** @throws Error when no whole answer came. */
  call(method: string, path: string, token?: string, body?: unknown): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    return new Promise((resolve, reject) => {
      const call = request(`${this.#base}${path}`, { method, headers, agent: this.#agent }, (response) => {
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

  async register(username: string): Promise<{ token: string; userId: string }> {
    const grant = await this.must('POST', '/register', undefined, { username, password: 'correct horse battery' });
    return { token: grant.access_token, userId: grant.user_id };
  }

  async createRoom(token: string, body: object = {}): Promise<string> {
    return encodeURIComponent((await this.must('POST', '/rooms', token, body)).room_id);
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
