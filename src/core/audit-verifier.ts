import {
  type AuditPlace,
  type AuditRecord,
  readSignedRecord,
  recordHash,
  type SignedAuditRecord,
} from './audit-chain.ts';
import { canonicalize, type Json } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { documentHash, type SignedKeyDocument, verifyChain } from './key-document.ts';
import { keyId, verify } from './signing.ts';

/** What has been verified so far. */
export interface AuditVerified {
  readonly node: string | undefined;
  readonly count: number;
  readonly first: number | undefined;
  readonly last: AuditPlace | undefined;
  /** How many key documents there are, and the hash of the first. */
  readonly documents: number;
  readonly firstDocument: string | undefined;
}

/** Verifies an audit log record by record, whoever handed it over. It may start anywhere, but then has to go on without a hole. */
export class AuditVerifier {
  readonly #documents: SignedKeyDocument[] = [];
  /** By key id: the public key, and the first and the last of the documents that list it, by their place in the chain. */
  readonly #keys = new Map<string, { publicKey: string; first: number; last: number }>();
  /** Before which document no later record can have been signed. */
  #floor = 0;
  #first: number | undefined;
  #last: AuditPlace | undefined;
  #count = 0;

  /**
   * Takes key documents, oldest first; those that it has already are passed over.
   *
   * @throws EccpError those of verifyChain().
   */
  learn(documents: readonly Json[]): void {
    const known = new Set(this.#documents.map((signed) => canonicalize(signed)));
    const fresh = documents.filter((signed) => !known.has(canonicalize(signed)));
    if (fresh.length === 0) return;
    const [start] = this.#documents.length > 0 ? this.#documents : (fresh as SignedKeyDocument[]);
    verifyChain(fresh, String(start?.document?.node), this.#documents.at(-1)?.document);
    for (const signed of fresh as SignedKeyDocument[]) {
      const place = this.#documents.push(signed) - 1;
      for (const publicKey of signed.document.keys) {
        const id = keyId(publicKey);
        this.#keys.set(id, { publicKey, first: this.#keys.get(id)?.first ?? place, last: place });
      }
    }
  }

  /**
   * Takes the next record.
   *
   * @param received untrusted JSON.
   * @throws EccpError that says which record is at fault and how.
   */
  take(received: Json): AuditRecord {
    const signed = readSignedRecord(
      received,
      this.#last === undefined ? 'the first record' : `what follows record ${this.#last.seq}`,
    );
    const { record } = signed;
    this.#checkPlace(record);
    if (recordHash(record) !== signed.hash)
      throw fault('ECCP_CHAIN_FORK', record, 'was altered: its hash does not hold');
    this.#checkSignature(signed);
    this.#first ??= record.seq;
    this.#last = { seq: record.seq, hash: signed.hash };
    this.#count++;
    return record;
  }

  get verified(): AuditVerified {
    const [start] = this.#documents;
    return {
      node: start?.document.node,
      count: this.#count,
      first: this.#first,
      last: this.#last,
      documents: this.#documents.length,
      firstDocument: start && documentHash(start.document),
    };
  }

  #checkPlace(record: AuditRecord): void {
    const node = this.#documents[0]?.document.node;
    if (record.node !== node) {
      throw fault(
        'ECCP_BAD_KEY',
        record,
        `is of ${record.node}, but the key documents are ${node === undefined ? 'missing' : `of ${node}`}`,
      );
    }
    const last = this.#last;
    if (last === undefined) {
      if ((record.seq === 0) !== (record.prev === null))
        throw fault('ECCP_CHAIN_FORK', record, 'names no record before it');
      return;
    }
    if (record.seq > last.seq + 1)
      throw fault('ECCP_GAP', record, `comes after record ${last.seq}: what was between is missing`);
    if (record.seq <= last.seq) throw fault('ECCP_CHAIN_FORK', record, `comes after record ${last.seq}`);
    if (record.prev !== last.hash) throw fault('ECCP_CHAIN_FORK', record, 'does not continue the one before it');
  }

  /** Records are signed by the keys of their time: once a record needed a newer document, a key that it dropped signs none. */
  #checkSignature({ record, key, signature }: SignedAuditRecord): void {
    const known = this.#keys.get(key);
    if (known === undefined) throw fault('ECCP_BAD_KEY', record, `is signed by ${key}, which no key document lists`);
    if (known.last < this.#floor)
      throw fault('ECCP_KEY_REVOKED', record, `is signed by ${key}, which was dropped before`);
    if (!verify(known.publicKey, 'eccp.audit-sig.v1', record, signature)) {
      throw fault('ECCP_BAD_SIGNATURE', record, 'has a signature that does not verify');
    }
    this.#floor = Math.max(this.#floor, known.first);
  }
}

function fault(errcode: EccpError['errcode'], record: AuditRecord, what: string): EccpError {
  return new EccpError(errcode, `record ${record.seq} ${what}`);
}
