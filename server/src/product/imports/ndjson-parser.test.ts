import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNdjsonParser, type NdjsonRow } from './ndjson-parser.ts';
import { ParseFault } from './parse-fault.ts';

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

const faultsOf = (text: string) => parseIn(Buffer.from(text), 1_000).map((row) => row.fault?.code ?? null);

test('an object that names a key twice loses nothing silently', () => {
  for (const twice of ['{"a":1,"a":2}', '{"a":1, "b":{"a":1} ,"a" : 2}', '{"a\\"":1,"a\\"":2}', '{"a":1,"\\u0061":2}'])
    assert.deepEqual(faultsOf(twice), ['field_twice'], twice);
  for (const once of [
    '{}',
    '{"a":"x\\": y","b":"\\": "}',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"a":":","A":"{\\"a\\":1}","b":"\\\\"}',
  ])
    assert.deepEqual(faultsOf(once), [null], once);
});

test('what could be read but not written again, or would not fit, is refused line by line', () => {
  const deep = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  const wide = (keys: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, 1])));
  assert.deepEqual(faultsOf([deep(10), deep(200_000), wide(1_000), wide(1_001), '{"b":1}'].join('\n')), [
    null,
    'nested_too_deep',
    null,
    'too_many_columns',
    null,
  ]);
});

test('a byte order mark is no part of the first line, and UTF-16 is refused by name', () => {
  for (const size of [1, 2, 3, 1_000]) {
    assert.deepEqual(parseIn(Buffer.from('\uFEFF{"a":1}\n'), size)[0]?.record, { a: 1 });
    for (const text of ['\uFEFF{"a":1}\n', '{"a":1}\n'])
      assert.throws(
        () => parseIn(Buffer.from(text, 'utf16le'), size),
        (error) => error instanceof ParseFault && error.code === 'wrong_encoding',
      );
  }
});

test('a line without end is refused before it fills the memory', () => {
  const parser = createNdjsonParser();
  assert.throws(
    () => {
      for (let count = 0; count < 100; count += 1) parser.write(Buffer.alloc(65_536, 'x'));
    },
    (error) => error instanceof ParseFault && error.code === 'row_too_long',
  );
});
