import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { toBase64url } from '../../../src/core/encoding.ts';
import { signRequest } from '../../../src/core/request-signature.ts';
import { keyOf } from '../fixed.ts';
import { exchange, headerOf, signedMembers, signer, vector } from './scene.ts';

/** Headers out of form (AUTH-011), and members that are not base64url (AUTH-012). */
export function forms(): JsonObject[] {
  const header = signRequest(signer, exchange);
  const bad = (name: string, ...authorization: string[]) =>
    vector('AUTH-011', name, 'ECCP_BAD_AUTH', {}, { authorization });
  const changed = (name: string, from: string | RegExp, to: string) => bad(name, header.replace(from, to));
  /** A member that is signed as it stands. */
  const member = (rule: string, name: string, expected: string, changes: JsonObject) => {
    const members = { ...signedMembers(), ...changes };
    const text = headerOf(members, signer.sign('eccp.http.v1', members));
    return vector(rule, name, expected, {}, { authorization: [text] });
  };
  const odd = (name: string, changes: JsonObject) => member('AUTH-012', name, 'ECCP_BAD_ENCODING', changes);
  const signed = (name: string, change: (signature: string) => string) => {
    const signature = change(signer.sign('eccp.http.v1', signedMembers()));
    const text = headerOf(signedMembers(), signature);
    return vector('AUTH-012', name, 'ECCP_BAD_ENCODING', {}, { authorization: [text] });
  };
  const digest = String(signedMembers().digest);
  return [
    bad('no header'),
    bad('the header twice', header, header),
    bad('an access token beside the header', header, 'Bearer abcdefghijklmnopqrstuvwxyz'),
    bad('an access token in its place', 'Bearer abcdefghijklmnopqrstuvwxyz'),
    bad('an empty header', ''),
    bad('the scheme alone', 'ECCP-FED'),
    changed('the scheme in small letters', 'ECCP-FED', 'eccp-fed'),
    changed('two spaces after the scheme', ' ', '  '),
    changed('a space after a comma', '",', '", '),
    changed('no quotation marks', /"/g, ''),
    changed('a comma at the end', /$/, ','),
    changed('a member that nobody knows', /$/, ',version="1"'),
    changed('a member twice', /(ts="\d+")/, '$1,$1'),
    changed('two members exchanged', /(ts="[^"]*"),(nonce="[^"]*")/, '$2,$1'),
    changed('the signature first', /ECCP-FED (.*),(signature="[^"]*")/, 'ECCP-FED $2,$1'),
    changed('a name in capitals', 'nonce=', 'Nonce='),
    ...['origin', 'destination', 'key', 'ts', 'nonce', 'digest'].map((name) =>
      changed(`no ${name}`, new RegExp(`${name}="[^"]*",`), ''),
    ),
    changed('no signature', /,signature="[^"]*"/, ''),
    member('AUTH-011', 'an origin in capitals', 'ECCP_BAD_AUTH', { origin: 'EXAMPLE.ORG' }),
    member('AUTH-011', 'a destination with a dot at its end', 'ECCP_BAD_AUTH', { destination: 'peer.example.net.' }),
    member('AUTH-011', 'a key without its algorithm', 'ECCP_BAD_AUTH', { key: signer.keyId.slice(8) }),
    member('AUTH-011', 'a public key for its id', 'ECCP_BAD_AUTH', { key: keyOf(1).publicKey }),
    changed('a ts with a leading zero', 'ts="', 'ts="0'),
    changed('a ts with a sign', 'ts="', 'ts="+'),
    changed('a negative ts', 'ts="', 'ts="-'),
    changed('a ts with a fraction', /ts="(\d+)"/, 'ts="$1.0"'),
    changed('a ts of 2^53', /ts="\d+"/, 'ts="9007199254740992"'),
    changed('a ts in seconds with an exponent', /ts="\d+"/, 'ts="1775001600e3"'),
    changed('an empty ts', /ts="\d+"/, 'ts=""'),
    odd('a nonce with padding', { nonce: `${exchange.nonce}==` }),
    odd('a nonce with spare bits', { nonce: `${'A'.repeat(21)}B` }),
    odd('a nonce in the other alphabet', { nonce: `${'+/'.repeat(10)}+A` }),
    odd('a nonce of 15 bytes', { nonce: 'A'.repeat(20) }),
    odd('a nonce of 17 bytes', { nonce: `${'A'.repeat(22)}A` }),
    odd('an empty nonce', { nonce: '' }),
    odd('a digest with padding', { digest: `${digest}=` }),
    odd('a digest in hexadecimal', { digest: Buffer.from(digest, 'base64url').toString('hex') }),
    odd('a digest of 31 bytes', { digest: toBase64url(Buffer.from(digest, 'base64url').subarray(1)) }),
    signed('a signature with padding', (text) => `${text}==`),
    signed('a signature with spare bits', (text) => text.replace(/.$/, nextOf)),
    signed('a signature of 63 bytes', (text) => text.slice(0, 84)),
    signed('a signature of 65 bytes', (text) => `${text.slice(0, 85)}AA`),
    signed('an empty signature', () => ''),
  ];
}

/** The next character of the alphabet: after one without spare bits, one with some. */
function nextOf(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) + 1] ?? '';
}
