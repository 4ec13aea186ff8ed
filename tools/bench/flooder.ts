// A peer that floods: a process of its own with a key of its own, which it serves as every node does.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { toBase64url } from '../../src/core/encoding.ts';
import { signFreshness } from '../../src/core/freshness.ts';
import { newDocument } from '../../src/core/key-document.ts';
import { signRequest } from '../../src/core/request-signature.ts';
import { generateSigningKey } from '../../src/core/signing.ts';

/** What the parent process asks for. */
export interface Flood {
  /** Where to. */
  readonly url: string;
  /** The node that the requests are for, wherever they go. */
  readonly destination: string;
  readonly count: number;
  readonly perSecond: number;
}

/** What came of it. */
export interface Flooded {
  readonly seconds: number;
  /** How often each code was the answer; `200` for a transaction that was taken, and the system's code where there was no answer. */
  readonly answers: Record<string, number>;
  /** Refusals for the limit that did not say when to come again. */
  readonly withoutTime: number;
}

const connections = 64;
const items = 50;
const signaturePart = /signature=.*/;
const uri = '/_eccp/federation/v1/transactions';

const key = generateSigningKey();
const server = createServer((_asked, answer) => {
  const freshness = signFreshness(signed.document, key, Date.now(), 3_600_000);
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify({ documents: [signed], freshness }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
const signed = newDocument(name, [key]);

/** As full as a transaction may be, with submissions that every node has to refuse one by one. */
const body = JSON.stringify({
  submissions: Array.from({ length: items }, (_, i) => ({
    event_id: `$${String(i).padStart(42, 'x')}A`,
    room_id: `!${'x'.repeat(42)}A:${name}`,
  })),
});

process.on('message', (flood: Flood) => {
  void pour(flood).then((flooded) => process.send?.(flooded));
});
process.send?.('ready');

async function pour({ url, destination, count, perSecond }: Flood): Promise<Flooded> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers: Record<string, number> = {};
  let withoutTime = 0;
  let next = 0;
  const start = performance.now();
  const worker = async () => {
    for (let n = next++; n < count; n = next++) {
      await sleep(Math.max(0, start + (n * 1000) / perSecond - performance.now()));
      const { code, hasTime } = await send(agent, url, destination, n % 2 === 0);
      answers[code] = (answers[code] ?? 0) + 1;
      if (code === 'ECCP_LIMIT_EXCEEDED' && !hasTime) withoutTime++;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { seconds: (performance.now() - start) / 1000, answers, withoutTime };
}

/** @param isGood whether the signature is one for this request. */
function send(agent: Agent, url: string, destination: string, isGood: boolean) {
  const nonce = toBase64url(randomBytes(16));
  const line = { method: 'POST', uri, origin: name, destination, ts: Date.now(), nonce };
  const own = signRequest(key, { ...line, body });
  const other = signRequest(key, { ...line, body: `${body} ` });
  const authorization = isGood ? own : own.replace(signaturePart, signaturePart.exec(other)?.[0] ?? '');
  const headers = { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise<{ code: string; hasTime: boolean }>((resolve) => {
    const call = request(`${url}${uri}`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => {
        const { errcode, retry_after_ms } = JSON.parse(text);
        resolve({ code: errcode ?? String(response.statusCode), hasTime: retry_after_ms > 0 });
      });
    });
    call.on('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? error.name, hasTime: false }));
    call.end(body);
  });
}
