// Nodes without HTTP between them: their services, and a postman who carries what one has queued for another.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../src/core/canonical-json.ts';
import { EccpError } from '../../src/core/errors.ts';
import { listedKey } from '../../src/core/key-document.ts';
import type { ClaimKeysRequest, ItemResult, NodeName, RoomId, UserId } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import { tokenHash } from '../../src/services/tokens.ts';
import { createServices, type Services } from '../../src/services.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { type NodeIdentity, nodeIdentity } from '../../src/storage/node-identity.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import type { Tables } from '../../src/storage/tables.ts';

export interface NetworkNode {
  readonly name: NodeName;
  readonly services: Services;
  readonly identity: NodeIdentity;
  /** What its audit log would have. */
  readonly audited: { kind: string; subject?: string; errcode?: string }[];
  /** While true, nobody reaches it. */
  away: boolean;
  /** How it fetches what it lacks of a log from another node. */
  pull(roomId: RoomId, from: NetworkNode): Promise<void>;
  /** An account without a password, signed in on one device. */
  user(local: string): Promise<Session>;
}

export interface Network {
  node(name: string): Promise<NetworkNode>;
  /** Carries everything that waits, and what that causes, until nothing waits for a node that is there. Who waits for one that is away is told. */
  deliver(): Promise<void>;
  /** Runs an act while the post is carried. */
  during<T>(act: Promise<T>): Promise<T>;
  pass(ms: number): void;
  end(): Promise<void>;
}

export function network(): Network {
  const nodes = new Map<string, NetworkNode>();
  const ends: (() => Promise<void>)[] = [];
  let now = 1_767_225_600_000;

  const post = async (from: NetworkNode, to: NetworkNode): Promise<boolean> => {
    const items = await from.services.outbox.next(to.name, 50, 3_500_000);
    if (items.length === 0) return false;
    const results: ItemResult[] = [];
    for (const { kind, body, roomId, eventId } of items) {
      if (kind === 'submission') results.push(...(await to.services.hosting.submit(from.name, [body])));
      else if (kind === 'device_change') await to.services.remoteKeys.receive(from.name, body);
      else if (kind === 'to_device') await to.services.toDevice.receive(from.name, body);
      else if (kind === 'invite') results.push(await to.services.invitations.receive(from.name, body));
      else results.push({ event_id: eventId, ...(await outcomeOf(() => receive(from, to, roomId, body))) });
    }
    await from.services.submissions.settle(
      to.name,
      results.filter((_, i) => items[i]?.kind === 'submission'),
    );
    await from.services.outbox.done(
      to.name,
      items.map((item) => item.position),
    );
    from.services.answers.reached(to.name);
    return true;
  };

  /** As the outbound queues do: who has something for a node that does not answer learns that it is away. */
  const tryInVain = async (from: NetworkNode, to: NetworkNode): Promise<void> => {
    const [item] = await from.services.outbox.next(to.name, 1, 3_500_000);
    if (item !== undefined) from.services.answers.lost(to.name, new EccpError('ECCP_UNREACHABLE', 'away'));
  };

  const reached = (name: NodeName): NetworkNode => {
    const node = nodes.get(name);
    if (node === undefined || node.away) throw new EccpError('ECCP_UNREACHABLE', 'away');
    return node;
  };

  const deliver = async (): Promise<void> => {
    for (let moved = true; moved; ) {
      moved = false;
      for (const from of nodes.values()) {
        for (const to of nodes.values()) {
          if (from === to || from.away) continue;
          if (to.away) await tryInVain(from, to);
          else if (await post(from, to)) moved = true;
        }
      }
    }
  };

  return {
    deliver,
    async node(name) {
      const directory = await mkdtemp(join(tmpdir(), 'eccp-network-'));
      const store = await openSqljsStore<Tables>({ directory: join(directory, 'store'), migrations, log: () => {} });
      const identity = await nodeIdentity(join(directory, 'keys'), name, true);
      const environment = { now: () => now, elapsed: () => now, random: randomBytes };
      const audited: NetworkNode['audited'] = [];
      const peers = {
        documentsOf: async (node: NodeName) => nodes.get(node)?.identity.chain ?? [],
        keyOf: async (node: NodeName, keyId: string) => {
          const document = nodes.get(node)?.identity.chain.at(-1)?.document;
          const key = document && listedKey(document, keyId);
          if (key === undefined) throw new EccpError('ECCP_BAD_SIGNATURE', 'no such key');
          return key;
        },
        askConsent: async (node: NodeName, roomId: RoomId) => {
          return reached(node).services.transfers.consent(name as NodeName, roomId);
        },
        askKeys: {
          query: async (node: NodeName, body: JsonObject) => {
            const { deviceKeys } = reached(node).services;
            return (await deviceKeys.queryBy(name as NodeName, body.users as UserId[])) as unknown as Json;
          },
          claim: async (node: NodeName, body: JsonObject) => {
            const { claims } = reached(node).services;
            return (await claims.claimBy(name as NodeName, body as ClaimKeysRequest)) as unknown as Json;
          },
        },
        audit: { record: async (entry: NetworkNode['audited'][number]) => void audited.push(entry) },
      };
      const services = createServices({ store, identity, environment, registration: { mode: 'open' }, peers });
      ends.push(async () => {
        await store.close();
        await rm(directory, { recursive: true });
      });
      const node: NetworkNode = {
        name: name as NodeName,
        services,
        identity,
        audited,
        away: false,
        pull: async (roomId, from) => {
          const start = (await services.ingest.nextSeq(roomId)) ?? 0;
          const { entries } = await from.services.logServing.log(node.name, roomId, start, 500);
          await services.ingest.applyLog(roomId, entries as unknown as Json[], from.name);
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
      };
      nodes.set(name, node);
      return node;
    },
    async during(act) {
      let settled = false;
      const outcome = act.finally(() => {
        settled = true;
      });
      outcome.catch(() => {});
      while (!settled) {
        await deliver();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return outcome;
    },
    pass: (ms) => {
      now += ms;
    },
    async end() {
      for (const end of ends) await end();
    },
  };
}

/** As a participant takes an entry in: a hole is pulled from whoever sent the entry. */
async function receive(from: NetworkNode, to: NetworkNode, roomId: RoomId, entry: JsonObject): Promise<void> {
  const apply = (entries: readonly Json[]) => to.services.ingest.apply(roomId, entries, from.name);
  try {
    await apply([entry]);
  } catch (error) {
    if (!(error instanceof EccpError) || error.errcode !== 'ECCP_GAP') throw error;
    await to.pull(roomId, from);
  }
}

async function outcomeOf(work: () => Promise<void>): Promise<Partial<ItemResult>> {
  try {
    await work();
    return { status: 'applied' };
  } catch (error) {
    if (error instanceof EccpError) return { errcode: error.errcode, error: error.message };
    throw error;
  }
}
