import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNdjsonParser, type NdjsonRow } from './ndjson-parser.ts';

function parseIn(bytes: Buffer, size: number, options: Parameters<typeof createNdjsonParser>[0] = {}): NdjsonRow[] {
  const parser = createNdjsonParser(options);
  const rows: NdjsonRow[] = [];
  for (let at = 0; at < bytes.length; at += size) rows.push(...parser.write(bytes.subarray(at, at + size)));
  return [...rows, ...parser.end()];
}

const BYTES = Buffer.concat([
  Buffer.from('{"a":"Zoë"}\r\n\n{"a":\n[1]\n"x"\n{"__proto__":{"b":1}}\n'),
  Buffer.from([0x22, 0xfc, 0x22, 0x0a]),
  Buffer.from('{"a":null}'),
]);

test('every line is told apart, at every chunk size', () => {
  for (const size of [1, 2, 3, 7, 1_000]) {
    const rows = parseIn(BYTES, size);
    assert.deepEqual(
      rows.map((row) => [row.line, row.fault?.code ?? null]),
      [
        [1, null],
        [3, 'broken_json'],
        [4, 'not_an_object'],
        [5, 'not_an_object'],
        [6, null],
        [7, 'invalid_utf8'],
        [8, null],
      ],
    );
    assert.deepEqual(rows[0]?.record, { a: 'Zoë' });
    assert.deepEqual(Object.keys(rows[4]?.record ?? {}), ['__proto__']);
    assert.equal(({} as Record<string, unknown>).b, undefined);
    assert.equal(rows.at(-1)?.endByte, BYTES.length);
  }
});

test('reading goes on from any line and gives the same rest', () => {
  const rows = parseIn(BYTES, 4);
  rows.forEach((row, index) => {
    assert.deepEqual(
      parseIn(BYTES.subarray(row.endByte), 3, { startByte: row.endByte, startLine: row.line + 1 }),
      rows.slice(index + 1),
    );
  });
});
