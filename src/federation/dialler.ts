// The only place where the node opens a connection to a peer.
import { once } from 'node:events';
import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as plainRequest,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls';
import { DialError, explained } from './dial-error.ts';
import { authority, type Target } from './target.ts';

/** A request to a peer. */
export interface Asking {
  readonly method: 'GET' | 'POST';
  /** The request target as it is sent. */
  readonly path: string;
  /** Made anew for each attempt, because a signature is good once. */
  readonly headers?: () => OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** How large the answer may be. */
  readonly maxBytes: number;
  /** Milliseconds for all of it, from waiting for a connection to the last byte. */
  readonly timeoutMs: number;
}

/** A request whose answer is taken as it comes. */
export interface Streaming {
  readonly path: string;
  /** Made anew for each attempt. */
  readonly headers: () => OutgoingHttpHeaders;
  /** Milliseconds for which nothing may come. */
  readonly idleMs: number;
  /** Aborted by who asks. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Dialler.askFirst: what discovery needs of the dialler. */
export type Ask = (targets: readonly Target[], asking: Asking) => Promise<Answer>;

/**
 * One connection serves many requests; an idle one is closed before the peer, who may wait no longer than this, closes it under a
 * request. The limits keep a peer that never answers, or a crowd of them, from using up the node's sockets.
 */
const pool = { keepAlive: true, timeout: 15_000, maxSockets: 8, maxTotalSockets: 256 };
/** Milliseconds after which the next address of a host is tried beside the one before. */
const nextAddressAfter = 1_000;

export class Dialler {
  readonly #roots: string | undefined;
  readonly #plain = new Agent(pool);
  readonly #tls = new TlsAgent(pool);
  readonly #closed = new AbortController();
  #context: SecureContext | undefined;

  /** @param trustedRoots certificates in PEM that vouch for peers in place of the system's. */
  constructor(trustedRoots?: string) {
    this.#roots = trustedRoots;
  }

  /** @throws DialError. Every answer of HTTP is an answer, a redirect too: none is followed. */
  async ask(target: Target, asking: Asking): Promise<Answer> {
    const signal = this.#until(asking.timeoutMs);
    try {
      return await this.#attempt(target, asking, signal).catch((error: unknown) => {
        if (!(error instanceof StaleConnection)) throw error;
        return this.#attempt(target, asking, signal, true); // the pool may have more that are closed
      });
    } catch (error) {
      throw explained(error, signal);
    }
  }

  /** Asks the first of some targets that can be reached; none keeps the others from their share of the time. */
  async askFirst(targets: readonly Target[], asking: Asking): Promise<Answer> {
    const end = performance.now() + asking.timeoutMs;
    for (const [i, target] of targets.entries()) {
      const timeoutMs = Math.max(0, Math.ceil((end - performance.now()) / (targets.length - i)));
      try {
        return await this.ask(target, { ...asking, timeoutMs });
      } catch (error) {
        if (i === targets.length - 1 || !(error instanceof DialError)) throw error;
      }
    }
    throw new DialError('there is no place to ask at');
  }

  /**
   * Asks on a connection of its own, and gives the answer as it comes: for what is too large to wait for, and must not keep others
   * waiting meanwhile. Whoever takes the answer has to read it or to destroy it.
   *
   * @param asking `idleMs` is how long nothing may come, in milliseconds.
   * @throws DialError
   */
  async stream(targets: readonly Target[], asking: Streaming): Promise<IncomingMessage> {
    for (const [i, target] of targets.entries()) {
      try {
        return await this.#streamFrom(target, asking);
      } catch (error) {
        if (i === targets.length - 1 || !(error instanceof DialError) || asking.signal.aborted) throw error;
      }
    }
    throw new DialError('there is no place to ask at');
  }

  /** Opens a connection of its own, for the diagnosis. */
  async connect(target: Target, timeoutMs: number): Promise<Socket> {
    const signal = this.#until(timeoutMs);
    const socket = connect({ ...dialled(target) });
    return settled(socket, once(socket, 'connect', { signal }), signal);
  }

  /** Shakes hands on a connection, for the diagnosis. */
  async secure(target: Target, socket: Socket, timeoutMs: number): Promise<TLSSocket> {
    const signal = this.#until(timeoutMs);
    const secured = tlsConnect({ ...this.#secured(target), host: target.host, socket });
    return settled(secured, once(secured, 'secureConnect', { signal }), signal);
  }

  /** Ends every request and connection. */
  close(): void {
    this.#closed.abort(new DialError('the node is stopping'));
    this.#plain.destroy();
    this.#tls.destroy();
  }

  async #streamFrom(target: Target, { path, headers, idleMs, signal }: Streaming): Promise<IncomingMessage> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DialError('no answer in time')), idleMs);
    const ended = AbortSignal.any([this.#closed.signal, signal, late.signal]);
    try {
      const response = await this.#begin(target, { method: 'GET', path, headers }, ended, true);
      response.socket.setTimeout(idleMs, () => response.destroy(new DialError('nothing came for a while')));
      return response;
    } catch (error) {
      throw explained(error, ended);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param isFresh whether it takes a connection of its own, and not one of the pool. */
  async #attempt(target: Target, asking: Asking, signal: AbortSignal, isFresh = false): Promise<Answer> {
    const response = await this.#begin(target, asking, signal, isFresh);
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of response) {
      size += part.length;
      if (size > asking.maxBytes) throw new DialError(`the answer is larger than ${asking.maxBytes} bytes`); // ends the connection
      parts.push(part);
    }
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) };
  }

  /** Sends the request, and gives the answer once its head is there. */
  async #begin(
    target: Target,
    asking: Pick<Asking, 'method' | 'path' | 'headers' | 'body'>,
    signal: AbortSignal,
    isFresh: boolean,
  ): Promise<IncomingMessage> {
    const { method, path, body } = asking;
    const headers = { accept: 'application/json', ...asking.headers?.(), host: authority(target) };
    const options = { ...dialled(target), method, path, headers, signal };
    const request = target.tls
      ? tlsRequest({ ...options, ...this.#secured(target), agent: !isFresh && this.#tls })
      : plainRequest({ ...options, agent: !isFresh && this.#plain });
    request.on('error', () => {}); // one may come after the answer has begun, which then ends with an error of its own
    request.end(body);
    const [response] = await once(request, 'response').catch((error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && !signal.aborted && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      throw stale ? new StaleConnection() : error;
    });
    return response;
  }

  #secured({ servername = '' }: Target) {
    this.#context ??= createSecureContext({ ...this.#authorities(), minVersion: 'TLSv1.3' });
    // Said, because an environment variable could turn it off.
    return { servername, secureContext: this.#context, rejectUnauthorized: true };
  }

  /** A system without certificates leaves those that Node.js brings. */
  #authorities(): { ca?: string | string[] } {
    if (this.#roots !== undefined) return { ca: this.#roots };
    const system = getCACertificates('system');
    return system.length === 0 ? {} : { ca: [...new Set([...system, ...getCACertificates('extra')])] };
  }

  #until(timeoutMs: number): AbortSignal {
    return AbortSignal.any([this.#closed.signal, AbortSignal.timeout(timeoutMs)]);
  }
}

/** A connection from the pool that the peer had closed: the request did not get through, and may be made again. */
class StaleConnection extends Error {}

/** The name is not looked up again: a second answer could be another one, which nobody checked. */
function dialled({ host, port, addresses }: Target) {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_host, options, done) => {
    const [first] = all;
    if (options.all || first === undefined) done(null, all);
    else done(null, first.address, first.family);
  };
  return { host, port, lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: nextAddressAfter };
}

async function settled<T extends Socket>(socket: T, event: Promise<unknown>, signal: AbortSignal): Promise<T> {
  socket.on('error', () => {}); // one that comes later is nobody's
  try {
    await event;
    return socket;
  } catch (error) {
    socket.destroy();
    throw explained(error, signal);
  }
}
