import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { apiTypes } from '../../tools/api-types.ts';
import { bundleDocuments } from '../../tools/openapi.ts';

const folder = mkdtempSync(join(tmpdir(), 'eccp-openapi-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, content: object): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const schema = (title: string, more: object) => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `https://eccp.dev/schemas/${title}.json`,
  title,
  ...more,
});
const answer = (ref: string) => ({
  200: { description: 'd', content: { 'application/json': { schema: { $ref: ref }, example: {} } } },
});
const document = (paths: object, components: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  servers: [{ url: '/base/' }],
  paths,
  components,
});

write('UserId.json', schema('UserId', { type: 'string', 'x-brand': 'UserId' }));
write('Room.json', schema('Room', { type: 'object', properties: { by: { $ref: 'UserId.json' } }, required: ['by'] }));
const limit = { name: 'limit', in: 'query', schema: { type: 'integer', default: 5 } };
const roomId = { name: 'roomId', in: 'path', required: true, schema: { type: 'string' } };
const paths = {
  '/rooms/{roomId}': {
    parameters: [{ $ref: '#/components/parameters/roomId' }],
    get: { operationId: 'getRoom', parameters: [limit], responses: answer('./Room.json'), security: [{ token: [] }] },
  },
};
const good = write('good.json', document(paths, { parameters: { roomId } }));

describe('bundling', () => {
  test('resolves everything but schemas, and puts the base path before the paths', async () => {
    const { paths, components } = await bundleDocuments([good]);
    const get = paths['/base/rooms/{roomId}']?.get;
    assert.deepEqual(get?.parameters, [roomId, limit]);
    assert.deepEqual(get?.responses[200]?.content, {
      'application/json': { schema: { $ref: '#/components/schemas/Room' } },
    });
    assert.deepEqual(components.schemas, {
      Room: {
        title: 'Room',
        type: 'object',
        properties: { by: { $ref: '#/components/schemas/UserId' } },
        required: ['by'],
      },
      UserId: { title: 'UserId', type: 'string', 'x-brand': 'UserId' },
    });
  });

  test('merges documents, and refuses one name for two things', async () => {
    const get = (operationId: string, ref: string) => ({ get: { operationId, responses: answer(ref) } });
    const other = write('other.json', document({ '/x': get('getX', './UserId.json') }));
    assert.equal(Object.keys((await bundleDocuments([good, other])).paths).length, 2);
    const sameId = write('same-id.json', document({ '/x': get('getRoom', './UserId.json') }));
    await assert.rejects(bundleDocuments([good, sameId]), /operationId missing or repeated: getRoom/);
    await assert.rejects(bundleDocuments([good, good]), /stands in two documents/);
    write('else/Room.json', schema('Room', { type: 'null' }));
    const twoRooms = write('two-rooms.json', document({ '/x': get('getX', './else/Room.json') }));
    await assert.rejects(bundleDocuments([good, twoRooms]), /two definitions of Room/);
    const within = { '/x': get('getX', './Room.json'), '/y': get('getY', './else/Room.json') };
    await assert.rejects(bundleDocuments([write('within.json', document(within))]), /Room/);
    const dangling = write('dangling.json', document({ '/x': get('getX', './Gone.json') }));
    await assert.rejects(bundleDocuments([dangling]), /Gone\.json/);
  });
});

describe('types', () => {
  const withSecurity = async (security: object[]) => {
    const bundled = await bundleDocuments([good]);
    return apiTypes({
      ...bundled,
      paths: {
        '/x': {
          get: { operationId: 'getX', parameters: [limit as never], responses: {}, security: security as never },
        },
      },
    });
  };

  test('brand ids, know what has a default, and list scopes', async () => {
    const text = await withSecurity([{ accessToken: ['read'] }]);
    assert.match(text, /UserId: Brand<"UserId">;/);
    assert.match(text, /query: \{\s+limit: number;/);
    assert.match(text, /interface scopes \{\n {4}getX: "read";\n\}/);
    assert.match(await withSecurity([{ accessToken: [] }]), /getX: null;/);
    assert.match(await withSecurity([]), /interface scopes \{\n\}/);
  });

  test('refuse security that the node cannot check', async () => {
    await assert.rejects(withSecurity([{ other: [] }]), /getX: security/);
    await assert.rejects(withSecurity([{ accessToken: ['read', 'write'] }]), /getX: security/);
    await assert.rejects(withSecurity([{ accessToken: [] }, {}]), /getX: security/);
  });
});
