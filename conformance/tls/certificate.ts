// X.509 certificates as far as a throw-away authority needs them (RFC 5280): P-256 keys, hosts, a time, and who may vouch for others.
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { address, bits, integer, octets, oid, sequence, set, tagged, text, time, yes } from './der.ts';

/** Who vouches for a certificate: the name in its own certificate, and its key. */
export interface Issuer {
  name: string;
  key: KeyObject;
}

/** What a certificate says. */
export interface Claims {
  /** The common name, which nobody takes for a host. */
  name: string;
  /** The names and IP addresses that it is for; none for an authority. */
  hosts: readonly string[];
  from: Date;
  until: Date;
  /** Whether it may vouch for others. */
  authority: boolean;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const SERVER_AUTHENTICATION = oid('1.3.6.1.5.5.7.3.1');
/** Bits of a key usage: keyCertSign with cRLSign, and digitalSignature. */
const VOUCHES = bits(Buffer.of(0b0000_0110), 1);
const SIGNS = bits(Buffer.of(0b1000_0000), 7);

/** A new private key. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** A private key as a PEM file has it. */
export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** Makes a certificate for a key, in PEM. */
export function certify(key: KeyObject, claims: Claims, issuer: Issuer): string {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40; // positive, and without leading zeros
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))), // version 3
    integer(serial),
    ECDSA_WITH_SHA256,
    nameOf(issuer.name),
    sequence(time(claims.from), time(claims.until)),
    nameOf(claims.name),
    publicKeyOf(key),
    tagged(0xa3, sequence(...extensions(key, claims, issuer))),
  );
  const whole = sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, issuer.key)));
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extensions(key: KeyObject, { hosts, authority }: Claims, issuer: Issuer): Buffer[] {
  const extension = (id: string, value: Uint8Array, ...critical: Buffer[]) =>
    sequence(oid(id), ...critical, octets(value));
  const common = [
    extension('2.5.29.14', octets(keyIdOf(key))),
    extension('2.5.29.35', sequence(tagged(0x80, keyIdOf(issuer.key)))),
    extension('2.5.29.15', authority ? VOUCHES : SIGNS, yes),
    extension('2.5.29.19', authority ? sequence(yes) : sequence(), yes),
  ];
  if (authority) return common;
  const names = hosts.map((host) => (isIP(host) === 0 ? tagged(0x82, Buffer.from(host)) : tagged(0x87, address(host))));
  return [
    ...common,
    extension('2.5.29.37', sequence(SERVER_AUTHENTICATION)),
    extension('2.5.29.17', sequence(...names)),
  ];
}

function nameOf(common: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), text(common))));
}

function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

function keyIdOf(key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyOf(key)).digest().subarray(0, 20);
}
