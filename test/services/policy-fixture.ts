// The services of an operator over a real store, with a clock that only tests move and that can start a second time.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditVerifier } from '../../src/core/audit-verifier.ts';
import type { Json } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import { newDocument, type SignedKeyDocument } from '../../src/core/key-document.ts';
import { firstPolicy } from '../../src/core/policy.ts';
import { generateSigningKey, type SigningKey } from '../../src/core/signing.ts';
import type { OwnKeys } from '../../src/federation/own-keys.ts';
import type { AuditRecord, NodeName, Policy } from '../../src/generated/api.ts';
import { Audit } from '../../src/services/audit.ts';
import type { NodeStore } from '../../src/services/environment.ts';
import type { HostStart } from '../../src/services/host-start.ts';
import { Limits } from '../../src/services/limits.ts';
import { Peers } from '../../src/services/peers.ts';
import { PolicyService } from '../../src/services/policy.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import type { Tables } from '../../src/storage/tables.ts';

export const nodeName = 'node.test';
export const admin = '@admin:node.test';
export const peer = 'peer.test' as NodeName;
export const other = 'other.test' as NodeName;

export interface OperatorFixture {
  store: NodeStore;
  audit: Audit;
  policy: PolicyService;
  peers: Peers;
  limits: Limits;
  /** Keys that nothing here rotates. */
  ownKeys: Pick<OwnKeys, 'rotate' | 'version' | 'keyId'>;
  /** Of a node without rooms that wait. */
  hostStart: Pick<HostStart, 'waiting' | 'override'>;
  /** Who the node is; a test may give it other keys. */
  identity: { name: string; key: SigningKey; chain: SignedKeyDocument[] };
  /** Moves the clock, in milliseconds. */
  pass(ms: number): void;
  /** Every record, verified. */
  records(): Promise<AuditRecord[]>;
  /** Stops, and starts with the same data. */
  restart(first?: Policy): Promise<void>;
  end(): Promise<void>;
}

export async function operatorFixture(first: Policy = firstPolicy('open', [])): Promise<OperatorFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-policy-'));
  const key = generateSigningKey();
  let now = 1_767_225_600_000;
  const environment = { now: () => now, elapsed: () => now, random: randomBytes };
  const open = () => openSqljsStore<Tables>({ directory, migrations, log: () => {} });
  const fixture = {
    identity: { name: nodeName, key, chain: [newDocument(nodeName, [key])] },
    ownKeys: { rotate: () => Promise.reject(new Error('nothing rotates here')), version: 1, keyId: key.keyId },
    hostStart: {
      waiting: async () => [],
      override: () => Promise.reject(new EccpError('ECCP_NOT_FOUND', 'There is no room that waits.')),
    },
    pass: (ms: number) => {
      now += ms;
    },
    async records() {
      const { records, documents, next } = await fixture.audit.page(0, 1000);
      if (next !== undefined) throw new Error('more records than the fixture reads');
      const verifier = new AuditVerifier();
      verifier.learn(documents as unknown as Json[]);
      for (const record of records) verifier.take(record as unknown as Json);
      return records.map(({ record }) => record);
    },
    async restart(policy = first) {
      await fixture.store.close();
      await begin(policy);
    },
    async end() {
      await fixture.limits.stop();
      await fixture.store.close();
      await rm(directory, { recursive: true });
    },
  } as Partial<OperatorFixture> as OperatorFixture;
  const begin = async (initial: Policy) => {
    const store = await open();
    const audit = new Audit(store, fixture.identity, environment);
    const policy = new PolicyService(store, audit, environment, initial);
    const peers = new Peers({ store, environment, audit, policy, nodeName });
    Object.assign(fixture, { store, audit, policy, peers, limits: new Limits({ environment, audit, policy }) });
    await policy.load();
  };
  await begin(first);
  return fixture;
}

/** A policy that differs from another one in some members of `federation`. */
export function changed(policy: Policy, federation: Partial<Policy['federation']>): Policy {
  return { ...policy, federation: { ...policy.federation, ...federation } };
}
