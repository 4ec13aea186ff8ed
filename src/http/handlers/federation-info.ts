import type { FederationVersion, KeyChain, KeyId, Versions } from '../../generated/api.ts';
import type { Handlers } from '../types.ts';

/** What the node says of itself to other nodes. */
export interface FederationSelf {
  /** As clients are told (KEY-003). */
  readonly versions: Versions;
  /** The operator's words, for people. */
  readonly kind: FederationVersion['kind'];
  readonly region?: string;
}

/** This node's own keys: OwnKeys of src/federation/own-keys.ts. */
export interface PublishedKeys {
  /** The id of the key that signs now. */
  readonly keyId: string;
  /** The documents after a version, and the statement that the newest is the newest. */
  since(version: number): object;
}

/** @param healthy whether writes can be made durable now (KEY-004). */
export function federationInfoHandlers(
  { versions, kind, region }: FederationSelf,
  keys: PublishedKeys,
  healthy: () => boolean,
): Pick<Handlers, 'getFederationVersion' | 'getFederationCapabilities' | 'getKeys'> {
  const online = versions.registration.mode === 'token' ? 'invite_only' : 'online';
  return {
    getFederationVersion: async () => ({
      status: 200,
      body: {
        node: versions.node,
        software: versions.software,
        versions: versions.versions,
        ...(region === undefined ? {} : { region }),
        kind,
        status: healthy() ? online : 'degraded',
        key: keys.keyId as KeyId,
      },
    }),
    getFederationCapabilities: async () => ({
      status: 200,
      body: { versions: versions.versions, classes: versions.classes, capabilities: versions.capabilities },
    }),
    getKeys: async ({ query }) => ({ status: 200, body: keys.since(query.since) as KeyChain }),
  };
}
