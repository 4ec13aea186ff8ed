// Places that a node may not connect to, or not in every way: who listens there notes what comes (chapter 14).
import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv4, isIPv6 } from 'node:net';
import { Given, Then } from '@cucumber/cucumber';
import { expectThat, HarnessError, MissingPrerequisite } from '../outcome.ts';
import type { EccpWorld } from '../world.ts';

/** The first bytes of each connection that came; none where it sent none. */
const connections = new WeakMap<EccpWorld, Buffer[]>();

/** Listens until the scenario ends; a node is called by what `nameOf` makes of the port. */
async function listenAt(world: EccpWorld, address: string, nameOf: (port: number) => string): Promise<void> {
  const came: Buffer[] = [];
  connections.set(world, came);
  const server = createServer((socket) => {
    const at = came.push(Buffer.alloc(0)) - 1;
    socket.once('data', (bytes) => {
      came[at] = bytes;
      socket.destroy();
    });
    socket.on('error', () => undefined); // it is gone, whoever it was
  });
  server.listen(0, address);
  await once(server, 'listening').catch((error: Error) => {
    throw new MissingPrerequisite(`to listen at ${address}`, error.message);
  });
  const { port } = server.address() as AddressInfo;
  world.cleanups.push(async () => {
    server.close();
    await once(server, 'close');
  });
  world.saved.set('listener', nameOf(port));
}

/** An address that the driver says is closed. */
function closedAddress(world: EccpWorld, fits: (address: string) => boolean): string {
  const told = world.run.control.driver.text('closed_address').split(/\s+/);
  const found = told.find(fits);
  if (found === undefined) throw new MissingPrerequisite('such an address among closed_address', told.join(' '));
  return found;
}

// Given somebody listens at the closed address · … at the closed IPv6 address   (by the driver; the name with its port is saved as "listener")
Given('somebody listens at the closed address', async function (this: EccpWorld) {
  const address = closedAddress(this, isIPv4);
  await listenAt(this, address, (port) => `${address}:${port}`);
});
Given('somebody listens at the closed IPv6 address', async function (this: EccpWorld) {
  const address = closedAddress(this, isIPv6);
  await listenAt(this, address, (port) => `[${address}]:${port}`);
});
Given(
  'somebody listens at the closed address, which is called by an IPv6 address that contains it',
  async function (this: EccpWorld) {
    const address = closedAddress(this, isIPv4);
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
    const mapped = `::ffff:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
    await listenAt(this, address, (port) => `[${mapped}]:${port}`);
  },
);

// Given somebody listens for plain HTTP where a node could be   (at an address that is open)
Given('somebody listens for plain HTTP where a node could be', async function (this: EccpWorld) {
  await listenAt(this, '127.0.0.1', (port) => `127.0.0.1:${port}`);
});

// Then nobody has connected there · Then whoever connected there began with TLS
Then('nobody has connected there', function (this: EccpWorld) {
  const came = cameTo(this);
  expectThat(came.length === 0, 'no connection', `${came.length}`);
});
Then('whoever connected there began with TLS', function (this: EccpWorld) {
  const came = cameTo(this);
  expectThat(came.length > 0, 'a connection', 'none');
  const other = came.find((bytes) => bytes.length > 0 && bytes[0] !== 0x16);
  expectThat(other === undefined, 'a TLS handshake', other?.toString('latin1').slice(0, 100) ?? '');
});

function cameTo(world: EccpWorld): Buffer[] {
  const came = connections.get(world);
  if (!came) throw new HarnessError('nobody listens');
  return came;
}
