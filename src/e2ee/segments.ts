// Streams of bytes in pieces of one size, and work on several of them at a time.

/** Bytes in pieces of whatever size, such as a ReadableStream or a file in Node gives. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The same bytes in pieces of `size`; the last one has what is left, and is absent where nothing is. A piece may be a part of what
 * the source gave, which must not be written to again.
 */
export async function* piecesOf(source: Bytes, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let piece = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === 0 && chunk.length - at >= size && chunk.buffer instanceof ArrayBuffer) {
        yield chunk.subarray(at, at + size) as Uint8Array<ArrayBuffer>;
        at += size;
        continue;
      }
      const part = chunk.subarray(at, at + size - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/**
 * The results of `work` for each item, in order, with up to `many` under way. When one fails the others are left to end by themselves.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  many: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item);
    result.catch(() => undefined); // whoever waits for it gets the failure; nobody may, once an earlier one has failed
    underWay.push(result);
    if (underWay.length >= many) yield (await underWay.shift()) as Result;
  }
  for (const result of underWay) yield await result;
}
