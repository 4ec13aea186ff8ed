// The composition root: the one place where the node's parts are made and joined.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import * as events from './events.ts';
import { readTrustedRoots } from './federation/trusted-roots.ts';
import { createFederation, createGrounds, type Grounds } from './federation.ts';
import type { NodeName } from './generated/api.ts';
import { accountHandlers } from './http/handlers/accounts.ts';
import { adminHandlers } from './http/handlers/admin.ts';
import { deviceHandlers } from './http/handlers/devices.ts';
import { directoryHandlers } from './http/handlers/directory.ts';
import { discoveryHandlers, type SelfDescription } from './http/handlers/discovery.ts';
import { federationHandlers } from './http/handlers/federation.ts';
import { type FederationSelf, federationInfoHandlers } from './http/handlers/federation-info.ts';
import { keyHandlers } from './http/handlers/keys.ts';
import { mediaHandlers } from './http/handlers/media.ts';
import { messageHandlers } from './http/handlers/messages.ts';
import { roomHandlers } from './http/handlers/rooms.ts';
import { syncHandlers } from './http/handlers/sync.ts';
import { createHttpServer, drain, LIMITS, listen, onceReady } from './http/listen.ts';
import { createApp } from './http/server.ts';
import { readTls, reloadTls } from './http/tls.ts';
import type { Handlers } from './http/types.ts';
import { Operator } from './operator.ts';
import type { FirstAdmin } from './services/accounts.ts';
import type { Environment } from './services/environment.ts';
import { Media } from './services/media.ts';
import { createServices, type Services } from './services.ts';
import { MediaFiles } from './storage/media/media-files.ts';
import { migrations } from './storage/migrations.ts';
import { holdsNobody, nodeIdentity } from './storage/node-identity.ts';
import type { Files } from './storage/sqljs/files.ts';
import { openSqljsStore } from './storage/sqljs/sqljs-store.ts';
import type { Tables } from './storage/tables.ts';

/** A request that is still open when a node stops gets this long, so that the node is gone within five seconds. */
const drainMs = 3_500;

/** Milliseconds for another node's answer about keys: a client waits for it. */
const askKeysMs = 8_000;

/** A node that serves. */
export interface RunningNode {
  readonly address: AddressInfo;
  /** Reads the certificate and its key again, where the node serves HTTPS. Never rejects: it goes on with what it had. */
  reload(): Promise<void>;
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
  const tls = config.tls && (await readTls(config.tls)); // before anything is made
  const roots = config.federation.trustedRoots;
  const trustedRoots = roots === undefined ? undefined : await readTrustedRoots(roots);
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
    const files = new MediaFiles(join(config.dataDir, 'media'));
    const grounds = await createGrounds({
      store,
      identity,
      environment,
      config,
      trustedRoots,
      logger,
      mediaFiles: files,
    });
    const { peerKeys, authenticator, audit, client, remoteMedia, mediaLimits: limits } = grounds;
    const media = new Media({
      store,
      environment,
      files,
      limits,
      remote: remoteMedia,
      nodeName: identity.name as NodeName,
    });
    await media.start();
    await remoteMedia.start();
    const services = createServices({
      store,
      identity,
      environment,
      registration: config.registration,
      peers: {
        documentsOf: (node) => peerKeys.held(node),
        keyOf: (node, keyId) => peerKeys.key(node, keyId),
        audit,
        askKeys: {
          query: (node, body) => client.signed(node, 'POST', '/_eccp/federation/v1/keys/query', body, askKeysMs),
          claim: (node, body) => client.signed(node, 'POST', '/_eccp/federation/v1/keys/claim', body, askKeysMs),
        },
        askConsent: (node, roomId) =>
          client.signed(node, 'POST', `/_eccp/federation/v1/rooms/${encodeURIComponent(roomId)}/consent`),
      },
    });
    if (config.restored) await services.claims.withdraw();
    services.deactivation.onUploadsDropped((ids) => media.dropped(ids));
    const federation = createFederation(grounds, services, logger);
    const stopping = new AbortController();
    const { dataDir, serverName, bootstrapAdmin } = config;
    const { random } = environment;
    const operator = new Operator({ dataDir, serverName, bootstrapAdmin, random, stopping: stopping.signal });
    const app = createApp({
      logger,
      stopping: stopping.signal,
      authenticate: operator.or((token) => services.sessions.find(token)),
      authenticatePeer: async (request) => {
        const node = await authenticator.authenticate(request);
        federation.contact(node);
        return node;
      },
      peerRefused: (request, error) => authenticator.refused(request, error),
      limitClients: () => grounds.limits.client(),
      handlers: { ...handlersOf(services, grounds, federation, describe(config, version)), ...mediaHandlers(media) },
    });
    const { promise: ready, resolve: goOn } = Promise.withResolvers<void>();
    const server = createHttpServer(onceReady(ready, app), logger, LIMITS, tls);
    const address = await listen(server, config.listen.host, config.listen.port);
    try {
      // Only now that this boot can succeed is there somebody to tell the password. Requests wait, lest one take the name.
      await services.accounts.bootstrapAdmin(config.bootstrapAdmin, announce);
      await operator.announce(address, config.tls?.cert);
      await federation.start(config.restored);
    } catch (error) {
      await drain(server, stopping, 0);
      throw error;
    }
    goOn();
    events.started(logger, config.serverName, `${address.address}:${address.port}`);
    return {
      address,
      reload: () => reload(server, config, logger, () => operator.announce(address, config.tls?.cert)),
      stop: async () => {
        const drained = drain(server, stopping, drainMs);
        await federation.stop();
        await drained;
        await remoteMedia.stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Serves the certificate that the files hold now. */
async function reload(
  server: ReturnType<typeof createHttpServer>,
  { tls }: Config,
  logger: Logger,
  announce: () => Promise<void>,
): Promise<void> {
  if (tls === undefined || !('setSecureContext' in server)) return;
  try {
    await reloadTls(server, tls);
    await announce();
    events.tlsReloaded(logger);
  } catch (error) {
    events.tlsNotReloaded(logger, error);
  }
}

function handlersOf(
  services: Services,
  grounds: Grounds,
  federation: ReturnType<typeof createFederation>,
  self: SelfDescription & FederationSelf,
): Omit<Handlers, keyof ReturnType<typeof mediaHandlers>> {
  const healthy = () => services.store.health().ok;
  return {
    ...federationHandlers({
      inbound: federation.inbound,
      logs: services.logServing,
      snapshots: services.snapshots,
      transfers: services.transfers,
      client: grounds.client,
      deviceKeys: services.deviceKeys,
      claims: services.claims,
    }),
    ...federationInfoHandlers(self, grounds.ownKeys, healthy),
    ...adminHandlers({ ...grounds, hostStart: services.hostStart }),
    ...accountHandlers(services),
    ...deviceHandlers(services.devices),
    ...keyHandlers(services),
    ...roomHandlers(services),
    ...messageHandlers(services.messages),
    ...directoryHandlers(services.directory),
    ...syncHandlers(services),
    ...discoveryHandlers(self, healthy),
  };
}

function describe(config: Config, version: string): SelfDescription & FederationSelf {
  const hasPort = /:\d+$/.test(config.serverName);
  return {
    versions: {
      node: config.serverName as NodeName,
      software: { name: 'eccp-node', version },
      versions: ['0.1', '0.2'],
      classes: ['core', 'federation', 'e2ee'],
      capabilities: {
        aliases: true,
        directory: true,
        federation: true,
        e2ee: true,
        host_transfer: true,
        snapshots: true,
        admin: true,
        media: true,
      },
      registration: { mode: config.registration.mode },
    },
    kind: config.kind,
    ...(config.region !== undefined && { region: config.region }),
    wellKnownServer: { server: hasPort ? config.serverName : `${config.serverName}:8448` },
    wellKnownClient: { client: { base_url: config.publicBaseUrl } },
  };
}
