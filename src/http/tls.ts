// The certificate with which the node serves HTTPS itself.
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config.ts';

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** What a server needs to speak TLS. */
export interface TlsContext {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.3';
}

/**
 * Reads the certificate (with the chain above it) and its private key.
 *
 * @throws ConfigError for files that cannot be read or do not belong together.
 */
export async function readTls(files: TlsFiles): Promise<TlsContext> {
  const context: TlsContext = {
    cert: await read('--tls-cert', files.cert),
    key: await read('--tls-key', files.key),
    minVersion: 'TLSv1.3',
  };
  try {
    createSecureContext(context);
  } catch (cause) {
    throw new ConfigError(
      `--tls-cert ${files.cert} and --tls-key ${files.key} are not a certificate and its private key, both in PEM without a password: ${(cause as Error).message}`,
      { cause },
    );
  }
  return context;
}

/**
 * Makes a server go on with what the files hold now; connections that are open keep what they began with.
 *
 * @throws ConfigError; the server then goes on as before.
 */
export async function reloadTls(server: Pick<Server, 'setSecureContext'>, files: TlsFiles): Promise<void> {
  server.setSecureContext(await readTls(files));
}

async function read(flag: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigError(
      `${flag} ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}); name a PEM file that this user may read`,
      { cause },
    );
  }
}
