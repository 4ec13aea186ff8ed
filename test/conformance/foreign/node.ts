import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Accounts, type Session } from './accounts.ts';
import { Changes } from './changes.ts';
import { Door, type Handlers } from './door.ts';
import type { Fault } from './refusal.ts';
import { Rooms } from './rooms.ts';
import { Sync } from './sync.ts';
import { Signer } from './text.ts';

/**
 * A node of another make: the class `core` without optional capabilities, in memory, written from the specification alone.
 * @param faults what it gets wrong.
 */
export async function startForeignNode(...faults: Fault[]): Promise<{ url: string; stop(): Promise<void> }> {
  let door: Door<Session> | undefined;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => void door?.serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const node = `127.0.0.1:${port}`;
  const url = `http://${node}`;
  const planted = new Set(faults);
  const changes = new Changes();
  const accounts = new Accounts(node, changes, planted);
  const rooms = new Rooms(node, new Signer(node), accounts, changes, planted);
  const sync = new Sync(rooms, accounts, changes);
  const week = { 'cache-control': 'max-age=3600' };
  const discovery: Handlers<Session> = {
    getVersions: () => ({
      body: {
        ...{ node, software: { name: 'driftwood', version: '7' }, versions: ['0.1', '0.2'], classes: ['core'] },
        ...{ capabilities: {}, registration: { mode: 'open' } },
      },
    }),
    getHealth: () => ({ body: { status: 'ok' } }),
    getWellKnownServer: () => ({ body: { server: node }, headers: week }),
    getWellKnownClient: () => ({ body: { client: { base_url: url } }, headers: week }),
  };
  door = new Door({ ...discovery, ...accounts.handlers, ...rooms.handlers, ...sync.handlers }, accounts.admit, planted);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
