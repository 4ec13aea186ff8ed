// How long a request may take to come in: a whole time for most, so that nobody holds a connection for good, and for a blob a time for each pause.
import type { IncomingMessage, ServerResponse } from 'node:http';

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/**
 * Begins to count. A request that has no body has come already.
 *
 * @param ms how long it may take.
 * @param late is called, with the error that Node.js has for it, when the time is over.
 */
export function limitReading(
  request: IncomingMessage,
  response: ServerResponse,
  ms: number,
  late: (error: Error) => void,
): void {
  const { headers } = request;
  if (headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0') return;
  const timer = setTimeout(() => {
    if (request.complete || request.socket.destroyed) return;
    late(Object.assign(new Error('the request was not complete in time'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }));
  }, ms);
  timer.unref();
  timers.set(request, timer);
  // What was answered early is still being read, and thrown away.
  response.once('close', () => {
    if (request.complete || request.socket.destroyed) clearTimeout(timer);
  });
}

/** The parts of a request's body, each of which begins the time anew. */
export async function* paced(request: IncomingMessage, parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const timer = timers.get(request);
  for await (const part of parts) {
    timer?.refresh();
    yield part;
  }
}
