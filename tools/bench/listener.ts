// What a flood of the node is compared with: a listener that reads each request and refuses it, and nothing else.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const refusal = JSON.stringify({
  errcode: 'ECCP_LIMIT_EXCEEDED',
  error: 'Asked too much; wait a little.',
  retry_after_ms: 20,
});
const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  request.resume().on('end', () => {
    response.writeHead(429, { 'content-type': 'application/json' }).end(refusal);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`serves at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
