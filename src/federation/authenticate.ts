// Who a signed request comes from: one check after another, in the order of section 15.2.
import type { AuditEntry } from '../core/audit-chain.ts';
import { EccpError } from '../core/errors.ts';
import {
  type Authorization,
  bodyDigest,
  checkWindow,
  claimedOrigin,
  parseAuthorization,
  verifyRequest,
} from '../core/request-signature.ts';
import type { NodeName } from '../generated/api.ts';
import type { NodeStore } from '../services/environment.ts';
import type { PeerKeys } from './peer-keys.ts';
import { SeenRequests } from './seen-requests.ts';

/** A request to a signed operation, before anything in it was believed. */
export interface SignedRequest {
  readonly method: string;
  /** The request target as it came. */
  readonly uri: string;
  /** The values of all its Authorization headers. */
  readonly authorization: readonly string[];
  /** Reads the body's bytes. @throws EccpError ECCP_TOO_LARGE */
  readonly body: () => Promise<Uint8Array>;
  /** The caller's IP address. */
  readonly address: string;
  /** For the records. */
  readonly requestId: string;
}

export interface AuthenticatorOptions {
  /** This node's. */
  readonly name: string;
  readonly peerKeys: Pick<PeerKeys, 'key' | 'checkQuarantine'>;
  readonly store: NodeStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** When the node started, where its memory of requests does not outlast a restart: then nothing older than a minute after it is accepted. */
  readonly bootTs?: number;
  /** @throws EccpError ECCP_POLICY_DENIED */
  readonly policy: (node: NodeName) => Promise<void>;
  /** Takes from what the node may ask. @throws EccpError ECCP_LIMIT_EXCEEDED, which it records itself */
  readonly limit: (node: NodeName, address: string) => void;
  readonly audit: (entry: AuditEntry) => Promise<void>;
}

/** How long after a start without memory nothing is accepted that was signed before, in milliseconds: as far as clocks may lead. */
const bootMargin = 60_000;
/** How much of a request target a record has, in characters. */
const maxUri = 255;

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #seen: SeenRequests;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#seen = new SeenRequests(options.store);
  }

  /**
   * The node that signed a request.
   *
   * @throws EccpError ECCP_BAD_AUTH, ECCP_BAD_ENCODING, ECCP_WRONG_DESTINATION, ECCP_CLOCK_SKEW, ECCP_POLICY_DENIED,
   *   ECCP_LIMIT_EXCEEDED, ECCP_QUARANTINED, ECCP_TOO_LARGE, ECCP_BAD_SIGNATURE, ECCP_KEY_REVOKED, ECCP_REPLAY, and what fetching the
   *   node's keys fails with (PeerKeys.refresh).
   */
  async authenticate(request: SignedRequest): Promise<NodeName> {
    const { peerKeys, policy, limit } = this.#options;
    const fields = parseAuthorization(request.authorization); // AUTH-011, AUTH-012
    const origin = fields.origin as NodeName;
    this.#checkNames(fields);
    this.#checkTime(fields.ts);
    await policy(origin); // AUTH-016
    limit(origin, request.address); // AUTH-017
    await peerKeys.checkQuarantine(origin); // AUTH-018
    const body = await request.body(); // AUTH-019
    if (bodyDigest(body) !== fields.digest) throw badSignature('the digest is not that of the body'); // AUTH-020
    const key = await peerKeys.key(origin, fields.key); // AUTH-021 to AUTH-024
    if (!verifyRequest(key, fields, request)) throw badSignature('the signature does not verify'); // AUTH-025
    this.#checkTime(fields.ts); // again: body and key may have taken long, and a request must be remembered until its time is over
    const isNew = await this.#seen.add(fields, this.#options.now());
    if (!isNew) throw new EccpError('ECCP_REPLAY', 'a request with this nonce was accepted before'); // AUTH-026
    return origin;
  }

  /**
   * Records that a signed request was refused, by this class or by what its operation says of the rest, under the name that it claims.
   *
   * @throws StoreUnavailable
   */
  async refused({ authorization, uri, method, requestId }: SignedRequest, error: EccpError): Promise<void> {
    const origin = claimedOrigin(authorization);
    // Limits make records of their own, one for each time that they are run into: a flood must not fill the disk.
    if (origin === undefined || error.errcode === 'ECCP_LIMIT_EXCEEDED') return;
    await this.#options.audit({
      kind: 'federation.refused',
      actor: origin,
      subject: origin, // AUD-007
      errcode: error.errcode,
      request_id: requestId,
      detail: { method, uri: uri.slice(0, maxUri), error: error.message },
    });
  }

  #checkNames({ origin, destination }: Authorization): void {
    const { name } = this.#options;
    if (destination !== name) throw new EccpError('ECCP_WRONG_DESTINATION', `this is ${name}, not ${destination}`); // AUTH-013
    if (origin === name) throw new EccpError('ECCP_BAD_AUTH', `${name} sends nothing to itself`); // AUTH-014
  }

  #checkTime(ts: number): void {
    const { bootTs, now } = this.#options;
    checkWindow(ts, now()); // AUTH-015
    if (bootTs !== undefined && ts < bootTs + bootMargin) {
      throw new EccpError('ECCP_CLOCK_SKEW', 'signed before this node could remember requests');
    }
  }
}

function badSignature(what: string): EccpError {
  return new EccpError('ECCP_BAD_SIGNATURE', what);
}
