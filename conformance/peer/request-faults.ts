// The faults that a signed request can have, by the words in which scenarios ask for them.
import { HarnessError } from '../outcome.ts';
import { fromBase64url, toBase64url } from '../wire/hash.ts';
import { signJson } from '../wire/signature.ts';
import { beyondL, cofactored, neutralR } from './edge-signatures.ts';
import type { RequestFaults } from './outgoing.ts';
import { newNonce } from './request-signature.ts';
import type { Sender } from './setting.ts';

/** What each fault does to a request that is otherwise right. */
export const REQUEST_FAULTS: Readonly<Record<string, (peer: Sender) => RequestFaults>> = {
  // the header
  'no Authorization header': () => ({ header: () => [] }),
  'two Authorization headers': () => ({ header: (text) => [text, text] }),
  'an access token in place of the signature': () => ({ header: () => ['Bearer abcdefghijklmnopqrstuvwxyz'] }),
  'the scheme in small letters': () => header((text) => text.replace('ECCP-FED', 'eccp-fed')),
  'another scheme': () => header((text) => text.replace('ECCP-FED', 'ECCP-PEER')),
  'two spaces after the scheme': () => header((text) => text.replace(' ', '  ')),
  'a space after a comma': () => header((text) => text.replace('",', '", ')),
  'no quotation marks': () => header((text) => text.replaceAll('"', '')),
  'a member that nobody knows': () => header((text) => `${text},x="1"`),
  'a member that stands twice': () => header((text) => text.replace(/(ts="\d+")/, '$1,$1')),
  'members in another order': () => header((text) => text.replace(/(ts="\d+"),(nonce="[^"]+")/, '$2,$1')),
  'no nonce': () => header((text) => text.replace(/nonce="[^"]+",/, '')),
  'no signature': () => header((text) => text.replace(/,signature="[^"]+"/, '')),
  'an origin in capitals': () => ({ signed: { origin: 'PEER.EXAMPLE.ORG' } }),
  'a key id of another form': () => ({ signed: { key: 'ed25519:short' } }),
  'a ts with a leading zero': () => header((text) => text.replace('ts="', 'ts="0')),
  'a ts with a fraction': () => header((text) => text.replace(/ts="(\d+)"/, 'ts="$1.5"')),
  'a ts beyond the integers': () => header((text) => text.replace(/ts="(\d+)"/, 'ts="9007199254740993"')),
  'a negative ts': () => header((text) => text.replace('ts="', 'ts="-')),
  // base64url
  'a padded nonce': () => header((text) => text.replace(/nonce="([^"]+)"/, 'nonce="$1=="')),
  'a padded digest': () => header((text) => text.replace(/digest="([^"]+)"/, 'digest="$1="')),
  'a padded signature': () => header((text) => text.replace(/signature="([^"]+)"/, 'signature="$1=="')),
  'spare bits in the nonce': () => ({ signed: { nonce: `${'A'.repeat(21)}B` } }),
  'a nonce in the other alphabet': () => ({ signed: { nonce: `${'+/'.repeat(10)}+A` } }),
  'a nonce of 15 bytes': () => ({ signed: { nonce: 'A'.repeat(20) } }),
  'a nonce of 17 bytes': () => ({ signed: { nonce: 'A'.repeat(23).replace(/.$/, 'Q') } }),
  'a digest of 31 bytes': () => ({ signed: { digest: 'A'.repeat(42) } }),
  'a signature of 63 bytes': () => ({ signature: (text) => toBase64url(fromBase64url(text).subarray(0, 63)) }),
  // names and time
  'another destination': () => ({ signed: { destination: 'another.example.org' } }),
  'the destination without its port': ({ setting }) => ({
    signed: { destination: setting.targetName.replace(/:\d+$/, '').replace(/^localhost$/, 'localhost:1') },
  }),
  "the node's own name as origin": ({ setting }) => ({ signed: { origin: setting.targetName } }),
  'a time 270 seconds ago': () => ({ signed: { ts: Date.now() - 270_000 } }),
  'a time 40 seconds ahead': () => ({ signed: { ts: Date.now() + 40_000 } }),
  'a time 330 seconds ago': () => ({ signed: { ts: Date.now() - 330_000 } }),
  'a time 90 seconds ahead': () => ({ signed: { ts: Date.now() + 90_000 } }),
  // what was signed is not what comes
  'another body': () => ({ sent: { body: Buffer.from('{"padding":"AAAA"}') } }),
  'a space more in the body': () => ({ sent: { body: Buffer.from('{ }') } }),
  'no body': () => ({ sent: { body: undefined } }),
  'a body that was not signed': () => ({ sent: { body: Buffer.from('{}') } }),
  'another query': () => ({ sent: { path: (path) => `${path}?x=1` } }),
  'its path encoded otherwise': () => ({ sent: { path: (path) => path.replace('%3A', ':') } }),
  'another path': () => ({ signed: { uri: '/_eccp/federation/v1/transaction' } }),
  'another method': () => ({ signed: { method: 'PUT' } }),
  'another origin in the signature': ({ name }) => ({
    signed: { origin: 'another.example.org' },
    written: { origin: name },
  }),
  'another time in the signature': () => ({ signed: { ts: Date.now() - 1000 }, written: { ts: Date.now() } }),
  'another nonce in the signature': () => ({ signed: { nonce: newNonce() }, written: { nonce: newNonce() } }),
  'another destination in the signature': ({ setting }) => ({
    signed: { destination: 'another.example.org' },
    written: { destination: setting.targetName },
  }),
  // bodies that are signed as they come
  'a text as its media type': () => ({ contentType: 'text/plain' }),
  'another charset': () => ({ contentType: 'application/json; charset=utf-16' }),
  'a body that says it is packed': () => ({ headers: { 'content-encoding': 'gzip' } }),
  'a signed body that is no JSON': () => ({ body: Buffer.from('{"padding":') }),
  'a signed body with a list of items that is none': () => ({ body: Buffer.from('{"entries":7}') }),
  'a signed body of 1048577 bytes': () => ({ body: Buffer.alloc(1_048_577, ' ') }),
  // signatures and keys
  'another domain of the signature': () => ({
    signature: (_, signed, key) => signJson(key.seed, 'eccp.event-sig.v1', signed),
  }),
  'a signature that holds only with the cofactor': () => ({ signature: (_, signed, key) => cofactored(signed, key) }),
  'a signature whose R is the neutral element': () => ({ signature: (_, signed, key) => neutralR(signed, key) }),
  'a flipped bit in the signature': () => ({ signature: flipped }),
  'a signature whose S is not below L': () => ({ signature: beyondL }),
  'the signature of another key': ({ identity }) => ({
    key: identity.newKey(),
    signed: { key: identity.key.id },
  }),
  'a key that its document does not list': ({ identity }) => ({ key: identity.newKey() }),
};

/**
 * The faults that a text names, joined by “ and ”.
 * @throws HarnessError for words that name none.
 */
export function requestFaults(peer: Sender, words: string): RequestFaults {
  const all = words.split(' and ').map((word) => {
    const fault = REQUEST_FAULTS[word];
    if (!fault) throw new HarnessError(`no fault "${word}"; there are ${Object.keys(REQUEST_FAULTS).join(', ')}`);
    return fault(peer);
  });
  let result: RequestFaults = {};
  for (const faults of all) result = both(result, faults);
  return result;
}

function both(one: RequestFaults, two: RequestFaults): RequestFaults {
  return {
    ...one,
    ...two,
    signed: { ...one.signed, ...two.signed },
    written: { ...one.written, ...two.written },
    sent: { ...one.sent, ...two.sent },
    headers: { ...one.headers, ...two.headers },
    header: (text) => (one.header?.(text) ?? [text]).flatMap((line) => two.header?.(line) ?? [line]),
    signature: (text, signed, key) => {
      const first = one.signature?.(text, signed, key) ?? text;
      return two.signature?.(first, signed, key) ?? first;
    },
  };
}

/** Faults in the header's text alone. */
function header(change: (text: string) => string): RequestFaults {
  return { header: (text) => [change(text)] };
}

/** The signature with another bit in S. */
function flipped(signature: string): string {
  const bytes = Buffer.from(fromBase64url(signature));
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  return toBase64url(bytes);
}
