// Files that encrypting clients send: the blob goes through nodes, what it takes to read it stands in the message (chapters 26 and 28).
import { randomBytes } from 'node:crypto';
import { Then, When } from '@cucumber/cucumber';
import { nameOf } from '../../conversation.ts';
import { type Attachment, decryptFile, encryptFile } from '../../e2ee/file.ts';
import { Refusal } from '../../e2ee/refusal.ts';
import { download, upload } from '../../media.ts';
import { ConformanceFailure, expectEqual, expectThat, HarnessError } from '../../outcome.ts';
import type { EccpWorld } from '../../world.ts';
import { BASE, gives, octets } from '../media-federation.ts';
import { read, tell } from './talking.ts';

const NAME = 'the file';
/** Bytes of a segment in a blob (section 26.1). */
const SEGMENT = 65_552;

const files = new WeakMap<EccpWorld, Uint8Array>();

// When Alice sends a file of 200000 bytes to the room
When(
  '{actor} sends a file of {int} bytes to {room}',
  async function (this: EccpWorld, who: string, size: number, alias: string) {
    const file = new Uint8Array(randomBytes(size));
    files.set(this, file);
    const peer = await this.home(nameOf(who));
    const { blob, attachment } = encryptFile(
      file,
      peer?.name ?? this.nodeOf(who).facts.node,
      new Uint8Array(randomBytes(32)),
    );
    const { media_id: id, node } = attachment;
    if (peer) gives(peer, { id, node, bytes: Buffer.from(blob) }, (bytes) => octets(bytes));
    else {
      const { body } = this.succeeded(await upload(this, who, blob));
      expectEqual(body.media_id, id, 'the media id');
    }
    await tell(this, who, alias, NAME, { body: NAME, attachment });
  },
);

// Then Bob and Carol get the file
Then('{actors} get(s) the file', async function (this: EccpWorld, names: string[]) {
  for (const who of names) {
    const attachment = await attachmentFor(this, who);
    const file = decrypted(await fetched(this, who, attachment), attachment);
    if (file instanceof Refusal) throw new ConformanceFailure(`${who} to decrypt the file`, file.message);
    expectThat(Buffer.from(fileOf(this)).equals(file), 'the file as it was', `${file.length} other bytes`);
  }
});

// Then Bob gets the file in parts, and refuses it with a part missing, or in another place
Then(
  '{actor} gets the file in parts, and refuses it with a part missing, or in another place',
  async function (this: EccpWorld, who: string) {
    const attachment = await attachmentFor(this, who);
    const { length } = await fetched(this, who, attachment);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < length; at += SEGMENT) {
      parts.push(await fetched(this, who, attachment, `bytes=${at}-${Math.min(at + SEGMENT, length) - 1}`));
    }
    const [first, second, third, ...rest] = parts;
    if (!first || !second || !third) throw new HarnessError('the file has fewer than three segments');
    const outcome = (...list: Uint8Array[]) => {
      const file = decrypted(Buffer.concat(list), attachment);
      if (file instanceof Refusal) return file.code;
      return Buffer.from(fileOf(this)).equals(file) ? 'the file' : 'another file';
    };
    expectEqual(outcome(first, second, third, ...rest), 'the file', 'the parts in their order');
    expectEqual(outcome(second, first, third, ...rest), 'bad_ciphertext', 'the first two exchanged');
    expectEqual(outcome(first, third, ...rest), 'bad_ciphertext', 'without the second');
    expectEqual(outcome(...parts.slice(0, -1)), 'bad_ciphertext', 'without the last');
  },
);

async function attachmentFor(world: EccpWorld, who: string): Promise<Attachment> {
  const { content } = await read(world, who, NAME);
  return content.attachment as Attachment;
}

/** The blob, or a part of it, from the client's own node; a fake node asks the other one. */
async function fetched(
  world: EccpWorld,
  who: string,
  { node, media_id: id }: Attachment,
  range?: string,
): Promise<Uint8Array> {
  const headers: Record<string, string> = range === undefined ? {} : { range };
  const peer = await world.home(nameOf(who));
  const answer = peer
    ? await peer.send('GET', `${BASE}${id}`, undefined, { headers })
    : await download(world, who, { node, id }, { headers });
  return world.succeeded(answer).bytes;
}

function decrypted(blob: Uint8Array, attachment: Attachment): Uint8Array | Refusal {
  try {
    return decryptFile(blob, attachment);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function fileOf(world: EccpWorld): Uint8Array {
  const file = files.get(world);
  if (!file) throw new HarnessError('nobody has sent a file');
  return file;
}
