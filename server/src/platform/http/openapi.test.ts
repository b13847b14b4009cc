import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { lintOpenApi } from '../../../test/lint-openapi.ts';
import { defineEndpoint } from './endpoint.ts';
import { describeApi } from './openapi.ts';
import { EXAMPLE_ID, idSchema } from './schemas.ts';

const shelf = z.object({ shelf_id: idSchema, label: z.string(), size: z.number().nullable() }).meta({ id: 'Shelf' });
const rule = z.strictObject({ strict: z.boolean().default(false) }).meta({ id: 'ShelfRule' });

const table = [
  defineEndpoint({
    name: 'shelves.create',
    method: 'PUT',
    path: '/v1/shelf',
    summary: 'Create a shelf',
    access: { kind: 'workspace', permission: 'shelves.write' },
    body: z.strictObject({ workspace_id: idSchema, label: z.string().max(20), rule: rule.optional() }),
    reply: z.strictObject({ shelf, rule }),
    example: { workspace_id: EXAMPLE_ID, label: 'Left' },
    audit: 'shelf.created',
    failures: [{ table: { label_taken: { status: 400, message: 'This label is taken.' } } }],
    handle: async () => null,
  }),
  defineEndpoint({
    name: 'shelves.remove',
    method: 'DELETE',
    path: '/v1/shelf',
    summary: 'Remove a shelf',
    access: { kind: 'workspace', permission: 'shelves.write' },
    body: z.strictObject({ workspace_id: idSchema, shelf_id: idSchema }),
    reply: z.object({ removed: z.number() }),
    example: { workspace_id: EXAMPLE_ID, shelf_id: EXAMPLE_ID },
    handle: async () => null,
  }),
  defineEndpoint({
    name: 'shelves.fill',
    method: 'POST',
    path: '/v1/shelf/fill',
    summary: 'Fill a shelf from a file',
    access: { kind: 'workspace', permission: 'shelves.write' },
    intake: 'upload',
    body: z.strictObject({
      workspace_id: idSchema,
      map: z.record(z.string(), z.string()).optional().describe('Headers to columns.'),
      data_file: z.string().optional(),
    }),
    reply: z.array(shelf),
    replyMediaTypes: ['application/json', 'text/csv'],
    example: { workspace_id: EXAMPLE_ID, data_file: 'label\nLeft\n' },
    handle: async () => null,
  }),
  defineEndpoint({
    name: 'door.open',
    method: 'GET',
    path: '/v1/door/:key',
    summary: 'Open the door',
    access: { kind: 'signed_link' },
    body: z.strictObject({}),
    reply: null,
    replyMediaTypes: ['text/csv'],
    example: {},
    handle: async () => null,
  }),
];

const document = describeApi(table, {
  serverUrl: 'http://127.0.0.1:8787',
  title: 'Shelves',
  version: '1',
  license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
});

test('a document of every kind of endpoint passes the strictest lint', async () => {
  assert.equal(await lintOpenApi(JSON.stringify(document)), '');
});

test('the lint does see a broken document', async () => {
  const broken = { ...document, security: [{ nobody: [] }] };
  assert.notEqual(await lintOpenApi(JSON.stringify(broken)), '');
});

test('methods of one path share its item, and path parameters are named', () => {
  assert.deepEqual(Object.keys(document.paths), ['/v1/shelf', '/v1/shelf/fill', '/v1/door/{key}']);
  assert.deepEqual(Object.keys(document.paths['/v1/shelf'] ?? {}), ['put', 'delete']);
});

test('a named schema with defaults stands once as sent and once as received', () => {
  const schemas = document.components.schemas as Record<string, { required?: string[] }>;
  assert.deepEqual(schemas.ShelfRule?.required, ['strict']);
  assert.equal(schemas.ShelfRuleInput?.required, undefined);
});

test('answers may gain keys unless their schema is strict', () => {
  const schemas = document.components.schemas as Record<string, { additionalProperties?: boolean }>;
  assert.equal(schemas.Shelf?.additionalProperties, undefined);
  assert.equal(schemas.ShelfRule?.additionalProperties, false);
});

test('a call lists its own codes beside the general ones', () => {
  const put = document.paths['/v1/shelf']?.put as { responses: Record<string, { description?: string }> };
  assert.match(put.responses['400']?.description ?? '', /`label_taken`: This label is taken\./);
  assert.match(put.responses['400']?.description ?? '', /`broken_json`/);
});

test('an upload names its other bodies and their parameters', () => {
  const fill = document.paths['/v1/shelf/fill']?.post as {
    parameters: { name: string; in: string }[];
    requestBody: { content: object };
  };
  assert.deepEqual(
    fill.parameters.map(({ name, in: place }) => `${place} ${name}`),
    ['query workspace_id', 'query map'],
  );
  assert.deepEqual(Object.keys(fill.requestBody.content), [
    'application/json',
    'text/csv',
    'application/x-ndjson',
    'multipart/form-data',
  ]);
});
