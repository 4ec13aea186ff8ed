import type { Versions, WellKnownClient, WellKnownServer } from '../../generated/api.ts';
import type { Handlers } from '../types.ts';

/** What the node says of itself to anybody. */
export interface SelfDescription {
  readonly versions: Versions;
  readonly wellKnownServer: WellKnownServer;
  readonly wellKnownClient: WellKnownClient;
}

/** DISC-005: an hour, so that a move of the node is noticed soon. */
const cached = { 'Cache-Control': 'public, max-age=3600' };

/** @param healthy whether writes can be made durable now (DISC-013). */
export function discoveryHandlers(
  self: SelfDescription,
  healthy: () => boolean,
): Pick<Handlers, 'getVersions' | 'getHealth' | 'getWellKnownServer' | 'getWellKnownClient'> {
  return {
    getVersions: async () => ({ status: 200, body: self.versions }),
    getHealth: async () => ({ status: 200, body: { status: healthy() ? 'ok' : 'degraded' } }),
    getWellKnownServer: async () => ({ status: 200, headers: cached, body: self.wellKnownServer }),
    getWellKnownClient: async () => ({ status: 200, headers: cached, body: self.wellKnownClient }),
  };
}
