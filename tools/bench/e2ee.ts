// What clients pay for encryption: the library alone, with no node.
import { performance } from 'node:perf_hooks';
import {
  type Attachment,
  acceptSession,
  crossSign,
  decrypt,
  decryptAttachment,
  decryptInRoom,
  encrypt,
  encryptAttachment,
  encryptForRoom,
  handOut,
  newChain,
  newDevice,
  newPrekeys,
  type Session,
  signingPair,
  startSession,
  takeChain,
  verifyManifest,
} from '../../src/e2ee.ts';
import { quantile } from './load.ts';

const payload = {
  type: 'eccp.room.message',
  content: { body: 'The pump is running again; I will look at the valves tomorrow morning.' },
};
const segment = 65_536;
const fileSize = 256 * segment;
/** So many segments the library has under way at a time, and so the bare cipher beside it. */
const atOnce = 8;

/**
 * Prints what sessions, messages and files cost.
 *
 * @param rounds runs of each kind; medians are printed.
 */
export async function benchE2ee(rounds: number): Promise<void> {
  const [alice, bob] = [device('alice'), device('bob')];
  let pair = begin(alice, bob);
  print('sessions begun and accepted', await median(rounds, 20, () => void begin(alice, bob)), 'a second');
  print(
    'ratchet, messages of one chain, encrypted and decrypted',
    await median(rounds, 500, () => {
      pair = pass(pair);
    }),
    'a second',
  );
  print(
    'ratchet, messages that answer each other',
    await median(rounds, 50, () => {
      const { from, to } = pass(pair);
      pair = { from: to, to: from };
    }),
    'a second',
  );
  await rooms(alice, rounds);
  await files(rounds);
}

type Person = ReturnType<typeof device>;
type Pair = { from: Session; to: Session };

function device(name: string) {
  const account = signingPair(crypto.getRandomValues(new Uint8Array(32)));
  const user = `@${name}:example.org`;
  const made = newDevice(user, `${name.toUpperCase()}12345`, Date.now());
  const { device, prekeys } = newPrekeys(made.device, 'signed', 1, Date.now());
  const [signed_prekey] = prekeys;
  if (signed_prekey === undefined) throw new Error('no prekey was made');
  const manifest = crossSign(made.manifest, account.secret);
  const expected = { user, device: device.device, accountKey: account.public };
  return { device, manifest, expected, claim: { manifest, signed_prekey } };
}

/** A session over which each has sent once. */
function begin(alice: Person, bob: Person): Pair {
  const first = encrypt(startSession(alice.device, bob.claim, bob.expected), payload);
  const { session } = acceptSession(bob.device, verifyManifest(alice.manifest, alice.expected), first.content);
  const answer = encrypt(session, payload);
  return { from: decrypt(first.session, answer.content).session, to: answer.session };
}

function pass({ from, to }: Pair): Pair {
  const { session, content } = encrypt(from, payload);
  return { from: session, to: decrypt(to, content).session };
}

async function rooms(alice: Person, rounds: number): Promise<void> {
  const fresh = () => {
    const { chain, content } = handOut(newChain(alice.device, '!room:example.org', 0), 'reader');
    return { own: chain, held: takeChain(content, alice.manifest.manifest, []) };
  };
  let { own, held } = fresh();
  const write = () => {
    if (own.index === 100) ({ own, held } = fresh());
    const { chain, content } = encryptForRoom(own, payload, 1, ['reader']);
    own = chain;
    return content;
  };
  print('room messages encrypted', await median(rounds, 200, () => void write()), 'a second');
  ({ own, held } = fresh());
  const read = () => {
    const content = write();
    held = decryptInRoom(held, { room_id: '!room:example.org', sender: alice.manifest.manifest.user }, content).chain;
  };
  print('room messages encrypted and decrypted', await median(rounds, 200, read), 'a second');
}

/** Bare AES-256-GCM through WebCrypto in the same pieces; the library in Node, and as in a browser, where SHA-256 is JavaScript. */
async function files(rounds: number): Promise<void> {
  const kinds = { bare: bareCipher, library: roundTrip, browser: () => withoutNode(roundTrip) };
  const times: { [name: string]: number[] } = { bare: [], library: [], browser: [] };
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(kinds)) {
      const start = performance.now();
      await run();
      if (round > 0) times[name]?.push((performance.now() - start) / 1000); // the first warms up
    }
  }
  // Each run encrypts and decrypts the file.
  const rate = (name: string) => (2 * fileSize) / 2 ** 20 / quantile(times[name] ?? [], 0.5);
  const share = (name: string) => (rate(name) / rate('bare')).toFixed(2);
  print('AES-256-GCM alone, 64 KiB at a time', rate('bare'), 'MiB/s');
  print('attachments', rate('library'), `MiB/s, ${share('library')} of it (aim 0.7)`);
  print('attachments without the SHA-256 of Node', rate('browser'), `MiB/s, ${share('browser')} of it`);
}

async function withoutNode(run: () => Promise<void>): Promise<void> {
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: undefined });
  try {
    await run();
  } finally {
    Object.assign(process, { getBuiltinModule });
  }
}

async function bareCipher(): Promise<void> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  const iv = new Uint8Array(12);
  const file = new Uint8Array(segment);
  for (let left = fileSize / segment; left > 0; left -= atOnce) {
    const sealed = await Promise.all(
      Array.from({ length: atOnce }, () => crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, file)),
    );
    await Promise.all(sealed.map((bytes) => crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes)));
  }
}

async function roundTrip(): Promise<void> {
  const parts = encryptAttachment(zeros(), 'example.org');
  const blob: Uint8Array[] = [];
  let next = await parts.next();
  for (; !next.done; next = await parts.next()) blob.push(next.value);
  const attachment: Attachment = next.value;
  for await (const _ of decryptAttachment(blob, attachment));
}

function* zeros(): Generator<Uint8Array> {
  const part = new Uint8Array(segment);
  for (let left = fileSize; left > 0; left -= segment) yield part;
}

/** Times a second, the median of the rounds, after one to warm up. */
async function median(rounds: number, times: number, action: () => void): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < times; i++) action();
    if (round > 0) rates.push((times * 1000) / (performance.now() - start));
  }
  return quantile(rates, 0.5);
}

function print(what: string, rate: number, unit: string): void {
  console.log(`${what.padEnd(58)}${rate.toFixed(0).padStart(7)} ${unit}`);
}
