// A large room, written by the services of a node that does not serve: nobody has to wait for passwords and answers.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { EventType, RoomId, UserId } from '../../src/generated/api.ts';
import type { Session } from '../../src/services/sessions.ts';
import { tokenHash } from '../../src/services/tokens.ts';
import { createServices, type PeerKnowledge, type Services } from '../../src/services.ts';
import { migrations } from '../../src/storage/migrations.ts';
import { nodeIdentity } from '../../src/storage/node-identity.ts';
import { openSqljsStore } from '../../src/storage/sqljs/sqljs-store.ts';
import type { Tables } from '../../src/storage/tables.ts';
import type { FederatedNode } from './federated.ts';
import { message } from './load.ts';

/** So many sends are on their way at a time. */
const atOnce = 100;

/** A node that knows no other. */
const noPeers: PeerKnowledge = {
  documentsOf: async () => [],
  keyOf: () => Promise.reject(new Error('there are no peers')),
  askConsent: () => Promise.reject(new Error('there are no peers')),
  askKeys: {
    query: () => Promise.reject(new Error('there are no peers')),
    claim: () => Promise.reject(new Error('there are no peers')),
  },
  audit: { record: async () => {} },
};

/**
 * Fills the data folder of a node that has not been started yet with a public room.
 *
 * @param members users of the node who are joined to it.
 * @param entries of its log: what the members did not need for themselves is messages.
 * @returns the room's id as paths have it.
 */
export async function writeRoom(node: FederatedNode, members: number, entries: number): Promise<string> {
  await mkdir(join(node.directory, 'store'), { recursive: true });
  const store = await openSqljsStore<Tables>({ directory: join(node.directory, 'store'), migrations, log: () => {} });
  const identity = await nodeIdentity(join(node.directory, 'keys'), node.name, true);
  const environment = { now: Date.now, elapsed: () => performance.now(), random: randomBytes };
  const services = createServices({ store, identity, environment, registration: { mode: 'open' }, peers: noPeers });
  const names = Array.from({ length: members }, (_, i) => `@user${i}:${node.name}` as UserId);
  const [founder, ...others] = await store.write(async (trx) => {
    const sessions: Session[] = [];
    for (const name of names) sessions.push(await signedIn(services, trx, name));
    return sessions;
  });
  if (founder === undefined) throw new Error('a room has a member at least');
  const { roomId } = await services.rooms.create(founder.userId, {
    visibility: 'public',
    historyVisibility: 'shared',
  });
  await many(others, ({ userId }) => services.memberships.join(userId, roomId, undefined));
  const { head } = await services.rooms.describe(founder.userId, roomId);
  const senders = Array.from({ length: entries - head.seq - 1 }, (_, i) => others[i % others.length] ?? founder);
  await many(senders, (sender) => send(services, sender, roomId));
  await store.close();
  return encodeURIComponent(roomId);
}

async function signedIn(
  services: Services,
  trx: Parameters<Services['sessions']['createDevice']>[0],
  userId: UserId,
): Promise<Session> {
  const account = { user_id: userId, one_time_password: 0, admin: 0, created_ts: Date.now() };
  await trx.insertInto('accounts').values(account).execute();
  const scopes = ['read', 'write'] as const;
  const deviceId = await services.sessions.createDevice(trx, userId, undefined);
  return {
    userId,
    deviceId,
    scopes,
    tokenHash: tokenHash(await services.sessions.open(trx, userId, deviceId, scopes)),
  };
}

function send(services: Services, sender: Session, roomId: RoomId): Promise<unknown> {
  return services.messages.send(sender, roomId, 'eccp.room.message' as EventType, JSON.parse(message), undefined);
}

async function many<T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < all.length; start += atOnce) await Promise.all(all.slice(start, start + atOnce).map(act));
}
