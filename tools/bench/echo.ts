// What the node is measured against: Express that parses a JSON body and sends it back, and nothing else.
import type { AddressInfo } from 'node:net';
import express from 'express';

const app = express();
app.put('/echo', express.json({ limit: '1mb' }), (request, response) => {
  response.json(request.body);
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`serves at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
