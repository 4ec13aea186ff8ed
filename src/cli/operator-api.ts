// How commands reach the running node: by what it has left in its data directory (operator.ts).
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { type OperatorFile, operatorFile } from '../operator.ts';
import { CommandError } from './command.ts';

const base = '/_eccp/admin/v1';
const answerTimeoutMs = 30_000;

/** The admin API of the node that runs with a data directory. */
export class OperatorApi {
  readonly #file: string;
  readonly #operator: OperatorFile;

  private constructor(file: string, operator: OperatorFile) {
    this.#file = file;
    this.#operator = operator;
  }

  /** @throws CommandError when no node runs there, or this user may not administrate it. */
  static async find(dataDir: string): Promise<OperatorApi> {
    const file = operatorFile(dataDir);
    let content: string;
    try {
      content = await readFile(file, 'utf8');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT')
        throw new CommandError(
          `no node runs with the data directory ${dataDir}: start it, or name another with --data-dir`,
        );
      throw new CommandError(`${message}: run this as the user whom the node runs as`);
    }
    try {
      return new OperatorApi(file, JSON.parse(content) as OperatorFile);
    } catch {
      throw new CommandError(`${file} is damaged: restart the node, which writes it anew`);
    }
  }

  /**
   * @param path below the base of the admin API.
   * @returns the answer's body, which has not been checked against a schema.
   * @throws CommandError with the node's refusal, or why there is no answer.
   */
  async call<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const { status, answer } = await this.#send(method, path, body);
    if (status === 401) {
      throw new CommandError(
        `what listens at ${this.#operator.url} is another node than the one that wrote ${this.#file}: name the data directory of the one you mean with --data-dir`,
      );
    }
    if (status === 200) return answer as Answer;
    const { errcode, error } = (answer ?? {}) as { errcode?: unknown; error?: unknown };
    throw new CommandError(`the node refused this with ${errcode ?? status}: ${error ?? 'it does not say why'}`);
  }

  async #send(method: string, path: string, body: object | undefined): Promise<{ status: number; answer: unknown }> {
    const { url, token } = this.#operator;
    const content = body === undefined ? undefined : JSON.stringify(body);
    try {
      const response = await this.#open(
        `${url}${base}${path}`,
        {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(content === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
          },
          signal: AbortSignal.timeout(answerTimeoutMs),
        },
        content,
      );
      return { status: response.statusCode ?? 0, answer: JSON.parse(await text(response)) };
    } catch (error) {
      throw new CommandError(this.#explain(error as NodeJS.ErrnoException));
    }
  }

  #open(url: string, options: RequestOptions, content: string | undefined): Promise<IncomingMessage> {
    const { ca } = this.#operator;
    return new Promise((resolve, reject) => {
      const request =
        ca === undefined
          ? httpRequest(url, options, resolve)
          : httpsRequest(url, { ...options, ...pinned(ca) }, resolve);
      request.on('error', reject).end(content);
    });
  }

  #explain({ code, name, message }: NodeJS.ErrnoException): string {
    const { url } = this.#operator;
    if (code === 'ECONNREFUSED')
      return `nothing listens at ${url}: the node has ended without removing ${this.#file}; start it`;
    if (name === 'TimeoutError')
      return `the node at ${url} gave no answer in ${answerTimeoutMs / 1000} seconds: see its log`;
    return `the node at ${url} cannot be asked: ${message}; see its log, or restart it`;
  }
}

/** Trusts one certificate and no other. Its names do not matter: the node is asked at an address of this machine. */
function pinned(pem: string): RequestOptions {
  const { raw } = new X509Certificate(pem);
  return {
    ca: pem,
    allowPartialTrustChain: true,
    checkServerIdentity: (_, shown) =>
      raw.equals(shown.raw) ? undefined : new Error('it shows another certificate than the one that it announced'),
  };
}
