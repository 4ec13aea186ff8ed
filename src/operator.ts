// operator.json: how the command line on the node's own machine reaches the running node and proves that it may read its data directory.
import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { DeviceId, UserId } from './generated/api.ts';
import type { Session } from './services/sessions.ts';

/** What the file holds. */
export interface OperatorFile {
  /** Where the node serves: always an address of this machine. */
  readonly url: string;
  /** An access token with the scope `admin`, good until the node stops. */
  readonly token: string;
  /** For https: the certificate that the node serves, as PEM. No other one is to be trusted with the token. */
  readonly ca?: string;
}

export function operatorFile(dataDir: string): string {
  return join(dataDir, 'operator.json');
}

export interface OperatorOptions {
  readonly dataDir: string;
  readonly serverName: string;
  /** `local@domain`: what the operator does is done in the name of this account. */
  readonly bootstrapAdmin: string;
  /** Bytes from a cryptographic random source. */
  random(length: number): Uint8Array;
  /** Aborted when the node stops: the file goes then. */
  readonly stopping: AbortSignal;
}

/** Who can read the data directory is the operator. The token is a new one at each start, and never stored but in the file. */
export class Operator {
  readonly #file: string;
  readonly #token: string;
  readonly #session: Session;
  readonly #stopping: AbortSignal;

  constructor({ dataDir, serverName, bootstrapAdmin, random, stopping }: OperatorOptions) {
    const localpart = bootstrapAdmin.slice(0, bootstrapAdmin.indexOf('@'));
    this.#file = operatorFile(dataDir);
    this.#token = Buffer.from(random(32)).toString('base64url');
    this.#session = {
      userId: `@${localpart}:${serverName}` as UserId,
      deviceId: 'OPERATOR' as DeviceId,
      scopes: ['admin'],
      tokenHash: digest(this.#token).toString('base64url'),
    };
    this.#stopping = stopping;
    stopping.addEventListener('abort', () => rmSync(this.#file, { force: true }));
  }

  /** Finds the sessions of others by `find`, and the operator's by its token. */
  or(find: (token: string) => Promise<Session | undefined>): (token: string) => Promise<Session | undefined> {
    const expected = digest(this.#token);
    // Hashes have one length, and comparing them takes one time.
    return async (token) => (timingSafeEqual(digest(token), expected) ? this.#session : find(token));
  }

  /**
   * Writes the file; again when the certificate has changed.
   *
   * @param address where the node listens.
   * @param certificate the file with the certificate that it serves; absent for plain HTTP.
   */
  async announce(address: AddressInfo, certificate?: string): Promise<void> {
    const content: OperatorFile = {
      url: `${certificate === undefined ? 'http' : 'https'}://${hostOf(address)}:${address.port}`,
      token: this.#token,
      // The first certificate of a chain is the node's own; to trust its issuer would be to trust whomever else that vouches for.
      ...(certificate === undefined ? {} : { ca: new X509Certificate(await readFile(certificate)).toString() }),
    };
    const beside = `${this.#file}.new`;
    await rm(beside, { force: true }); // the mode of a file that exists would stay
    await writeFile(beside, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(beside, this.#file);
    if (this.#stopping.aborted) await rm(this.#file, { force: true });
  }
}

/** An address of this machine under which what listens at `address` can be reached. */
function hostOf({ address, family }: AddressInfo): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return family === 'IPv6' ? `[${address}]` : address;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
