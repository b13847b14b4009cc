import assert from 'node:assert/strict';
import { test } from 'node:test';
import { docComment, printType } from './print-types.ts';

const text = { type: 'string' };

test('simple types, literals and unions', () => {
  assert.equal(printType({ type: 'integer' }, 'sent'), 'number');
  assert.equal(printType({ type: ['string', 'null'] }, 'sent'), 'string | null');
  assert.equal(printType({ enum: ['a', "it's"] }, 'sent'), "'a' | 'it\\'s'");
  assert.equal(printType({ const: 'queued', type: 'string' }, 'sent'), "'queued'");
  assert.equal(printType({ anyOf: [text, { type: 'number' }, text] }, 'sent'), 'string | number');
  assert.equal(printType({}, 'sent'), 'unknown');
  assert.equal(printType({ $ref: '#/components/schemas/Job' }, 'sent'), 'Job');
});

test('lists put brackets around unions, not around objects', () => {
  assert.equal(printType({ type: 'array', items: { anyOf: [text, { type: 'null' }] } }, 'sent'), '(string | null)[]');
  const item = { type: 'object', properties: { a: text }, required: ['a'] };
  assert.equal(printType({ type: 'array', items: item }, 'sent'), '{ a: string }[]');
});

test('an optional key may be undefined when sent, and is simply absent when received', () => {
  const schema = { type: 'object', properties: { a: text, 'b-c': text }, required: ['a'] };
  assert.equal(printType(schema, 'sent'), '{ a: string; "b-c"?: string | undefined }');
  assert.equal(printType(schema, 'received'), '{ a: string; "b-c"?: string }');
});

test('open objects are records', () => {
  assert.equal(printType({ type: 'object', additionalProperties: text }, 'sent'), 'Record<string, string>');
  assert.equal(printType({ type: 'object', additionalProperties: {} }, 'sent'), 'Record<string, unknown>');
  assert.equal(printType({ type: 'object', additionalProperties: false }, 'sent'), 'Record<string, never>');
});

test('descriptions become comments, which nothing in them can end', () => {
  const schema = { type: 'object', properties: { a: { ...text, description: 'Ends */ here' } }, required: ['a'] };
  assert.equal(printType(schema, 'sent'), '{\n  /** Ends * / here */\n  a: string;\n}');
  assert.equal(docComment('one\n\ntwo', '  '), '/**\n   * one\n   *\n   * two\n   */');
});
