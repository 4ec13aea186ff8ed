// The throw-away certificate authority of a run: the operator of the node has it trust this one, and every fake node shows a certificate of it.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, messageOf } from '../outcome.ts';
import { type Claims, certify, type Issuer, keyPem, newKey } from './certificate.ts';

/** A certificate, with those between it and the authority after it, and its key; both in PEM. */
export interface Certified {
  cert: string;
  key: string;
}

const NAME = 'Throw-away authority of eccp-conformance';
const NODE = 'A node that is checked with eccp-conformance, or played by it';
const DAY = 24 * 60 * 60 * 1000;
/** How long an authority is good for: long enough to be left in a setup, short enough to be no risk that is forgotten. */
const LIFETIME = 365 * DAY;
/** Where a node on the same machine is reached. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** Vouches for certificates. */
export class Authority {
  /** Its own certificate, in PEM. */
  readonly cert: string;
  readonly #issuer: Issuer;

  /** An authority that nobody knows yet, or the one that was kept in a folder. */
  constructor(kept?: Certified) {
    this.#issuer = { name: NAME, key: kept ? createPrivateKey(kept.key) : newKey() };
    this.cert = kept?.cert ?? certify(this.#issuer.key, claims({ hosts: [], authority: true }), this.#issuer);
  }

  /** Vouches for a new key. @param bend what the certificate says otherwise. */
  issue(hosts: readonly string[], bend: Partial<Claims> = {}): Certified {
    return issueBy(this.#issuer, hosts, bend);
  }

  /** The key, for whoever keeps the authority. */
  get key(): string {
    return keyPem(this.#issuer.key);
  }
}

/** Makes a certificate for a new key in the name of anybody, who may vouch for others or not; `issuer` absent: the key vouches for itself. */
export function issueBy(issuer: Issuer | undefined, hosts: readonly string[], bend: Partial<Claims> = {}): Certified {
  const key = newKey();
  const said = claims({ hosts, authority: false, ...bend });
  return { cert: certify(key, said, issuer ?? { name: said.name, key }), key: keyPem(key) };
}

/**
 * Makes an authority and keeps it in a folder: `ca.pem` for those who shall trust it, `ca-key.pem` for the suite, and `node.pem` with
 * `node-key.pem` for a node under test that has no certificate yet.
 * @param hosts where that node is reached beside loopback.
 * @throws ConfigurationError where there is one already, or the folder cannot be written.
 */
export function makeAuthority(folder: string, hosts: readonly string[]): void {
  if (existsSync(join(folder, 'ca.pem')))
    throw new ConfigurationError(`${folder} holds an authority already: use it, or name another folder.`);
  const authority = new Authority();
  const node = authority.issue([...LOOPBACK, ...hosts]);
  try {
    mkdirSync(folder, { recursive: true });
    const write = (name: string, text: string, mode = 0o644) => writeFileSync(join(folder, name), text, { mode });
    write('ca-key.pem', authority.key, 0o600);
    write('node-key.pem', node.key, 0o600);
    write('node.pem', node.cert);
    write('ca.pem', authority.cert);
  } catch (error) {
    throw new ConfigurationError(`${folder} cannot be written (${messageOf(error)}): name another folder.`);
  }
}

/** The authority that a folder keeps. @throws ConfigurationError where there is none, or none that holds. */
export function readAuthority(folder: string): Authority {
  const make = `make one with eccp-conformance ca ${folder}, and have the node trust its ca.pem`;
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  let kept: Certified;
  let certificate: X509Certificate;
  try {
    kept = { cert: read('ca.pem'), key: read('ca-key.pem') };
    certificate = new X509Certificate(kept.cert);
    if (!certificate.checkPrivateKey(createPrivateKey(kept.key)))
      throw new Error('ca-key.pem is not the key of ca.pem');
  } catch (error) {
    throw new ConfigurationError(`there is no authority in ${folder} (${messageOf(error)}): ${make}.`);
  }
  if (certificate.validToDate.getTime() <= Date.now())
    throw new ConfigurationError(
      `the authority in ${folder} has ended on ${certificate.validTo}: remove it and ${make}.`,
    );
  return new Authority(kept);
}

/** From a day ago, because clocks differ. */
function claims(said: Pick<Claims, 'hosts' | 'authority'> & Partial<Claims>): Claims {
  const now = Date.now();
  return { name: said.authority ? NAME : NODE, from: new Date(now - DAY), until: new Date(now + LIFETIME), ...said };
}
