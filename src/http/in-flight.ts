// The requests that have no answer yet, so that a stopping node can hurry them.
import type { ServerResponse } from 'node:http';

export class InFlight {
  readonly #stopping: AbortSignal;
  readonly #open = new Map<ServerResponse, AbortController | undefined>();

  /** @param stopping aborted when the node stops */
  constructor(stopping: AbortSignal) {
    this.#stopping = stopping;
    // One listener for all: one for each request would pile up on the long-lived signal, and so would AbortSignal.any.
    stopping.addEventListener('abort', () => {
      for (const [response, controller] of this.#open) {
        endConnection(response);
        controller?.abort(stopping.reason);
      }
    });
  }

  /** To be called when a request comes. */
  enter(response: ServerResponse): void {
    if (this.#stopping.aborted) endConnection(response);
    this.#open.set(response, undefined);
  }

  /** To be called when its answer is out, or when the caller has gone before that. */
  leave(response: ServerResponse): void {
    const controller = this.#open.get(response);
    this.#open.delete(response);
    if (!response.writableFinished) controller?.abort();
  }

  /** Aborted when the caller has gone before the answer, and when the node stops. Made on demand: few handlers wait. */
  signalOf(response: ServerResponse): AbortSignal {
    if (this.#stopping.aborted) return this.#stopping;
    const controller = this.#open.get(response) ?? new AbortController();
    if (this.#open.has(response)) this.#open.set(response, controller);
    else controller.abort();
    return controller.signal;
  }
}

function endConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
