// What --ca names: an authority of the suite's own, which vouches for the nodes that it plays, or one that only vouches for the node.
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { ConfigurationError, messageOf } from '../outcome.ts';
import { type Authority, readAuthority } from './authority.ts';

/** Whom a run trusts beside the authorities of Node.js. */
export interface Trust {
  /** In PEM. */
  root?: string;
  /** What the nodes that the suite plays show certificates of. */
  authority?: Authority;
}

/** Whether --ca is of a kind that makes the nodes that the suite plays speak TLS: a folder. */
export function isAuthority(ca: string | undefined): boolean {
  return ca !== undefined && !statSync(ca, { throwIfNoEntry: false })?.isFile();
}

/** Reads what --ca names. @throws ConfigurationError where it holds no certificate. */
export function readTrust(ca: string | undefined): Trust {
  if (ca === undefined) return {};
  if (isAuthority(ca)) {
    const authority = readAuthority(ca);
    return { root: authority.cert, authority };
  }
  try {
    const root = readFileSync(ca, 'utf8');
    new X509Certificate(root);
    return { root };
  } catch (error) {
    throw new ConfigurationError(
      `${ca} holds no certificate in PEM (${messageOf(error)}): name another file with --ca.`,
    );
  }
}
