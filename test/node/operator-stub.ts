// The admin API over the operator's services, and what a node leaves in its data directory, without the rest of a node.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminHandlers } from '../../src/http/handlers/admin.ts';
import { createHttpServer, LIMITS } from '../../src/http/listen.ts';
import { createApp } from '../../src/http/server.ts';
import { readTls } from '../../src/http/tls.ts';
import { Operator } from '../../src/operator.ts';
import type { Session } from '../../src/services/sessions.ts';
import { authenticatePeer, memoryLogger, stubHandlers } from '../http/stub-node.ts';
import { nodeName, type OperatorFixture, operatorFixture } from '../services/policy-fixture.ts';

export interface OperatorStub {
  fixture: OperatorFixture;
  dataDir: string;
  operator: Operator;
  /** Where it listens. */
  address: AddressInfo;
  /** Whose token came with each request. */
  sessions: Session[];
  /** Stops listening; the data directory stays as it is. */
  close(): Promise<void>;
  end(): Promise<void>;
}

export function tlsFile(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
}

/** @param tls the certificate with which it serves HTTPS. */
export async function operatorStub(first?: Parameters<typeof operatorFixture>[0], tls?: string): Promise<OperatorStub> {
  const fixture = await operatorFixture(first);
  const dataDir = await mkdtemp(join(tmpdir(), 'eccp-operator-'));
  const stopping = new AbortController().signal;
  const options = { dataDir, serverName: nodeName, bootstrapAdmin: 'admin@node.test', random: randomBytes, stopping };
  const operator = new Operator(options);
  const find = operator.or(async () => undefined);
  const sessions: Session[] = [];
  const logger = memoryLogger([]);
  const app = createApp({
    handlers: stubHandlers(adminHandlers(fixture)),
    authenticate: async (token) => {
      const session = await find(token);
      if (session !== undefined) sessions.push(session);
      return session;
    },
    authenticatePeer,
    peerRefused: async () => {},
    limitClients: () => {},
    logger,
    stopping,
    checkAnswers: true,
  });
  const context = tls === undefined ? undefined : await readTls({ cert: tlsFile(tls), key: tlsFile(`${tls}-key`) });
  const server = createHttpServer(app, logger, LIMITS, context);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return {
    fixture,
    dataDir,
    operator,
    address: server.address() as AddressInfo,
    sessions,
    close,
    async end() {
      await close();
      await fixture.end();
      await rm(dataDir, { recursive: true });
    },
  };
}
