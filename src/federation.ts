// Joins the parts that deal with other nodes: the operator's decisions, keys, requests both ways, queues. What serves them comes in app.ts.
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { firstPolicy, mediaLimitsOf } from './core/policy.ts';
import * as events from './events.ts';
import { Authenticator } from './federation/authenticate.ts';
import { Backfill } from './federation/backfill.ts';
import { Contents } from './federation/contents.ts';
import { Gossip } from './federation/gossip.ts';
import { greet } from './federation/greeting.ts';
import { HeadComparison } from './federation/head-comparison.ts';
import { Inbound } from './federation/inbound.ts';
import { Outbound } from './federation/outbound.ts';
import { OwnKeys } from './federation/own-keys.ts';
import { systemTimers } from './federation/pause.ts';
import { PeerClient } from './federation/peer-client.ts';
import { PeerKeys } from './federation/peer-keys.ts';
import { Pull } from './federation/pull.ts';
import { RemoteMedia } from './federation/remote-media.ts';
import { systemResolver } from './federation/resolver.ts';
import { SnapshotStart } from './federation/snapshot-start.ts';
import type { NodeName } from './generated/api.ts';
import { Audit } from './services/audit.ts';
import type { Environment, NodeStore } from './services/environment.ts';
import { Limits } from './services/limits.ts';
import { Peers } from './services/peers.ts';
import { PolicyService } from './services/policy.ts';
import type { Services } from './services.ts';
import type { MediaFiles } from './storage/media/media-files.ts';
import type { NodeIdentity } from './storage/node-identity.ts';

const versionPath = '/_eccp/federation/v1/version';

export interface GroundsOptions {
  readonly store: NodeStore;
  readonly identity: NodeIdentity;
  readonly environment: Environment;
  readonly config: Config;
  /** Certificates in PEM that vouch for peers; absent: those of the system. */
  readonly trustedRoots: string | undefined;
  readonly logger: Logger;
  readonly mediaFiles: MediaFiles;
}

export type Grounds = Awaited<ReturnType<typeof createGrounds>>;

/** What both the services and the exchange with other nodes stand on: audit, policy, limits, keys, the client. */
export async function createGrounds(options: GroundsOptions) {
  const { store, identity, environment, config, trustedRoots, logger, mediaFiles } = options;
  const { now, random } = environment;
  const nodeName = identity.name;
  const { mode, allow, allowInsecureLoopback, allowedRanges, rotationIntervalMs } = config.federation;
  const audit = new Audit(store, identity, environment);
  const policy = new PolicyService(store, audit, environment, firstPolicy(mode, allow as NodeName[]));
  await policy.load();
  const peers = new Peers({ store, environment, audit, policy, nodeName });
  const limits = new Limits({ environment, audit, policy });
  const record: Audit['record'] = (entry) => audit.record(entry);
  const ownKeys = new OwnKeys({
    identity,
    now,
    audit: record,
    ...(rotationIntervalMs !== undefined && { rotationIntervalMs }),
    onFailure: (error) => events.federationFailed(logger, error, undefined),
  });
  const client: PeerClient = new PeerClient({
    name: nodeName,
    key: () => identity.key,
    now,
    random,
    resolver: systemResolver(),
    allowInsecureLoopback,
    allowedRanges,
    ...(trustedRoots !== undefined && { trustedRoots }),
    checkPolicy: (node) => policy.checkPeer(node),
    checkQuarantine: (node) => peerKeys.checkQuarantine(node),
    fetchKeys: (node) => peerKeys.refresh(node),
  });
  const peerKeys: PeerKeys = new PeerKeys({ store, now, fetch: (node, path) => client.get(node, path), audit: record });
  const authenticator = new Authenticator({
    name: nodeName,
    peerKeys,
    store,
    now,
    policy: (node) => policy.checkPeer(node),
    limit: (node, address) => limits.peer(node, address),
    audit: record,
  });
  const mediaLimits = () => mediaLimitsOf(policy.current());
  const remoteMedia = new RemoteMedia({ client, files: mediaFiles, limits: mediaLimits, now });
  return { audit, policy, peers, limits, ownKeys, client, peerKeys, authenticator, mediaLimits, remoteMedia };
}

/** The exchange with other nodes. `start` begins it once the node can be reached; `stop` ends it before the store closes. */
export function createFederation(grounds: Grounds, services: Services, logger: Logger) {
  const { audit, policy, peers, limits, ownKeys, client, peerKeys } = grounds;
  const { outbox, answers, submissions, ingest, invitations, hosting, heads, evidence } = services;
  const report = (error: unknown, node?: NodeName) => events.federationFailed(logger, error, node);
  const { logVerification: verification, snapshotJoin, missingContents } = services;
  const backfill = new Backfill({ client, verification, timers: systemTimers, random: Math.random, report });
  const snapshots = new SnapshotStart({ client, joins: snapshotJoin, backfill });
  const pulls = new Pull({ client, ingest, snapshots });
  const comparison = new HeadComparison({
    client,
    pulls,
    hosts: services.hostStart,
    nextSeq: (roomId) => ingest.nextSeq(roomId),
    timers: systemTimers,
    random: Math.random,
    report,
    waiting: (rooms) => events.roomsWait(logger, rooms),
  });
  const contents = new Contents({
    client,
    missing: missingContents,
    elapsed: () => performance.now(),
    report,
  });
  missingContents.onNoticed((missing) => contents.want(missing));
  const gossip = new Gossip({ heads, evidence, client, pulls, report });
  const outbound = new Outbound({
    outbox,
    submissions,
    client,
    peers: {
      succeeded: (node) => {
        peers.succeeded(node);
        answers.reached(node);
      },
      failed: (node, error) => {
        peers.failed(node, error);
        answers.lost(node, error);
      },
    },
    policy,
    audit,
    timers: systemTimers,
    random: Math.random,
    report,
  });
  const inbound = new Inbound({
    invitations,
    hosting,
    ingest,
    pulls,
    audit,
    deviceChanges: services.remoteKeys,
    toDevice: services.toDevice,
    heads: { receive: (origin, items) => gossip.receive(origin, items) },
    evidence: { receive: (origin, items) => gossip.receiveEvidence(origin, items) },
    report,
  });
  // Whoever waits for the answer of a host that was away need not wait for the queue's next try. That it answers does not mean that it
  // takes what is sent: a sign of life it is, and no more.
  answers.onAway((host) => {
    void client.get(host, versionPath).then(
      () => outbound.wake(host),
      () => {},
    );
  });
  policy.onChanged(() => {
    void outbox.destinations().then((nodes) => {
      for (const node of nodes) outbound.retry(node);
    }, report);
  });
  // After a revocation no room should wait for the next message to learn of it (KEY-055).
  ownKeys.onRotated((revoked) => {
    if (revoked) void services.writer.renewKeys().catch(report);
  });
  peers.onDecided((node, action) => {
    if (action === 'lift_quarantine') peerKeys.forget(node);
    outbound.retry(node);
  });
  const contact = (node: NodeName): void => {
    peers.succeeded(node);
    outbound.wake(node);
    comparison.wake(node);
  };
  const stopping = new AbortController();
  return {
    inbound,
    /** A peer has proved who it is. */
    contact,
    /** @param isRestored whether the operator says that the data is an older copy. */
    start: async (isRestored: boolean) => {
      await comparison.start(isRestored);
      ownKeys.start();
      gossip.start();
      await outbound.start();
      await backfill.start();
      void greet(await heads.participants(), { client, reached: contact, signal: stopping.signal });
    },
    stop: async () => {
      ownKeys.stop();
      gossip.stop();
      stopping.abort();
      await pulls.stop();
      await comparison.stop();
      await contents.stop();
      await backfill.stop();
      await outbound.stop();
      await limits.stop();
    },
  };
}
