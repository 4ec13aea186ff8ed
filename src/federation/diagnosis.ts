// How far this node gets with a peer, for its operator (section 19.5).
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { EccpError } from '../core/errors.ts';
import type { DiagnoseStep, Diagnosis, NodeName } from '../generated/api.ts';
import { ClosedError, DialError } from './dial-error.ts';
import type { Dialler } from './dialler.ts';
import type { Discovery } from './discovery.ts';
import { closed, unreachable } from './peer-answer.ts';
import { authority, type Target } from './target.ts';

/** What the steps are made of. */
export interface DiagnosisParts {
  readonly policy: () => Promise<void>;
  readonly discovery: Discovery;
  readonly dialler: Dialler;
  /** Milliseconds for the connection, and again for TLS. */
  readonly timeoutMs: number;
  /** Gets the peer's keys. */
  readonly keys: () => Promise<void>;
  /** A signed request that changes nothing. */
  readonly authentication: () => Promise<unknown>;
}

/** Ends with the first step that fails. */
export async function diagnose(node: NodeName, parts: DiagnosisParts): Promise<Diagnosis> {
  const { discovery, dialler, timeoutMs } = parts;
  const steps: DiagnoseStep[] = [];
  const start = performance.now();
  const step = async <T>(
    name: DiagnoseStep['step'],
    work: () => Promise<T>,
    tell?: (done: T) => string,
  ): Promise<T> => {
    const began = performance.now();
    const ended = () => ({ step: name, ms: Math.round(performance.now() - began) });
    try {
      const done = await work();
      steps.push({ ...ended(), ok: true, ...(tell && { detail: tell(done) }) });
      return done;
    } catch (error) {
      const refusal = asRefusal(node, error);
      steps.push({ ...ended(), ok: false, detail: inFull(refusal), errcode: refusal.errcode });
      throw refusal;
    }
  };
  let reached = false;
  try {
    await step('policy', parts.policy);
    discovery.forget(node);
    const route = await step(
      'discovery',
      () => discovery.route(node),
      ({ detail }) => detail,
    );
    const targets = await step('address', () => discovery.resolve(route), tellAddresses);
    const [target, socket] = await step('connection', () => connectFirst(dialler, targets, timeoutMs), tellConnection);
    try {
      if (target.tls) await step('tls', () => dialler.secure(target, socket, timeoutMs), tellTls);
    } finally {
      socket.destroy();
    }
    await step('keys', parts.keys);
    await step('authentication', parts.authentication);
    reached = true;
  } catch (error) {
    if (!(error instanceof EccpError)) throw error;
  }
  const latency = Math.round(performance.now() - start);
  return { node, reachability: reached ? 'reachable' : 'unreachable', latency_ms: latency, steps };
}

async function connectFirst(
  dialler: Dialler,
  targets: readonly Target[],
  timeoutMs: number,
): Promise<[Target, Socket]> {
  let failure: unknown = new DialError('there is no place to ask at');
  for (const target of targets) {
    try {
      return [target, await dialler.connect(target, timeoutMs)];
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Whatever else was thrown is not about the peer. */
function asRefusal(node: string, error: unknown): EccpError {
  if (error instanceof EccpError) return error;
  if (error instanceof ClosedError) return closed(node, error);
  if (error instanceof DialError) return unreachable(node, error.message, error);
  throw error;
}

/** An operator may see what lies behind a refusal, addresses too. */
function inFull(error: Error): string {
  const sentences: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (!sentences.some((sentence) => sentence.includes((each as Error).message))) sentences.push(each.message);
  }
  return sentences.filter((sentence) => sentence !== '').join(' · ');
}

function tellAddresses(targets: readonly Target[]): string {
  return targets.flatMap(({ addresses, port }) => addresses.map((address) => `${address} port ${port}`)).join(', ');
}

function tellConnection([target, socket]: [Target, Socket]): string {
  return `${authority(target)} at ${socket.remoteAddress} port ${socket.remotePort}`;
}

function tellTls(socket: TLSSocket): string {
  const { subjectaltname = 'no name', valid_to } = socket.getPeerCertificate();
  return `${socket.getProtocol()}, a certificate for ${subjectaltname} until ${valid_to}`;
}
