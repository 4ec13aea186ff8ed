// Where a fake node stands, and whom it talks to.
import type { Catalogue } from '../catalogue.ts';
import type { Api } from '../openapi.ts';
import type { Target } from '../target.ts';
import type { Authority } from '../tls/authority.ts';
import type { RawExchange } from '../trace.ts';
import type { PeerIdentity } from './identity.ts';

/** Where fake nodes listen and whom they talk to. */
export interface PeerSetting {
  /** The address to listen on. */
  listen: string;
  /** The host by which the other node reaches that address. */
  advertise: string;
  /** What vouches for them; without it they speak plain HTTP. */
  authority?: Authority;
  /** The other node: how it is reached, and its name. */
  target: Target;
  targetName: string;
  api: Api;
  catalogue: Catalogue;
  /** Receives every exchange of the fake node, both ways. */
  trace: RawExchange[];
}

/** A fake node as far as sending goes. */
export interface Sender {
  readonly name: string;
  readonly identity: PeerIdentity;
  readonly setting: PeerSetting;
}

/** The host that a fake node's certificate is for: an IPv6 address stands in brackets only in names. */
export function hostOf({ advertise }: Pick<PeerSetting, 'advertise'>): string {
  return advertise.replace(/^\[(.*)\]$/, '$1');
}
