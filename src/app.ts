// The composition root: the one place where the node's parts are made and joined.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import * as events from './events.ts';
import type { NodeName } from './generated/api.ts';
import { accountHandlers } from './http/handlers/accounts.ts';
import { deviceHandlers } from './http/handlers/devices.ts';
import { directoryHandlers } from './http/handlers/directory.ts';
import { discoveryHandlers, type SelfDescription } from './http/handlers/discovery.ts';
import { messageHandlers } from './http/handlers/messages.ts';
import { roomHandlers } from './http/handlers/rooms.ts';
import { syncHandlers } from './http/handlers/sync.ts';
import { createHttpServer, drain, listen, onceReady } from './http/listen.ts';
import { createApp } from './http/server.ts';
import type { Handlers } from './http/types.ts';
import type { FirstAdmin } from './services/accounts.ts';
import type { Environment } from './services/environment.ts';
import { createServices, type Services } from './services.ts';
import { migrations } from './storage/migrations.ts';
import { holdsNobody, nodeIdentity } from './storage/node-identity.ts';
import type { Files } from './storage/sqljs/files.ts';
import { openSqljsStore } from './storage/sqljs/sqljs-store.ts';
import type { Tables } from './storage/tables.ts';

/** A request that is still open when a node stops gets this long, so that the node is gone within five seconds. */
const drainMs = 3_500;

/** A node that serves. */
export interface RunningNode {
  readonly address: AddressInfo;
  /** Finishes what is open, makes it durable, and lets go of the data directory. */
  stop(): Promise<void>;
}

/**
 * Starts a node.
 *
 * @param version of the software, for getVersions.
 * @param announce is told the first administrator's one-time password, on the first boot only.
 * @param files the disk, for tests that break it.
 * @throws what the store, the identity or the listening socket refuse.
 */
export async function startNode(
  config: Config,
  version: string,
  logger: Logger,
  announce: (admin: FirstAdmin) => void,
  files?: Files,
): Promise<RunningNode> {
  const environment: Environment = { now: Date.now, elapsed: () => performance.now(), random: randomBytes };
  for (const folder of ['', 'store', 'media', 'keys']) {
    await mkdir(join(config.dataDir, folder), { recursive: true, mode: 0o700 });
  }
  const store = await openSqljsStore<Tables>({
    directory: join(config.dataDir, 'store'),
    migrations,
    log: (event) => events.store(logger, event),
    repair: config.repair,
    ...(files && { files }),
  });
  try {
    const identity = await nodeIdentity(join(config.dataDir, 'keys'), config.serverName, await store.read(holdsNobody));
    const stopping = new AbortController();
    const services = createServices({ store, identity, environment, registration: config.registration });
    const app = createApp({
      logger,
      stopping: stopping.signal,
      authenticate: (token) => services.sessions.find(token),
      handlers: handlersOf(services, describe(config, version)),
    });
    const { promise: ready, resolve: goOn } = Promise.withResolvers<void>();
    const server = createHttpServer(onceReady(ready, app), logger);
    const address = await listen(server, config.listen.host, config.listen.port);
    // Only now that this boot can succeed is there somebody to tell the password. Requests wait, lest one take the name.
    await services.accounts.bootstrapAdmin(config.bootstrapAdmin, announce).catch(async (error: unknown) => {
      await drain(server, stopping, 0);
      throw error;
    });
    goOn();
    events.started(logger, config.serverName, `${address.address}:${address.port}`);
    return {
      address,
      stop: async () => {
        await drain(server, stopping, drainMs);
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function handlersOf(services: Services, self: SelfDescription): Handlers {
  return {
    ...accountHandlers(services),
    ...deviceHandlers(services.devices),
    ...roomHandlers(services),
    ...messageHandlers(services.messages),
    ...directoryHandlers(services.directory),
    ...syncHandlers(services),
    ...discoveryHandlers(self, () => services.store.health().ok),
  };
}

function describe(config: Config, version: string): SelfDescription {
  const hasPort = /:\d+$/.test(config.serverName);
  return {
    versions: {
      node: config.serverName as NodeName,
      software: { name: 'eccp-node', version },
      versions: ['0.1', '0.2'],
      classes: ['core'],
      capabilities: { aliases: true, directory: true },
      registration: { mode: config.registration.mode },
    },
    wellKnownServer: { server: hasPort ? config.serverName : `${config.serverName}:8448` },
    wellKnownClient: { client: { base_url: config.publicBaseUrl } },
  };
}
