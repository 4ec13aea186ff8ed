import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { isLocalpart, isNodeName } from './core/ids.ts';

/** Everything a node is told when it starts, checked. */
export interface Config {
  readonly serverName: string;
  /** Without a trailing slash. */
  readonly publicBaseUrl: string;
  /** `local@domain` */
  readonly bootstrapAdmin: string;
  readonly dataDir: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly registration: { mode: 'open' } | { mode: 'token'; token: string } | { mode: 'closed' };
  /** Whether a damaged store may be cut back to what is whole. */
  readonly repair: boolean;
  /** Whether the data directory is an older copy, so that rooms wait until other nodes have told what they hold. */
  readonly restored: boolean;
  readonly federation: FederationConfig;
  /** Paths of the certificate and key with which the node serves HTTPS; without them it serves plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Where the node stands, for people. */
  readonly region?: string;
  readonly kind: (typeof kinds)[number];
}

export interface FederationConfig {
  /** Whether peers named `localhost:port`, `127.0.0.1:port` and the like are spoken to in plain HTTP. */
  readonly allowInsecureLoopback: boolean;
  /** Ranges such as `10.0.0.0/8` that peers may be dialled at although they are special. */
  readonly allowedRanges: readonly string[];
  /** The path of a file of certificates that vouch for peers in place of the system's. */
  readonly trustedRoots?: string;
  /** What the policy says on the first start; from then on it is the operator who changes it. */
  readonly mode: (typeof modes)[number];
  readonly allow: readonly string[];
  /** In milliseconds; without it the signing key stays. */
  readonly rotationIntervalMs?: number;
}

const modes = ['open', 'moderated', 'allow_list'] as const;
const kinds = ['public', 'private', 'invite_only', 'experimental'] as const;

/** The options of `serve` as the command line gives them. */
export interface ServeOptions {
  serverName: string;
  publicBaseUrl: string;
  bootstrapAdmin: string;
  dataDir: string;
  listen: string;
  registration: string;
  registrationToken?: string;
  repair?: boolean;
  restored?: boolean;
  allowInsecureLoopback?: boolean;
  allowPeerRange?: string[];
  trustedRoots?: string;
  tlsCert?: string;
  tlsKey?: string;
  federationMode?: string;
  federationAllow?: string[];
  keyRotationInterval?: string;
  region?: string;
  kind?: string;
}

/** A setting that cannot be used: says which, why, and what would do. */
export class ConfigError extends Error {}

/** Leaves room for every user name: a user id has at most 255 characters, of which 64 are the name and two `@` and `:`. */
const maxServerName = 189;

/**
 * @param cwd what a relative data directory is relative to.
 * @throws ConfigError
 */
export function readConfig(options: ServeOptions, cwd: string): Config {
  if (!isNodeName(options.serverName)) {
    throw new ConfigError(
      `--server-name ${options.serverName} is not a node name; use a lower-case host name such as node.example.org`,
    );
  }
  if (options.serverName.length > maxServerName) {
    throw new ConfigError(
      `--server-name ${options.serverName} has ${options.serverName.length} characters; use a name of at most ${maxServerName}, so that the ids of users keep to 255`,
    );
  }
  const registration = readRegistration(options.registration, options.registrationToken);
  return {
    serverName: options.serverName,
    publicBaseUrl: readBaseUrl(options.publicBaseUrl),
    bootstrapAdmin: readAdmin(options.bootstrapAdmin),
    dataDir: resolve(cwd, options.dataDir),
    listen: readListen(options.listen),
    registration,
    repair: options.repair === true,
    restored: options.restored === true,
    federation: readFederation(options, cwd),
    ...readTlsPaths(options, cwd),
    ...readRegion(options.region),
    kind: readKind(options.kind, registration.mode),
  };
}

function readFederation(options: ServeOptions, cwd: string): FederationConfig {
  const { trustedRoots, federationMode: mode = 'open', federationAllow: allow = [], keyRotationInterval } = options;
  if (!isOneOf(modes, mode)) throw new ConfigError(`--federation-mode ${mode} is none of ${list(modes)}`);
  if (allow.length > 0 && mode !== 'allow_list') {
    throw new ConfigError('--federation-allow needs --federation-mode allow_list; the other modes have no such list');
  }
  for (const name of allow) {
    if (!isNodeName(name))
      throw new ConfigError(`--federation-allow ${name} is not a node name; use one such as node.example.org`);
  }
  const rotationIntervalMs = keyRotationInterval === undefined ? undefined : readRotation(keyRotationInterval);
  return {
    allowInsecureLoopback: options.allowInsecureLoopback === true,
    allowedRanges: (options.allowPeerRange ?? []).map(readRange),
    ...(trustedRoots !== undefined && { trustedRoots: resolve(cwd, trustedRoots) }),
    mode,
    allow: [...new Set(allow)],
    ...(rotationIntervalMs !== undefined && { rotationIntervalMs }),
  };
}

function readRange(text: string): string {
  const [address = '', length, ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const isRange =
    /^\d{1,3}$/.test(length ?? '') && Number(length) <= bits && rest.length === 0 && !address.includes('%');
  if (!isRange)
    throw new ConfigError(
      `--allow-peer-range ${text} is not a range of addresses; use one such as 10.0.0.0/8 or fd00::/8`,
    );
  return text;
}

const units: { [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Each key adds a document to a chain that everybody keeps. In milliseconds. */
const shortestRotation = 60_000;

function readRotation(text: string): number | undefined {
  if (text === 'never') return undefined;
  const [, amount = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(amount) * (units[unit] ?? 0);
  if (ms < shortestRotation)
    throw new ConfigError(
      `--key-rotation-interval ${text} is not a time of at least a minute; use one such as 90d or 12h, or never`,
    );
  return ms;
}

function readTlsPaths({ tlsCert, tlsKey }: ServeOptions, cwd: string): Pick<Config, 'tls'> {
  if (tlsCert === undefined && tlsKey === undefined) return {};
  if (tlsKey === undefined)
    throw new ConfigError('--tls-cert needs --tls-key FILE, the private key of the certificate');
  if (tlsCert === undefined) throw new ConfigError('--tls-key needs --tls-cert FILE, the certificate of the key');
  return { tls: { cert: resolve(cwd, tlsCert), key: resolve(cwd, tlsKey) } };
}

/** What fits schemas/FederationVersion.json, on one line. */
function readRegion(text: string | undefined): Pick<Config, 'region'> {
  if (text === undefined) return {};
  if (text.length < 1 || text.length > 100 || /\p{C}/u.test(text))
    throw new ConfigError('--region is not 1 to 100 characters on one line; use words such as Lisbon or eu-west');
  return { region: text };
}

/** Without a word of the operator, what registration says. */
function readKind(kind: string | undefined, registration: Config['registration']['mode']): Config['kind'] {
  if (kind === undefined) return ({ open: 'public', token: 'invite_only', closed: 'private' } as const)[registration];
  if (!isOneOf(kinds, kind)) throw new ConfigError(`--kind ${kind} is none of ${list(kinds)}`);
  return kind;
}

function isOneOf<T extends string>(words: readonly T[], word: string): word is T {
  return (words as readonly string[]).includes(word);
}

function list(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new ConfigError(
      `--public-base-url ${text} is not a URL of the node; use one such as https://node.example.org`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

function readAdmin(text: string): string {
  const [local, domain, ...rest] = text.split('@');
  if (!isLocalpart(local) || !domain || rest.length > 0) {
    throw new ConfigError(
      `--bootstrap-admin ${text} is not an address; use one such as admin@example.org, its first part in lower case`,
    );
  }
  return text;
}

function readListen(text: string): Config['listen'] {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  const isAddress = host !== undefined && (match?.[1] === undefined || isIP(host) === 6);
  if (!isAddress || port > 65535) {
    throw new ConfigError(`--listen ${text} is not an address and port; use one such as 127.0.0.1:8448 or [::1]:8448`);
  }
  return { host, port };
}

function readRegistration(mode: string, token: string | undefined): Config['registration'] {
  if (token !== undefined && mode !== 'token') {
    throw new ConfigError('--registration-token needs --registration token');
  }
  switch (mode) {
    case 'open':
    case 'closed':
      return { mode };
    case 'token':
      if (!token)
        throw new ConfigError('--registration token needs --registration-token TEXT, which new users have to give');
      return { mode, token };
    default:
      throw new ConfigError(`--registration ${mode} is none of open, token and closed`);
  }
}
