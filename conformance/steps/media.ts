// Uploading, fetching and deleting blobs (chapter 28).
import { Given, Then, When } from '@cucumber/cucumber';
import { attempt, blobOf, breakOff, download, makeBlob, type Partial, upload } from '../media.ts';
import { expectEqual, expectThat, HarnessError } from '../outcome.ts';
import { changePolicy } from '../policy.ts';
import { show } from '../wire/json.ts';
import type { EccpWorld } from '../world.ts';

/** Milliseconds in which a node has to notice that somebody hung up. */
const NOTICED = 10_000;

const partials = new WeakMap<EccpWorld, Partial>();

// Given Alice uploads "photo" of 1000 bytes   (random ones)
When(
  '{actor} uploads {string} of {int} bytes',
  async function (this: EccpWorld, who: string, name: string, size: number) {
    this.judge(await upload(this, who, makeBlob(this, name, size, this.run.facts.node).bytes));
  },
);

// When Alice uploads "photo" of 1000 bytes without announcing how many
When(
  '{actor} uploads {string} of {int} bytes without announcing how many',
  async function (this: EccpWorld, who: string, name: string, size: number) {
    const { bytes } = makeBlob(this, name, size, this.run.facts.node);
    this.judge(await upload(this, who, bytes, { chunked: true }));
  },
);

// When Bob uploads the bytes of "photo"
When('{actor} uploads the bytes of {string}', async function (this: EccpWorld, who: string, name: string) {
  this.judge(await upload(this, who, blobOf(this, name).bytes));
});

// When Alice uploads "photo" of 1000 bytes with the header "Content-Type" as "image/png"   (an empty string: without it)
When(
  '{actor} uploads {string} of {int} bytes with the header {string} as {string}',
  async function (this: EccpWorld, who: string, name: string, size: number, header: string, value: string) {
    const { bytes } = makeBlob(this, name, size, this.run.facts.node);
    this.judge(await upload(this, who, bytes, { headers: { [header.toLowerCase()]: value } }));
  },
);

// When Alice begins an upload of 60000 bytes and hangs up after 20000
When(
  '{actor} begins an upload of {int} bytes and hangs up after {int}',
  async function (this: EccpWorld, who: string, announced: number, sent: number) {
    await breakOff(this, who, announced, sent);
  },
);

// Then Alice can upload 90000 bytes   (as soon as the node has noticed what went before)
Then('{actor} can upload {int} bytes', async function (this: EccpWorld, who: string, size: number) {
  const { bytes } = makeBlob(this, `upload ${this.unique()}`, size, this.run.facts.node);
  const end = performance.now() + NOTICED;
  let answer = await upload(this, who, bytes);
  while (!answer.ok && performance.now() < end) answer = await upload(this, who, bytes);
  this.succeeded(answer);
});

// Then the answer is the media id and the size of "photo"
Then('the answer is the media id and the size of {string}', function (this: EccpWorld, name: string) {
  const { id, bytes } = blobOf(this, name);
  const { media_id, size } = this.succeeded(this.answer).body;
  expectEqual(
    show({ media_id: media_id ?? null, size: size ?? null }),
    show({ media_id: id, size: bytes.length }),
    'the answer',
  );
});

// When Bob downloads "photo" · When Bob downloads "photo" with the range "bytes=0-9"
When('{actor} downloads {string}', async function (this: EccpWorld, who: string, name: string) {
  this.judge(await download(this, who, blobOf(this, name)));
});
When(
  '{actor} downloads {string} with the range {string}',
  async function (this: EccpWorld, who: string, name: string, range: string) {
    this.judge(await download(this, who, blobOf(this, name), { headers: { range } }));
  },
);
When(
  '{actor} downloads {string} with the range {string} if it is {string}',
  async function (this: EccpWorld, who: string, name: string, range: string, ifRange: string) {
    this.judge(await download(this, who, blobOf(this, name), { headers: { range, 'if-range': ifRange } }));
  },
);

// When Bob asks for the headers of "photo"   (HEAD)
When('{actor} asks for the headers of {string}', async function (this: EccpWorld, who: string, name: string) {
  this.judge(await download(this, who, blobOf(this, name), { method: 'HEAD' }));
});

// Then the answer is "photo" · Then the answer is bytes 3 to 9 of "photo", the last included
Then('the answer is {string}', function (this: EccpWorld, name: string) {
  const { bytes } = blobOf(this, name);
  expectEqual(this.succeeded(this.answer).status, 200, 'the status');
  expectBytes(this.answer.bytes, bytes);
  expectEqual(this.answer.headers['content-length'], String(bytes.length), 'Content-Length');
});
Then(
  'the answer is bytes {int} to {int} of {string}, the last included',
  function (this: EccpWorld, first: number, last: number, name: string) {
    const { bytes } = blobOf(this, name);
    expectEqual(this.succeeded(this.answer).status, 206, 'the status');
    expectBytes(this.answer.bytes, bytes.subarray(first, last + 1));
    expectEqual(this.answer.headers['content-length'], String(last + 1 - first), 'Content-Length');
    expectEqual(this.answer.headers['content-range'], `bytes ${first}-${last}/${bytes.length}`, 'Content-Range');
  },
);

// Then both answers have the same headers, and the second has no body   (request id and time aside)
Then('both answers have the same headers, and the second has no body', function (this: EccpWorld) {
  const [get, head] = this.answers.slice(-2);
  if (!get || !head) throw new HarnessError('two requests have to come before this');
  const line = ({ status, headers }: typeof get) => {
    const kept = Object.entries(headers).filter(
      ([name]) => !['x-request-id', 'date', 'connection', 'keep-alive'].includes(name),
    );
    return `${status} ${show(Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))))}`;
  };
  expectEqual(line(head), line(get), 'the answer to HEAD');
  expectEqual(head.bytes.length, 0, 'the bytes of its body');
});

// Then the answer's header "Content-Security-Policy" names "sandbox" and "default-src 'none'" · … names "private" and "no-transform"
Then(
  "the answer's header {string} names {string} and {string}",
  function (this: EccpWorld, header: string, one: string, other: string) {
    const value = this.answer.headers[header.toLowerCase()] ?? '';
    const parts = value.split(/[;,]/).map((part) => part.trim().toLowerCase());
    expectThat(parts.includes(one) && parts.includes(other), `${header} to name ${one} and ${other}`, value);
  },
);

// When Alice deletes "photo"
When('{actor} deletes {string}', async function (this: EccpWorld, who: string, name: string) {
  const { node, id } = blobOf(this, name);
  await this.call(who, 'deleteMedia', { params: { node, mediaId: id } });
});

// Then the export lists the uploads "first, second"   (in this order, no other)
Then('the export lists the uploads {string}', function (this: EccpWorld, names: string) {
  const { media } = this.succeeded(this.answer).body;
  const listed = (Array.isArray(media) ? media : []).map((item) => show(item).replace(/,?"uploaded_ts":\d+/, ''));
  const expected = names.split(', ').map((name) => {
    const { id, bytes } = blobOf(this, name);
    return show({ media_id: id, size: bytes.length });
  });
  expectEqual(listed.join(' '), expected.join(' '), 'the uploads');
});

// Given the operator allows blobs of 50000 bytes, and 100000 for each user
Given(
  'the operator allows blobs of {int} bytes, and {int} for each user',
  async function (this: EccpWorld, max_bytes: number, user_bytes: number) {
    await changePolicy(this, 'media', { max_bytes, user_bytes, cache_bytes: 1_000_000 });
  },
);

// Given the operator gives 250000 bytes to copies of blobs
Given('the operator gives {int} bytes to copies of blobs', async function (this: EccpWorld, cache_bytes: number) {
  await changePolicy(this, 'media', { max_bytes: 1_000_000, user_bytes: 10_000_000, cache_bytes });
});

// When Bob tries to download "photo" · … with the range "bytes=0-9"   (the answer may break off)
When('{actor} tries to download {string}', async function (this: EccpWorld, who: string, name: string) {
  partials.set(this, await attempt(this, who, blobOf(this, name)));
});
When(
  '{actor} tries to download {string} with the range {string}',
  async function (this: EccpWorld, who: string, name: string, range: string) {
    partials.set(this, await attempt(this, who, blobOf(this, name), { range }));
  },
);

// Then the answer is a refusal, or breaks off before its end
Then('the answer is a refusal, or breaks off before its end', function (this: EccpWorld) {
  const partial = partials.get(this);
  if (!partial) throw new HarnessError('no step has tried to download anything');
  const { status, whole, bytes, length } = partial;
  const refused = whole && status >= 400;
  const brokenOff = !whole && bytes.length < length;
  expectThat(refused || brokenOff, 'a refusal, or an answer that breaks off', `${status}, ${bytes.length} bytes`);
});

function expectBytes(actual: Buffer, expected: Buffer): void {
  const at = [...actual.subarray(0, expected.length)].findIndex((byte, index) => byte !== expected[index]);
  const what = actual.length === expected.length ? `byte ${at} is another` : `${actual.length} bytes`;
  expectThat(actual.equals(expected), `the ${expected.length} bytes that were uploaded`, what);
}
