// The audit log's chain: each record names the hash of the one before it and is signed by the node (AUD).
import { canonicalize, type Json, type JsonObject } from './canonical-json.ts';
import { EccpError } from './errors.ts';
import { isHash, isKeyId, isNodeName } from './ids.ts';
import { isCount, isObject, isString, isText, type Members } from './members.ts';
import { hash, type SigningKey } from './signing.ts';

/** One decision, as it was taken (schemas/AuditRecord.json). */
export type AuditRecord = {
  v: 1;
  node: string;
  seq: number;
  prev: string | null;
  /** Milliseconds since 1970, by the node's clock when it recorded: not promised to ascend. */
  ts: number;
  kind: string;
  actor: string;
  subject?: string;
  errcode?: string;
  request_id?: string;
  detail: JsonObject;
};

export type SignedAuditRecord = { record: AuditRecord; hash: string; key: string; signature: string };

/** What somebody wants to have recorded; its place in the chain and the time are the log's to say. */
export interface AuditEntry {
  /** Such as `federation.refused`. */
  readonly kind: string;
  /** A user id, a node name, or `node` for the node itself. */
  readonly actor: string;
  readonly subject?: string | undefined;
  readonly errcode?: string | undefined;
  readonly request_id?: string | undefined;
  readonly detail?: JsonObject | undefined;
}

/** The end of a chain. */
export interface AuditPlace {
  readonly seq: number;
  readonly hash: string;
}

/**
 * The record that continues a chain.
 *
 * @param before the last record's place; undefined for the first.
 * @param now in milliseconds since 1970.
 * @throws EccpError ECCP_BAD_JSON for a detail that has no canonical form.
 */
export function nextRecord(
  node: string,
  before: AuditPlace | undefined,
  entry: AuditEntry,
  now: number,
  key: SigningKey,
): SignedAuditRecord {
  const { kind, actor, subject, errcode, request_id, detail } = entry;
  const record: AuditRecord = {
    v: 1,
    node,
    seq: before === undefined ? 0 : before.seq + 1,
    prev: before?.hash ?? null,
    ts: now,
    kind,
    actor,
    ...(subject === undefined ? {} : { subject }),
    ...(errcode === undefined ? {} : { errcode }),
    ...(request_id === undefined ? {} : { request_id }),
    detail: detail ?? {},
  };
  return { record, hash: recordHash(record), key: key.keyId, signature: key.sign('eccp.audit-sig.v1', record) };
}

/** What the next record's `prev` must be. */
export function recordHash(record: AuditRecord): string {
  return hash('eccp.audit.v1', canonicalize(record));
}

const kindPattern = /^[a-z_]+(\.[a-z_]+)+$/;
const required: Members = {
  v: (value) => value === 1,
  node: isNodeName,
  seq: isCount,
  prev: (value) => value === null || isHash(value),
  ts: isCount,
  kind: (value) => isString(value) && value.length <= 100 && kindPattern.test(value),
  actor: isName,
  detail: isObject,
};
const optional: Members = {
  subject: isName,
  errcode: (value) => isString(value) && /^ECCP_[A-Z_]+$/.test(value),
  request_id: isText(64),
};

function isName(value: Json): boolean {
  return value !== '' && isText(255)(value);
}

/**
 * Takes what was received for a signed record, once its form is right; hash and signature are for others to check.
 *
 * @param where what it stands for, for the error.
 * @throws EccpError ECCP_BAD_JSON
 */
export function readSignedRecord(received: Json, where: string): SignedAuditRecord {
  const fits =
    isObject(received) &&
    Object.keys(received).sort().join() === 'hash,key,record,signature' &&
    isHash(received.hash) &&
    isKeyId(received.key) &&
    isString(received.signature ?? null) &&
    isRecord(received.record);
  if (!fits) throw new EccpError('ECCP_BAD_JSON', `${where} is not an audit record`);
  return received as SignedAuditRecord;
}

function isRecord(record: Json | undefined): boolean {
  if (!isObject(record) || !Object.keys(required).every((name) => Object.hasOwn(record, name))) return false;
  const checkOf = (name: string) =>
    Object.hasOwn(required, name) ? required[name] : Object.hasOwn(optional, name) ? optional[name] : undefined;
  return Object.entries(record).every(([name, value]) => checkOf(name)?.(value) === true);
}
