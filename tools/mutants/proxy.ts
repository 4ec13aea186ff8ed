// A proxy in front of a good node, which changes what passes.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Api } from '../../conformance/openapi.ts';
import type { Body, Wire, WireAnswer, WireRequest } from './mutant.ts';

const api = new Api();

/**
 * Serves at one port what a node serves at another.
 *
 * @param wire what it changes; without it, nothing.
 */
export async function startProxy(port: number, node: number, wire: Wire = {}): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (asked, answer) => {
    const { method = '', url = '' } = asked;
    const meant = wire.operation === undefined || api.match(method, url)?.id === wire.operation;
    const { request: ask, answer: tell } = meant ? wire : {};
    pass(asked, answer, node, ask, tell).catch(() => answer.destroy());
  });
  server.on('checkContinue', (asked, answer) => {
    answer.writeContinue();
    server.emit('request', asked, answer);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function pass(
  asked: IncomingMessage,
  answered: ServerResponse,
  port: number,
  ask: Wire['request'],
  tell: Wire['answer'],
): Promise<void> {
  const known: WireRequest = {
    method: asked.method ?? '',
    path: asked.url ?? '',
    headers: { ...asked.headers },
    body: undefined,
  };
  let bytes: Buffer | undefined;
  if (ask || tell) {
    bytes = await buffer(asked);
    known.body = parse(bytes);
    if (ask) bytes = written(known, bytes, () => ask(known));
  }
  const { method, path, headers } = known;
  const onward = request({
    ...{ host: '127.0.0.1', port, method, path, setHost: false, agent: false },
    headers: ask ? (defined(headers) as Record<string, string>) : (asked.rawHeaders as never),
  });
  onward.on('error', () => answered.destroy());
  answered.on('close', () => onward.destroy()); // whoever asked has gone
  if (bytes) onward.end(bytes);
  else asked.pipe(onward);
  const [came] = (await once(onward, 'response')) as [IncomingMessage];
  if (!tell) {
    answered.writeHead(came.statusCode ?? 0, came.rawHeaders);
    came.pipe(answered);
    return;
  }
  const raw = await buffer(came);
  const answer: WireAnswer = { status: came.statusCode ?? 0, headers: { ...came.headers }, body: parse(raw) };
  const out = written(answer, raw, () => tell(answer, known));
  delete answer.headers['transfer-encoding'];
  answered.writeHead(answer.status, defined(answer.headers));
  answered.end(method === 'HEAD' ? undefined : out);
}

/** The bytes of a message after a change: the ones it came with, unless its body is another now. */
function written(message: WireRequest | WireAnswer, bytes: Buffer, change: () => void): Buffer {
  const before = JSON.stringify(message.body);
  change();
  const after = JSON.stringify(message.body);
  const out = after === before ? bytes : Buffer.from(after ?? '');
  if (out.length > 0) {
    message.headers['content-length'] = String(out.length);
    delete message.headers['transfer-encoding'];
  }
  return out;
}

function parse(bytes: Buffer): Body {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function defined(headers: WireAnswer['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined),
  );
}
