// Files, which are encrypted on their way to the own node, and decrypted on their way back.
import assert from 'node:assert/strict';
import { type Attachment, decryptAttachment, encryptAttachment } from '../../../src/e2ee.ts';
import type { NodeApi } from './node-api.ts';

/** Gives a file to the own node. @returns what goes into a message, for others to fetch it. */
export async function attach(api: NodeApi, file: AsyncIterable<Uint8Array>): Promise<Attachment> {
  const parts = encryptAttachment(file, api.user.slice(api.user.indexOf(':') + 1));
  let attachment: Attachment | undefined;
  const blob = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (!done) return controller.enqueue(value);
      attachment = value;
      controller.close();
    },
  });
  const mediaId = await api.upload(blob);
  assert.equal(mediaId, attachment?.media_id, 'the node has kept something else');
  return attachment as Attachment;
}

/** A file that a message told of. It is whole only when it ends without an error. */
export async function* fetchFile(api: NodeApi, attachment: Attachment): AsyncGenerator<Uint8Array> {
  yield* decryptAttachment(await api.download(attachment.node, attachment.media_id), attachment);
}
