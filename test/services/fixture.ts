// Services over a real store in a temporary directory, with a clock that only tests move.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserId } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import { tokenHash } from '../../src/services/tokens.ts';
import { createServices, type PeerKnowledge, type Services } from '../../src/services.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { nodeIdentity } from '../../src/storage/node-identity.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import type { Tables } from '../../src/storage/tables.ts';

export interface Fixture {
  services: Services;
  /** Moves the clock, in milliseconds. */
  pass(ms: number): void;
  /** An account without a password, signed in on one device. */
  user(name: string): Promise<Session>;
  end(): Promise<void>;
}

/** A node that knows no other. */
const noPeers: PeerKnowledge = {
  documentsOf: async () => [],
  keyOf: () => Promise.reject(new Error('there are no peers')),
  audit: { record: async () => {} },
  askConsent: () => Promise.reject(new Error('there are no peers')),
  askKeys: {
    query: () => Promise.reject(new Error('there are no peers')),
    claim: () => Promise.reject(new Error('there are no peers')),
  },
};

export async function fixture(): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 'eccp-services-'));
  const store = await openSqljsStore<Tables>({ directory, migrations, log: () => {} });
  const name = 'node.test';
  let now = 1_767_225_600_000;
  const environment = { now: () => now, elapsed: () => now, random: randomBytes };
  const identity = await nodeIdentity(join(directory, 'keys'), name, true);
  const services = createServices({ store, identity, environment, registration: { mode: 'open' }, peers: noPeers });
  return {
    services,
    pass: (ms) => {
      now += ms;
    },
    async user(local) {
      const userId = `@${local}:${name}` as UserId;
      const scopes = ['read', 'write', 'account'] as const;
      return store.write(async (trx) => {
        const account = { user_id: userId, one_time_password: 0, admin: 0, created_ts: now };
        await trx.insertInto('accounts').values(account).execute();
        const deviceId = await services.sessions.createDevice(trx, userId, undefined);
        const token = await services.sessions.open(trx, userId, deviceId, scopes);
        return { userId, deviceId, scopes, tokenHash: tokenHash(token) };
      });
    },
    async end() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}
