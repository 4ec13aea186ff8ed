// A node small enough to launch by the dozen: it tells its versions and health, and counts its starts in its data folder.
// node launched-stub.ts PORT DATA [--older | --closed | --mortal]
// --closed has the accounts that the file `accounts` in that folder lists, --mortal ends once it was asked for its versions a second time.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';

const [port = '', data = '', way = ''] = process.argv.slice(2);
const file = join(data, 'starts');
const before = readFileSync(file, { encoding: 'utf8', flag: 'a+' });
const starts = before.length + 1;
writeFileSync(file, '.'.repeat(starts));
console.log(`start ${starts}${way}`);
let asked = 0;

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => answer(request, response, chunks));
}).listen(Number(port), '127.0.0.1');

function answer(request: IncomingMessage, response: ServerResponse, chunks: readonly Buffer[]): void {
  response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'r' });
  const path = request.url?.split('/').at(-1);
  if (path === 'versions') {
    const about = { node: `localhost:${port}`, software: { name: 'stub', version: '1' }, versions: ['0.1'] };
    const body = {
      ...about,
      classes: ['core'],
      capabilities: {},
      registration: { mode: way === '--closed' ? 'closed' : 'open' },
    };
    response.end(JSON.stringify(body), () => {
      if (++asked === 2 && way === '--mortal') process.exit(9);
    });
  } else if (path === 'login') {
    const { user, password } = JSON.parse(Buffer.concat(chunks).toString()) as { user: string; password: string };
    if (!readFileSync(join(data, 'accounts'), 'utf8').includes(`${user} ${password}\n`)) {
      response.destroy();
      return;
    }
    const grant = { user_id: `@${user}:localhost:${port}`, device_id: 'ABCDEFGH12', access_token: 'x'.repeat(43) };
    response.end(JSON.stringify({ ...grant, scopes: ['read'], must_change_password: false }));
  } else response.end(JSON.stringify(path === 'starts' ? starts : { status: 'ok' }));
}
