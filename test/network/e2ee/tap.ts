// Stands where a node is believed to be, by its peers and its clients, and keeps every byte that goes in or out.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export class Tap {
  /** Where the node listens. */
  target = 0;
  /** For each direction of each connection, what went by. */
  readonly #heard: Buffer[][] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((caller) => {
    const node = connect(this.target, '127.0.0.1');
    this.#pass(caller, node);
    this.#pass(node, caller);
  });

  /** @returns the name that the node behind it is to have. */
  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Everything that went by so far: one piece for each direction of each connection. */
  traffic(): Buffer[] {
    return this.#heard.map((parts) => Buffer.concat(parts));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #pass(from: Socket, to: Socket): void {
    const parts: Buffer[] = [];
    this.#heard.push(parts);
    this.#sockets.add(from);
    from.on('data', (part) => parts.push(part));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.pipe(to);
  }
}
