import type { Inbound } from '../../federation/inbound.ts';
import type { PeerClient } from '../../federation/peer-client.ts';
import type { SignedHostConsent } from '../../generated/api.ts';
import type { DeviceKeys } from '../../services/device-keys.ts';
import type { LogServing } from '../../services/log-serving.ts';
import type { Claims } from '../../services/prekeys.ts';
import type { Snapshots } from '../../services/snapshots.ts';
import type { Transfers } from '../../services/transfers.ts';
import type { Handlers } from '../types.ts';

type FederationHandlers = Pick<
  Handlers,
  | 'exchange'
  | 'getLogHead'
  | 'getLog'
  | 'getSnapshot'
  | 'getFederationEvent'
  | 'consentToHost'
  | 'queryUserKeys'
  | 'claimUserKeys'
  | 'diagnose'
>;

export interface FederationParts {
  readonly inbound: Pick<Inbound, 'exchange'>;
  readonly logs: Pick<LogServing, 'head' | 'log' | 'event'>;
  readonly snapshots: Pick<Snapshots, 'of'>;
  readonly transfers: Pick<Transfers, 'consent'>;
  readonly client: Pick<PeerClient, 'diagnose'>;
  readonly deviceKeys: Pick<DeviceKeys, 'queryBy'>;
  readonly claims: Pick<Claims, 'claimBy'>;
}

export function federationHandlers({
  inbound,
  logs,
  snapshots,
  transfers,
  client,
  deviceKeys,
  claims,
}: FederationParts): FederationHandlers {
  return {
    exchange: async ({ peer, body, requestId }) => ({
      status: 200,
      body: await inbound.exchange(peer, body, requestId),
    }),
    getLogHead: async ({ peer, params }) => ({ status: 200, body: await logs.head(peer, params.roomId) }),
    getLog: async ({ peer, params, query }) => ({
      status: 200,
      body: await logs.log(peer, params.roomId, query.from, query.limit),
    }),
    getSnapshot: async ({ peer, params }) => ({ status: 200, body: await snapshots.of(peer, params.roomId) }),
    getFederationEvent: async ({ peer, params }) => ({
      status: 200,
      body: await logs.event(peer, params.roomId, params.eventId),
    }),
    consentToHost: async ({ peer, params }) => ({
      status: 200,
      body: (await transfers.consent(peer, params.roomId)) as SignedHostConsent,
    }),
    queryUserKeys: async ({ peer, body }) => ({ status: 200, body: await deviceKeys.queryBy(peer, body.users) }),
    claimUserKeys: async ({ peer, body }) => ({ status: 200, body: await claims.claimBy(peer, body) }),
    diagnose: async ({ body }) => ({ status: 200, body: await client.diagnose(body.node) }),
  };
}
