// How a fake node's certificate, or its TLS, departs from what section 14.3 asks for.
import { createPrivateKey } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { Authority, issueBy } from '../tls/authority.ts';

const DAY = 24 * 60 * 60 * 1000;
const ELSEWHERE = ['elsewhere.test', '192.0.2.1'];

/** What a fake node at `host` shows instead of a certificate of the authority for it. */
type TlsFault = (authority: Authority, host: string) => SecureContextOptions;

/** Each by the words that scenarios use for it. */
export const TLS_FAULTS: Readonly<Record<string, TlsFault>> = {
  'a certificate for another host': (authority) => authority.issue(ELSEWHERE),
  'a certificate for another host that names it in its subject': (authority, host) =>
    authority.issue(ELSEWHERE, { name: host }),
  'a certificate that has ended': (authority, host) =>
    authority.issue([host], { from: new Date(Date.now() - 30 * DAY), until: new Date(Date.now() - DAY) }),
  'a certificate that begins tomorrow': (authority, host) =>
    authority.issue([host], { from: new Date(Date.now() + DAY) }),
  'a certificate that vouches for itself': (_authority, host) => issueBy(undefined, [host]),
  // Of the same name as the one that is trusted: what counts is the key.
  'a certificate of an authority that nobody named': (_authority, host) => new Authority().issue([host]),
  'a certificate that another node has made': (authority, host) => {
    const node = authority.issue([host], { name: 'A node' });
    const made = issueBy({ name: 'A node', key: createPrivateKey(node.key) }, [host]);
    return { cert: `${made.cert}${node.cert}`, key: made.key };
  },
  'TLS 1.2 and nothing newer': (authority, host) => ({
    ...authority.issue([host]),
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
  }),
};
