/** No answer came that could be used. The message says why, for everybody: it names no address (PEER-032). */
export class DialError extends Error {}

/** Every address found is closed (section 14.2). The message has them: it is for the operator. */
export class ClosedError extends Error {}

const untrusted = 'its certificate is vouched for by nobody that is trusted';

/** By the code, because the system's own words name addresses. */
const reasons = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection was cut'],
  ['EPIPE', 'the connection was cut'],
  ['EHOSTUNREACH', 'there is no way to the host'],
  ['ENETUNREACH', 'there is no way to its network'],
  ['ETIMEDOUT', 'no connection in time'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
]);

/** What an error of the system means, and what of a signal that ended the attempt. Other errors are no matter of the peer. */
export function explained(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof DialError) return error;
  if (signal.reason instanceof DialError) return signal.reason;
  if (signal.aborted) return new DialError('no answer in time', { cause: error });
  const { code, errors } = error as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  const first = errors?.[0]?.code ?? code; // several addresses fail with an error each
  if (first === undefined) return error;
  const isTls = first === 'EPROTO' || first.startsWith('ERR_SSL_');
  const reason = isTls ? 'no handshake of TLS 1.3 came about' : reasons.get(first);
  return new DialError(reason ?? `it failed with ${first}`, { cause: error });
}
