// Blobs of fake nodes, and what fake nodes ask for (section 28.4).
import { Given, Then, When } from '@cucumber/cucumber';
import { type Blob, blobOf, download, makeBlob } from '../media.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import type { FakePeer } from '../peer/fake-peer.ts';
import type { Outcome, Reply, Request } from '../peer/server.ts';
import { refusal } from '../peer/serving.ts';
import type { EccpWorld } from '../world.ts';

export const BASE = '/_eccp/federation/v1/media/';
const OCTETS = { 'content-type': 'application/octet-stream' };

/** What a fake node that lies gives in place of a blob. */
const LIES: Readonly<Record<string, (bytes: Buffer) => Outcome>> = {
  'another byte at the end': (bytes) =>
    octets(Buffer.concat([bytes.subarray(0, -1), Buffer.from([~(bytes.at(-1) ?? 0)])])),
  'another byte at the start': (bytes) => octets(Buffer.concat([Buffer.from([~(bytes[0] ?? 0)]), bytes.subarray(1)])),
  'less, rightly announced': (bytes) => octets(bytes.subarray(0, -1)),
  'more, rightly announced': (bytes) => octets(Buffer.concat([bytes, Buffer.from('x')])),
  'half, announced as the whole': (bytes) => ({
    ...octets(bytes.subarray(0, bytes.length / 2), bytes.length),
    cut: true,
  }),
  'the whole, announced as half': (bytes) => ({ ...octets(bytes, bytes.length / 2), cut: true }),
  nothing: () => octets(Buffer.alloc(0)),
  'the blob without its length': (bytes) => ({
    ...octets(bytes),
    headers: { ...OCTETS, 'transfer-encoding': 'chunked' },
  }),
  'the blob as status 206': (bytes) => ({ ...octets(bytes), status: 206 }),
  'the blob with a Content-Encoding': (bytes) => ({
    ...octets(bytes),
    headers: { ...OCTETS, 'content-encoding': 'br' },
  }),
  'a redirect': () => ({ status: 302, body: {}, headers: { location: '/elsewhere' } }),
  'a status of its own': () => ({ status: 500, raw: Buffer.from('no'), headers: { 'content-type': 'text/plain' } }),
  'a cut connection': () => 'cut',
};

const held = new WeakMap<EccpWorld, () => void>();

// Given the peer has "photo" of 1000 bytes
Given(
  '{peer} has {string} of {int} bytes',
  async function (this: EccpWorld, alias: string, name: string, size: number) {
    const peer = await this.peer(alias);
    gives(peer, makeBlob(this, name, size, peer.name), (bytes) => octets(bytes));
  },
);

// Given the peer has "photo" of 1000 bytes, and calls it a page   (its own headers try to make a browser show it)
Given(
  '{peer} has {string} of {int} bytes, and calls it a page',
  async function (this: EccpWorld, alias: string, name: string, size: number) {
    const peer = await this.peer(alias);
    const headers = { 'content-type': 'text/html', 'content-disposition': 'inline', 'content-security-policy': '' };
    gives(peer, makeBlob(this, name, size, peer.name), (bytes) => ({ ...octets(bytes), headers }));
  },
);

// Given the peer gives another byte at the end for "photo" of 1000 bytes   (see LIES above)
Given(
  '{peer} gives {} for {string} of {int} bytes',
  async function (this: EccpWorld, alias: string, lie: string, name: string, size: number) {
    const told = LIES[lie];
    if (!told) throw new HarnessError(`no lie "${lie}"; there are ${Object.keys(LIES).join(', ')}`);
    const peer = await this.peer(alias);
    gives(peer, makeBlob(this, name, size, peer.name), told);
  },
);

// Given the peer refuses "photo" of 10 bytes with ECCP_X
Given(
  '{peer} refuses {string} of {int} bytes with {errcodes}',
  async function (this: EccpWorld, alias: string, name: string, size: number, [errcode = '']: string[]) {
    const peer = await this.peer(alias);
    const members = errcode === 'ECCP_LIMIT_EXCEEDED' ? { retry_after_ms: 5 } : {};
    gives(peer, makeBlob(this, name, size, peer.name), () => refusal(peer, errcode, members));
  },
);

// Given the peer has "photo" of 1000 bytes, and takes its time   (until the scenario lets it go on)
Given(
  '{peer} has {string} of {int} bytes, and takes its time',
  async function (this: EccpWorld, alias: string, name: string, size: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    held.set(this, resolve);
    this.cleanups.push(async () => resolve());
    const peer = await this.peer(alias);
    gives(peer, makeBlob(this, name, size, peer.name), async (bytes) => {
      peer.settle(); // the request is there, its answer is not
      await promise;
      return octets(bytes);
    });
  },
);

// When Alice and Bob download "photo" at the same time   (both have asked before the peer answers)
When('{actors} download {string} at the same time', async function (this: EccpWorld, actors: string[], name: string) {
  const goOn = held.get(this);
  if (!goOn) throw new HarnessError('no step has made a fake node take its time');
  const blob = blobOf(this, name);
  const peer = await this.peer('peer');
  const [first = '', ...others] = actors;
  const answers = [download(this, first, blob)];
  await peer.until('a request for the blob', () => asked(peer, blob) > 0);
  answers.push(...others.map((who) => download(this, who, blob)));
  for (const who of others) await this.must(who, 'getAccount'); // sent after theirs
  goOn();
  for (const answer of await Promise.all(answers)) this.judge(answer);
});

// Then each of the answers is "photo"
Then('each of the answers is {string}', function (this: EccpWorld, name: string) {
  const { bytes } = blobOf(this, name);
  const right = this.answers.filter((answer) => answer.status === 200 && answer.bytes.equals(bytes));
  expectEqual(right.length, this.answers.length, 'answers that are the blob');
});

// Then the peer was asked for "photo" 1 time(s)
Then(
  '{peer} was asked for {string} {int} time(s)',
  async function (this: EccpWorld, alias: string, name: string, times: number) {
    expectEqual(asked(await this.peer(alias), blobOf(this, name)), times, 'requests for the blob');
  },
);

// Then the peer was asked for "first", "second" and "third" at least 5 times   (together)
Then(
  '{peer} was asked for {string}, {string} and {string} at least {int} times',
  async function (this: EccpWorld, alias: string, one: string, two: string, three: string, least: number) {
    const peer = await this.peer(alias);
    const times = [one, two, three].map((name) => asked(peer, blobOf(this, name)));
    const sum = times.reduce((total, count) => total + count, 0);
    expectThat(sum >= least, `at least ${least} requests for the blobs`, times.join(', '));
  },
);

// When the peer asks for "photo" · When the peer asks for "photo" with the range … is not asked of anybody
When('{peer} asks for the blob {string}', async function (this: EccpWorld, alias: string, name: string) {
  const peer = await this.peer(alias);
  this.judge(await peer.send('GET', `${BASE}${blobOf(this, name).id}`));
});

// When the peer asks for a blob that nobody has
When('{peer} asks for a blob that nobody has', async function (this: EccpWorld, alias: string) {
  const peer = await this.peer(alias);
  this.judge(await peer.send('GET', `${BASE}${makeBlob(this, 'nothing', 8, peer.name).id}`));
});

/** Lets a fake node answer for one blob, beside what it gave for others. */
export function gives(peer: FakePeer, { id, bytes }: Blob, give: (bytes: Buffer) => Outcome | Promise<Outcome>): void {
  const before = peer.behaviour.intercept;
  peer.behaviour.intercept = async (request: Request) => {
    if (request.path !== `${BASE}${id}`) return before?.(request);
    if (!(await peer.authentic(request))) return refusal(peer, 'ECCP_BAD_SIGNATURE');
    return give(bytes);
  };
}

function asked(peer: FakePeer, { id }: Blob): number {
  return peer.requests.filter(({ path }) => path === `${BASE}${id}`).length;
}

export function octets(raw: Buffer, announced = raw.length): Reply {
  return { status: 200, raw, headers: { ...OCTETS, 'content-length': String(announced) } };
}
