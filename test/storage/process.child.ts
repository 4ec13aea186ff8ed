// Writes transactions until it is killed or refused; prints a line for each that was acknowledged.
import { StoreUnavailable } from '../../src/storage/errors.ts';
import { open, present, write } from './fixture.ts';

const [directory = '', mode = ''] = process.argv.slice(2);
const { store } = await open(directory, { snapshotBytes: 200_000 });
let tx = (await present(store)).length;

if (mode === 'until-killed') {
  const writer = async (): Promise<void> => {
    for (;;) {
      const mine = ++tx;
      await write(store, mine, new Uint8Array(mine % 700));
      process.stdout.write(`${mine}\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, writer));
}

// `ulimit -f` lets a file grow to a limit: writing goes on in a new generation, and this big record fits into none.
for (const size of [1000, 1000, 5_000_000, 1000]) {
  const mine = ++tx;
  await write(store, mine, new Uint8Array(size)).then(
    () => console.log(`${mine}`),
    (error) => console.log(error instanceof StoreUnavailable ? `refused ${mine}: ${error.message}` : String(error)),
  );
}
console.log(`present ${(await present(store)).join()}`);
await store.close();
