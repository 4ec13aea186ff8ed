import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../config.ts';

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificates that vouch for peers in place of the system's.
 *
 * @returns them in PEM. @throws ConfigError for a file that cannot be read, holds none, or holds a damaged one.
 */
export async function readTrustedRoots(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigError(
      `--trusted-roots ${path} cannot be read (${cause.code}); name a PEM file that this user may read`,
      { cause },
    );
  });
  const found = text.match(certificate) ?? [];
  if (found.length === 0)
    throw new ConfigError(`--trusted-roots ${path} holds no certificate; name a file of certificates in PEM`);
  for (const [i, pem] of found.entries()) {
    try {
      new X509Certificate(pem);
    } catch (cause) {
      throw new ConfigError(
        `--trusted-roots ${path}: certificate ${i + 1} of ${found.length} cannot be read; export it again`,
        { cause },
      );
    }
  }
  return found.join('\n');
}
