// Stands where a node's peers believe it to be, passes everything on, and sees how large it is.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Wiretap {
  /** Where the node listens. */
  target = 0;
  /** How long the bodies of the transactions were that came by, in bytes. */
  readonly sizes: number[] = [];
  readonly #server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    if (method === 'POST' && url?.endsWith('/transactions')) this.sizes.push(Number(headers['content-length']));
    const options = { host: '127.0.0.1', port: this.target, method, path: url, headers };
    const passed = request(options, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => asked.socket.destroy());
    asked.pipe(passed);
  });

  /** @returns the name that a node behind it is to have. */
  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
