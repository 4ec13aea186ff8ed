// What a blob of 1 GiB costs a node: memory above idle while it goes up, down, and from node to node.
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { type FederatedNode, withNodes } from './federated.ts';

const size = 1024 ** 3;
/** Sent over and over: what is in a blob makes no difference to the node. */
const part = randomBytes(1024 ** 2);
/** How often memory is looked at, in milliseconds. */
const lookEvery = 50;
const aim = 60;

interface Cost {
  /** Megabytes above what there was before. */
  memory: number;
  mibPerSecond: number;
}

/** @param rounds blobs; the highest memory and the median speed are printed. */
export async function benchMedia(rounds: number): Promise<void> {
  await withNodes(2, async ([node, other]) => {
    if (node === undefined || other === undefined) throw new Error('two nodes were asked for');
    for (const one of [node, other]) {
      await one.changePolicy((policy) => {
        policy.media = { max_bytes: size, user_bytes: 8 * size, cache_bytes: size };
      });
    }
    const [ada, bob] = [await node.register('ada'), await other.register('bob')];
    const ways: Record<string, Cost[]> = { up: [], down: [], 'down, from another node': [], 'down, from a copy': [] };
    for (let round = 0; round < rounds; round++) {
      const first = Buffer.alloc(4); // else each round would upload the same
      first.writeUInt32BE(round);
      let id = '';
      ways.up?.push(await cost([node], async () => (id = await upload(node, ada.token, first))));
      const path = `/media/${encodeURIComponent(node.name)}/${id}`;
      ways.down?.push(await cost([node], () => download(node, ada.token, path, id)));
      ways['down, from another node']?.push(await cost([node, other], () => download(other, bob.token, path, id)));
      ways['down, from a copy']?.push(await cost([other], () => download(other, bob.token, path, id)));
      await node.call('DELETE', path, ada.token);
    }
    for (const [way, costs] of Object.entries(ways)) {
      const most = Math.max(...costs.map(({ memory }) => memory));
      const speeds = costs.map(({ mibPerSecond }) => mibPerSecond).sort((a, b) => a - b);
      const speed = speeds[Math.floor(speeds.length / 2)] ?? 0;
      console.log(`1 GiB ${way}: ${most.toFixed(0)} MB above idle (aim ${aim}), ${speed.toFixed(0)} MiB/s`);
    }
  });
}

/** Of several nodes the memory of the one that takes most more. */
async function cost(nodes: readonly FederatedNode[], work: () => Promise<unknown>): Promise<Cost> {
  const idle = nodes.map((node) => node.memory());
  let memory = 0;
  const look = setInterval(() => {
    for (const [i, node] of nodes.entries()) memory = Math.max(memory, node.memory() - (idle[i] ?? 0));
  }, lookEvery);
  const start = performance.now();
  try {
    await work();
  } finally {
    clearInterval(look);
  }
  return { memory, mibPerSecond: size / 1024 ** 2 / ((performance.now() - start) / 1000) };
}

function upload(node: FederatedNode, token: string, first: Buffer): Promise<string> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/octet-stream',
    'content-length': size,
  };
  return new Promise((resolve, reject) => {
    const call = request(`${node.api}/media/upload`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode === 201) resolve(JSON.parse(text).media_id);
        else reject(new Error(`${response.statusCode} ${text}`));
      });
    });
    call.on('error', reject);
    let left = size - first.length;
    const more = () => {
      while (left > 0) {
        const next = left < part.length ? part.subarray(0, left) : part;
        left -= next.length;
        if (!call.write(next)) return;
      }
      call.end();
    };
    call.on('drain', more);
    call.write(first);
    more();
  });
}

/** @throws Error unless what comes is the blob. */
function download(node: FederatedNode, token: string, path: string, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(`${node.api}${path}`, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      const hash = createHash('sha256').update('eccp.media.v1\0');
      response.on('data', (chunk) => hash.update(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (hash.digest('base64url') === id) resolve();
        else reject(new Error(`GET ${path}: ${response.statusCode}, and not the blob`));
      });
    });
    call.on('error', reject).end();
  });
}
