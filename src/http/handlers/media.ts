import type { Readable } from 'node:stream';
import type { Media, OpenBlob } from '../../services/media.ts';
import { type ByteRange, rangeOf } from '../range.ts';
import type { Handlers } from '../types.ts';

/** Nothing that a browser could take for a page of this site, and nothing that anybody on the way may alter (MED-022 to MED-025). */
const safe = {
  'Content-Type': 'application/octet-stream',
  'X-Content-Type-Options': 'nosniff',
  'Content-Disposition': 'attachment',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cache-Control': 'private, no-transform, immutable, max-age=31536000',
  'Accept-Ranges': 'bytes',
  'Access-Control-Expose-Headers': 'X-Request-Id, Content-Range, Accept-Ranges',
};

export function mediaHandlers(
  media: Pick<Media, 'upload' | 'open' | 'openOwn' | 'delete'>,
): Pick<Handlers, 'uploadMedia' | 'downloadMedia' | 'deleteMedia' | 'getFederationMedia'> {
  return {
    uploadMedia: async ({ session, body }) => ({
      status: 201,
      body: await media.upload(session, body.length, body.bytes),
    }),
    downloadMedia: async ({ params, headers }) => answered(await media.open(params.node, params.mediaId), headers),
    getFederationMedia: async ({ params, headers }) => answered(await media.openOwn(params.mediaId), headers),
    deleteMedia: async ({ session, params }) => {
      await media.delete(session, params.node, params.mediaId);
      return { status: 200, body: {} };
    },
  };
}

interface BlobAnswer {
  status: 200 | 206;
  headers: Readonly<Record<string, string>>;
  stream: Readable;
}

async function answered(blob: OpenBlob, headers: { Range?: string; 'If-Range'?: string }): Promise<BlobAnswer> {
  const { size } = blob;
  let range: ByteRange | undefined;
  try {
    range = headers['If-Range'] === undefined ? rangeOf(headers.Range, size) : undefined; // MED-030
  } catch (error) {
    await blob.close();
    throw error;
  }
  const { from, to } = range ?? { from: 0, to: size };
  const length = { 'Content-Length': String(to - from) };
  const place = range && { 'Content-Range': `bytes ${from}-${to - 1}/${size}` };
  return {
    status: range ? 206 : 200,
    headers: { ...safe, ...length, ...place },
    stream: blob.read(from, to),
  };
}
