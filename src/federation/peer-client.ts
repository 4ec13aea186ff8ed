// What this node asks of other nodes.
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Json, JsonObject } from '../core/canonical-json.ts';
import { toBase64url } from '../core/encoding.ts';
import { EccpError } from '../core/errors.ts';
import { signRequest } from '../core/request-signature.ts';
import type { SigningKey } from '../core/signing.ts';
import type { Diagnosis, NodeName } from '../generated/api.ts';
import { diagnose } from './diagnosis.ts';
import { ClosedError, DialError } from './dial-error.ts';
import { type Answer, type Ask, Dialler } from './dialler.ts';
import { Discovery } from './discovery.ts';
import { AddressRules } from './ip-ranges.ts';
import { closed, PeerRefusal, readAnswer, unreachable } from './peer-answer.ts';
import type { Resolver } from './resolver.ts';
import type { Target } from './target.ts';

export interface PeerClientOptions {
  /** This node's. */
  readonly name: string;
  /** The key to sign with now. */
  readonly key: () => SigningKey;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Bytes from a cryptographic random source. */
  readonly random: (length: number) => Uint8Array;
  readonly resolver: Resolver;
  readonly allowInsecureLoopback: boolean;
  /** Such as `10.0.0.0/8`. */
  readonly allowedRanges: readonly string[];
  /** Certificates in PEM that vouch for peers in place of the system's. */
  readonly trustedRoots?: string;
  /** @throws EccpError ECCP_POLICY_DENIED */
  readonly checkPolicy: (node: NodeName) => Promise<void>;
  /** Asked before a signed request. @throws EccpError ECCP_QUARANTINED */
  readonly checkQuarantine?: (node: NodeName) => Promise<void>;
  /** For the diagnosis: gets the peer's keys anew. */
  readonly fetchKeys: (node: NodeName) => Promise<void>;
  /** Milliseconds for an answer, and for each step of discovery. */
  readonly timeouts?: { readonly answer: number; readonly discovery: number };
}

const defaultTimeouts = { answer: 30_000, discovery: 10_000 }; // PEER-026, PEER-004
/** In bytes (PEER-027). A page of a log has as few entries as it takes to stay below. */
const maxAnswer = 8 * 1024 * 1024;
/** What is read of an answer that is no blob, in bytes. */
const maxRefusal = 64 * 1024;
/** What another node says that a user of this one can do something with. */
const passedOn: readonly string[] = ['ECCP_NOT_FOUND', 'ECCP_CAPABILITY', 'ECCP_LIMIT_EXCEEDED', 'ECCP_UNAVAILABLE'];
const nonceLength = 16;

export class PeerClient {
  readonly #options: PeerClientOptions;
  readonly #timeouts: { readonly answer: number; readonly discovery: number };
  readonly #dialler: Dialler;
  readonly #discovery: Discovery;

  /** @param ask fetches well-known documents, in place of the dialler, for tests. */
  constructor(options: PeerClientOptions, ask?: Ask) {
    const { resolver, allowedRanges, allowInsecureLoopback, now, random, trustedRoots } = options;
    this.#options = options;
    this.#timeouts = options.timeouts ?? defaultTimeouts;
    this.#dialler = new Dialler(trustedRoots);
    this.#discovery = new Discovery({
      resolver,
      ask: ask ?? ((targets, asking) => this.#dialler.askFirst(targets, asking)),
      rules: new AddressRules(allowedRanges),
      allowInsecureLoopback,
      now,
      random: () => Buffer.from(random(4)).readUInt32BE() / 2 ** 32,
      timeoutMs: this.#timeouts.discovery,
    });
  }

  /**
   * An unsigned GET: keys, version, capabilities.
   *
   * @param path the request target as it is sent, such as `/_eccp/federation/v1/keys?since=3`.
   * @throws EccpError the peer's own refusal (a PeerRefusal), ECCP_UNREACHABLE, ECCP_POLICY_DENIED, or the code of chapter 2 for an
   *   answer that is no such JSON.
   */
  async get(node: NodeName, path: string): Promise<Json> {
    await this.#options.checkPolicy(node);
    const answer = await this.#ask(node, 'GET', path, () => ({}), undefined, this.#timeouts.answer);
    return readAnswer(node, answer);
  }

  /**
   * A signed request.
   *
   * @param path the request target as it is sent, such as `/_eccp/federation/v1/transactions`.
   * @param body for POST.
   * @param timeoutMs for the answer, if not 30 s.
   * @throws EccpError the peer's own refusal (a PeerRefusal, with its `retry_after_ms`), ECCP_UNREACHABLE, ECCP_POLICY_DENIED,
   *   ECCP_QUARANTINED.
   */
  async signed(
    node: NodeName,
    method: 'GET' | 'POST',
    path: string,
    body?: JsonObject,
    timeoutMs = this.#timeouts.answer,
  ): Promise<Json> {
    await this.#options.checkPolicy(node);
    await this.#options.checkQuarantine?.(node);
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = () => ({
      authorization: this.#authorization(node, method, path, text),
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    });
    const answer = await this.#ask(node, method, path, headers, text === '' ? undefined : text, timeoutMs);
    try {
      return readAnswer(node, answer);
    } catch (error) {
      if (error instanceof PeerRefusal || !(error instanceof EccpError) || error.errcode === 'ECCP_UNREACHABLE')
        throw error;
      throw unreachable(node, `its answer breaks chapter 2: ${error.message}`, error); // its code would be taken for one of what was sent
    }
  }

  /**
   * A blob, as it comes: the answer has status 200, and has to be read or destroyed.
   *
   * @param signal aborted when nobody wants it any more.
   * @throws EccpError what `signed` throws, of the peer's own refusals only those that users can do something with (MED-059).
   */
  async blob(node: NodeName, path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const { checkPolicy, checkQuarantine } = this.#options;
    await checkPolicy(node);
    await checkQuarantine?.(node);
    const headers = () => ({
      accept: 'application/octet-stream',
      authorization: this.#authorization(node, 'GET', path, ''),
    });
    const asking = { path, headers, idleMs: this.#timeouts.answer, signal };
    const answer = await this.#dialled(node, (targets) => this.#dialler.stream(targets, asking));
    if (answer.statusCode === 200) return answer;
    throw await this.#refusal(node, answer);
  }

  /** Tries a peer step by step; finds everything anew. Never throws an EccpError: what failed is in the answer. */
  diagnose(node: NodeName): Promise<Diagnosis> {
    return diagnose(node, {
      policy: () => this.#options.checkPolicy(node),
      discovery: this.#discovery,
      dialler: this.#dialler,
      timeoutMs: this.#timeouts.discovery,
      keys: () => this.#options.fetchKeys(node),
      authentication: () => this.signed(node, 'POST', '/_eccp/federation/v1/transactions', {}),
    });
  }

  /** Ends every request and connection. */
  close(): void {
    this.#dialler.close();
  }

  async #ask(
    node: NodeName,
    method: 'GET' | 'POST',
    path: string,
    headers: () => OutgoingHttpHeaders,
    body: string | undefined,
    timeoutMs: number,
  ): Promise<Answer> {
    const asking = { method, path, headers, maxBytes: maxAnswer, timeoutMs };
    return this.#dialled(node, (targets) =>
      this.#dialler.askFirst(targets, body === undefined ? asking : { ...asking, body }),
    );
  }

  /** Why a blob does not come. */
  async #refusal(node: NodeName, answer: IncomingMessage): Promise<EccpError> {
    const parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const part of answer) {
        size += part.length;
        if (size > maxRefusal) break;
        parts.push(part);
      }
      readAnswer(node, { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) });
    } catch (error) {
      if (error instanceof PeerRefusal && passedOn.includes(error.errcode)) return error;
      if (error instanceof EccpError && error.errcode === 'ECCP_UNREACHABLE') return error;
      return unreachable(node, 'it refused, or broke off', error);
    }
    return unreachable(node, 'it gave no blob');
  }

  async #dialled<T>(node: NodeName, dial: (targets: readonly Target[]) => Promise<T>): Promise<T> {
    try {
      return await dial(await this.#discovery.targets(node));
    } catch (error) {
      if (error instanceof ClosedError) throw closed(node, error);
      if (!(error instanceof DialError)) throw error;
      this.#discovery.forget(node);
      throw unreachable(node, error.message, error);
    }
  }

  #authorization(destination: string, method: string, uri: string, body: string): string {
    const { key, name, now, random } = this.#options;
    const nonce = toBase64url(random(nonceLength));
    return signRequest(key(), { method, uri, origin: name, destination, body, ts: now(), nonce });
  }
}
