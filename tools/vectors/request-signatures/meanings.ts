import type { JsonObject } from '../../../src/core/canonical-json.ts';
import { signRequest } from '../../../src/core/request-signature.ts';
import { nonceOf, startTime } from '../fixed.ts';
import { flipped, raised } from '../spoilt.ts';
import {
  exchange,
  headerOf,
  node,
  type Received,
  type Request,
  retired,
  revoked,
  signedMembers,
  signer,
  stranger,
  vector,
} from './scene.ts';

const head = '/_eccp/federation/v1/rooms/!Ut733Ao9Cyr6b0jMaUqgyfL5SHS6e1efx5LpbGDyQ5s:example.org/head';
const log =
  '/_eccp/federation/v1/rooms/%21Ut733Ao9Cyr6b0jMaUqgyfL5SHS6e1efx5LpbGDyQ5s%3Aexample.org/log?from=0&limit=100';

/** Headers in form: good ones, and those that name, date or sign what they should not (AUTH-013 to AUTH-025). */
export function meanings(): JsonObject[] {
  const ok = (rule: string, name: string, signed: Partial<Request> = {}, received: Partial<Received> = {}) =>
    vector(rule, name, 'ok', signed, received);
  const skewed = (name: string, ts: number) => vector('AUTH-015', name, 'ECCP_CLOCK_SKEW', { ts });
  const altered = (rule: string, name: string, signed: Partial<Request>, received: Partial<Received>) =>
    vector(rule, name, 'ECCP_BAD_SIGNATURE', signed, received);
  const get = (uri: string) => ({ method: 'GET', uri, body: '' });
  /** The signature of another request, under the header of this one. */
  const crossed = (name: string, other: Partial<Request>) => {
    const signature = signatureIn(signRequest(signer, { ...exchange, ...other }));
    return altered('AUTH-025', name, {}, { authorization: [headerOf(signedMembers(), signature)] });
  };
  const resigned = (name: string, change: (signature: string) => string) => {
    const signature = change(signatureIn(signRequest(signer, exchange)));
    return altered('AUTH-025', name, {}, { authorization: [headerOf(signedMembers(), signature)] });
  };
  return [
    ok('AUTH-002', 'the example of chapter 15'),
    ok('AUTH-004', 'a request without a body', get(head)),
    ok('AUTH-003', 'a path with escapes, and a query', get(log)),
    ok('AUTH-004', 'a body outside ASCII, with white space', { body: '{ "padding": "Grüße\\u2028" }\n' }),
    ok('AUTH-015', 'signed 300000 ms ago', { ts: startTime - 300_000 }),
    ok('AUTH-015', 'signed 60000 ms from now', { ts: startTime + 60_000 }),
    vector('AUTH-013', 'another destination', 'ECCP_WRONG_DESTINATION', { destination: 'other.example.net' }),
    vector('AUTH-013', 'the destination with a port', 'ECCP_WRONG_DESTINATION', { destination: `${node}:8448` }),
    vector('AUTH-014', 'the receiver’s own name as origin', 'ECCP_BAD_AUTH', { origin: node }),
    skewed('signed 300001 ms ago', startTime - 300_001),
    skewed('signed 60001 ms from now', startTime + 60_001),
    skewed('signed in 1970', 0),
    altered('AUTH-020', 'another body', {}, { body: '{"padding":""}' }),
    altered('AUTH-020', 'another body of the same meaning', {}, { body: '{ }' }),
    altered('AUTH-020', 'no body where one was signed', {}, { body: '' }),
    altered('AUTH-020', 'a body where none was signed', get(head), { body: '{}' }),
    vector('AUTH-022', 'a key that the origin revoked', 'ECCP_KEY_REVOKED', { key: revoked }),
    vector('AUTH-024', 'a key that only an earlier document lists', 'ECCP_BAD_SIGNATURE', { key: retired }),
    vector('AUTH-024', 'a key that no document lists', 'ECCP_BAD_SIGNATURE', { key: stranger }),
    altered('AUTH-025', 'another method', {}, { method: 'PUT' }),
    altered('AUTH-025', 'another path', {}, { uri: '/_eccp/federation/v1/diagnose' }),
    altered('AUTH-025', 'a query that was not signed', {}, { uri: `${exchange.uri}?a=1` }),
    altered('AUTH-025', 'another query', get(log), { uri: log.replace('limit=100', 'limit=101') }),
    altered('AUTH-025', 'the query in another order', get(log), {
      uri: log.replace('from=0&limit=100', 'limit=100&from=0'),
    }),
    altered('AUTH-025', 'the path with its escapes resolved', get(log), {
      uri: log.replace('%21', '!').replace('%3A', ':'),
    }),
    altered('AUTH-025', 'the escapes in small letters', get(log), { uri: log.replace('%3A', '%3a') }),
    crossed('another origin was signed', { origin: 'other.example.org' }),
    crossed('another destination was signed', { destination: 'other.example.net' }),
    crossed('another time was signed', { ts: startTime - 1 }),
    crossed('another nonce was signed', { nonce: nonceOf(7) }),
    crossed('another body was signed', { body: '' }),
    resigned('a bit of the signature flipped', flipped),
    resigned('S + L', raised),
    resigned('the signature of another key', () => stranger.sign('eccp.http.v1', signedMembers())),
    resigned('a signature in the domain of events', () => signer.sign('eccp.event-sig.v1', signedMembers())),
    resigned('ts signed as a text', () => signer.sign('eccp.http.v1', { ...signedMembers(), ts: String(startTime) })),
  ];
}

function signatureIn(header: string): string {
  return /signature="([^"]*)"/.exec(header)?.[1] ?? '';
}
