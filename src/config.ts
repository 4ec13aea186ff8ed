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
}

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
  return {
    serverName: options.serverName,
    publicBaseUrl: readBaseUrl(options.publicBaseUrl),
    bootstrapAdmin: readAdmin(options.bootstrapAdmin),
    dataDir: resolve(cwd, options.dataDir),
    listen: readListen(options.listen),
    registration: readRegistration(options.registration, options.registrationToken),
    repair: options.repair === true,
  };
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
