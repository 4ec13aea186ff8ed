// A peer's keys as a test has them, a store in a temporary directory, and a clock that only tests move.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '../../src/core/audit-chain.ts';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { type SignedFreshness, signFreshness } from '../../src/core/freshness.ts';
import {
  documentHash,
  type KeyDocument,
  newDocument,
  type SignedKeyDocument,
  signDocument,
} from '../../src/core/key-document.ts';
import { generateSigningKey, type SigningKey } from '../../src/core/signing.ts';
import { PeerKeys } from '../../src/federation/peer-keys.ts';
import type { NodeName } from '../../src/generated/api.ts';
import type { NodeStore } from '../../src/services/environment.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import type { Tables } from '../../src/storage/tables.ts';

export const peerName = 'peer.example.net' as NodeName;
export const day = 24 * 60 * 60 * 1000;

/** What a peer serves of its keys; tests put other things in the place of `chain`. */
export class FakePeer {
  readonly recovery = generateSigningKey();
  key: SigningKey = generateSigningKey();
  chain: SignedKeyDocument[] = [newDocument(peerName, [this.key], this.recovery.publicKey)];

  get newest(): SignedKeyDocument {
    const newest = this.chain.at(-1);
    if (newest === undefined) throw new Error('the chain is empty');
    return newest;
  }

  /** The document after another, with some members changed, signed by these. */
  next(changes: Partial<KeyDocument>, signers: SigningKey[], before = this.newest): SignedKeyDocument {
    const { document } = before;
    const version = document.version + 1;
    return signDocument({ ...document, version, prev_hash: documentHash(document), ...changes }, signers);
  }

  /** A new key in place of the one that signs. @returns the old one. */
  rotate(revoke = false): SigningKey {
    const [old, key] = [this.key, generateSigningKey()];
    const revoked = revoke ? [...this.newest.document.revoked, old.keyId] : this.newest.document.revoked;
    const keys = revoke ? [key.publicKey] : [old.publicKey, key.publicKey];
    this.chain.push(this.next({ keys, revoked }, [old, key]));
    this.key = key;
    return old;
  }

  freshness(from: number, validity = day): SignedFreshness {
    return signFreshness(this.newest.document, this.key, from, validity);
  }

  /** What getKeys answers. */
  answer(path: string, now: number): JsonObject {
    const since = Number(/\?since=(\d+)$/.exec(path)?.[1]);
    const documents = this.chain.filter(({ document }) => document.version > since);
    return { documents, freshness: this.freshness(now) };
  }
}

export interface KeysWorld extends AsyncDisposable {
  readonly peer: FakePeer;
  readonly keys: PeerKeys;
  readonly store: NodeStore;
  readonly audited: AuditEntry[];
  /** The request targets of all fetches. */
  readonly fetched: string[];
  now: number;
  /** What the next fetches are answered with, in place of the peer's keys. */
  serve: ((path: string) => Promise<Json>) | undefined;
  /** The keys as another process of the node, or the node after a restart, knows them. */
  again(): PeerKeys;
}

export async function keysWorld(): Promise<KeysWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-keys-'));
  const store = await openSqljsStore<Tables>({ directory, migrations, log: () => {} });
  const peer = new FakePeer();
  const again = () =>
    new PeerKeys({
      store,
      now: () => world.now,
      fetch: async (_node, path) => {
        world.fetched.push(path);
        // As it comes over the wire: nothing is shared with the peer.
        return JSON.parse(JSON.stringify(await (world.serve?.(path) ?? peer.answer(path, world.now))));
      },
      audit: async (entry) => void world.audited.push(entry),
    });
  const world: KeysWorld = {
    peer,
    keys: again(),
    store,
    audited: [],
    fetched: [],
    now: 1_775_001_600_000,
    serve: undefined,
    again,
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
  return world;
}
