// Loaded into a node before anything else (NODE_OPTIONS=--import): its clock is off by what a file says, and follows the file.
import { readFileSync } from 'node:fs';

const everyMs = 100;
const file = process.env.ECCP_TEST_CLOCK ?? '';
const parent = process.ppid;
const rightNow = Date.now;
let offsetMs = 0;

function follow(): void {
  if (process.ppid !== parent) process.exit(1); // the test is gone, however it ended
  offsetMs = Number(readFileSync(file, 'utf8'));
}

Date.now = () => rightNow() + offsetMs;
globalThis.Date = new Proxy(Date, {
  construct: (date, args, made) => Reflect.construct(date, args.length === 0 ? [Date.now()] : args, made),
  apply: () => new Date().toString(),
});
follow();
setInterval(follow, everyMs).unref();
