import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { type CsvRow, createCsvParser, MAX_COLUMNS, MAX_ROW_BYTES } from './csv-parser.ts';
import { detectDelimiter } from './delimiter.ts';
import { ParseFault } from './parse-fault.ts';

function parseIn(bytes: Buffer, size: number, options: Parameters<typeof createCsvParser>[0] = {}): CsvRow[] {
  const parser = createCsvParser(options);
  const rows: CsvRow[] = [];
  for (let at = 0; at < bytes.length; at += size) rows.push(...parser.write(bytes.subarray(at, at + size)));
  rows.push(...parser.end());
  return rows;
}

/** Numbers that look random and are the same in every run. */
function stableRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

const SIZES = [1, 2, 3, 7, 64, 1_000_000];
const cellsOf = (rows: CsvRow[]) => rows.map((row) => row.cells);

const FILES: Record<string, string> = {
  plain: 'a,b\n1,2\n3,4\n',
  'no line end at the end': 'a,b\n1,2',
  crlf: 'a,b\r\n1,2\r\n',
  'old Mac line ends': 'a,b\r1,2\r3,4',
  quotes: 'a,b\n"x, y","say ""hi"""\n"",""""\n',
  'line ends in quotes': 'a,b\n"one\ntwo","three\r\nfour"\n5,6\n',
  'empty cells': 'a,b,c\n,,\n1,,\n,,3\n',
  'trailing delimiter at the end': 'a,b\n1,',
  'blank lines': '\n\na,b\n\n1,2\r\n\r\n3,4\n\n',
  umlauts: 'näme,größe\nZoë,€ 5\n😀😀,"日本\n語"\n',
  'quote at the very end': 'a,b\n1,"2"',
  'spaces are kept': 'a , b\n 1 ,  2\n',
};

describe('against csv-parse, at every chunk size', () => {
  for (const [name, text] of Object.entries(FILES)) {
    test(name, () => {
      const bytes = Buffer.from(text);
      const record_delimiter = text.includes('\n') ? ['\n', '\r\n'] : ['\r'];
      const expected: string[][] = parse(bytes, { relax_column_count: true, skip_empty_lines: true, record_delimiter });
      for (const size of SIZES)
        assert.deepEqual(cellsOf(parseIn(bytes, size, { delimiter: ',' })), expected, `chunks of ${size}`);
    });
  }

  test('two thousand random tables', () => {
    const random = stableRandom(7);
    const pieces = ['', 'a', '1', ' ', 'ü', '€', '😀', '"', ',', '\n', '\r\n', 'x"y', 'long text'];
    for (let round = 0; round < 2_000; round += 1) {
      const table = Array.from({ length: 1 + random(5) }, () =>
        Array.from({ length: 1 + random(4) }, () =>
          Array.from({ length: random(4) }, () => pieces[random(pieces.length)]).join(''),
        ),
      );
      // A record of one empty cell is an empty line, which is no record.
      for (const row of table) if (row.length === 1 && row[0] === '') row[0] = 'x';
      const text = table
        .map((row) =>
          row
            .map((cell) => (/[",\r\n]/.test(cell) || random(3) === 0 ? `"${cell.replaceAll('"', '""')}"` : cell))
            .join(','),
        )
        .join(random(2) === 0 ? '\n' : '\r\n');
      assert.deepEqual(
        cellsOf(parseIn(Buffer.from(text), 1 + random(9), { delimiter: ',' })),
        table,
        JSON.stringify(text),
      );
    }
  });

  test('random text, wherever csv-parse can read it', () => {
    const random = stableRandom(11);
    const pieces = ['a', 'ü', '😀', ' ', '"', '"', '""', ',', ',', '\n', '\n', '\r\n', '\r', '",', ',"', '"\n', '\n"'];
    let compared = 0;
    for (let round = 0; round < 6_000; round += 1) {
      const text = Array.from({ length: 1 + random(14) }, () => pieces[random(pieces.length)]).join('');
      const expected = readByCsvParse(text);
      if (expected === null) continue;
      compared += 1;
      const bytes = Buffer.from(text);
      for (const size of [1, 1 + random(6), bytes.length]) {
        const rows = parseIn(bytes, size, { delimiter: ',' });
        assert.deepEqual(cellsOf(rows), expected, JSON.stringify(text));
        assert.ok(rows.every((row) => row.fault === null));
      }
    }
    assert.ok(compared > 2_000, `only ${compared} texts were compared`);
  });
});

/** What csv-parse reads, or null when it refuses the text. */
function readByCsvParse(text: string): string[][] | null {
  try {
    return parse(text, {
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
    });
  } catch {
    return null;
  }
}

test('reading goes on from any row and gives the same rest', () => {
  for (const text of Object.values(FILES)) {
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
    const rows = parseIn(bytes, 5, { delimiter: ',' });
    rows.forEach((row, index) => {
      const rest = parseIn(bytes.subarray(row.endByte), 3, {
        delimiter: ',',
        startByte: row.endByte,
        startRow: index + 1,
      });
      assert.deepEqual(rest, rows.slice(index + 1));
    });
    assert.ok((rows.at(-1)?.endByte ?? 0) <= bytes.length);
  }
});

test('the delimiter is found outside quotes', () => {
  const cases: [string, string][] = [
    ['a;b;c\n1,2,3,4,5', ';'],
    ['a\tb', '\t'],
    ['"x,y,z"|b', '|'],
    ['"say ""a,b,c,d"" twice";b', ';'],
    ['screen 5";price;"a,b,c"\n', ';'],
    ['\r\n\n;a;b\n1,2,3,4', ';'],
    ['"a\nb,c";d\n', ';'],
    ['alone', ','],
    ['', ','],
  ];
  for (const [text, expected] of cases) {
    assert.equal(detectDelimiter(text, true), expected, JSON.stringify(text));
    for (const size of SIZES) {
      const parser = createCsvParser();
      for (let at = 0; at < text.length; at += size) parser.write(Buffer.from(text.slice(at, at + size)));
      parser.end();
      if (text !== '') assert.equal(parser.delimiter, expected, `${JSON.stringify(text)} in ${size}`);
    }
  }
  assert.equal(detectDelimiter('a;b', false), null);
  assert.equal(detectDelimiter('\n\n', false), null);
  assert.equal(detectDelimiter('"a\nb', false), null);
  const parser = createCsvParser();
  assert.deepEqual(
    parser.write(Buffer.from('a;b\n1;2\n')).map((row) => row.cells),
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  );
  assert.equal(parser.delimiter, ';');
});

test('a byte order mark is no part of the first cell', () => {
  for (const size of SIZES)
    assert.deepEqual(cellsOf(parseIn(Buffer.from('\uFEFFa,b\n1,2\n'), size)), [
      ['a', 'b'],
      ['1', '2'],
    ]);
});

const faultCode = (code: string) => (error: unknown) => error instanceof ParseFault && error.code === code;

test('UTF-16 is refused by name', () => {
  for (const size of SIZES) {
    assert.throws(() => parseIn(Buffer.from('\uFEFFa,b\n', 'utf16le'), size), faultCode('wrong_encoding'));
    assert.throws(() => parseIn(Buffer.from('a,b\n1,2\n', 'utf16le'), size), faultCode('wrong_encoding'));
  }
});

test('an unclosed quote is told with its row, also in an endless file', () => {
  for (const size of SIZES)
    assert.throws(
      () => parseIn(Buffer.from('a,b\n1,2\n3,"4\n5,6\n'), size),
      (error) => faultCode('unclosed_quote')(error) && (error as Error).message.includes('row 2'),
    );
  const endless = createCsvParser();
  endless.write(Buffer.from('a,b\n1,"'));
  assert.throws(() => {
    for (let count = 0; count < 100; count += 1) endless.write(Buffer.alloc(65_536, 'x\n'));
  }, faultCode('unclosed_quote'));
});

test('a row without end is refused before it fills the memory', () => {
  const parser = createCsvParser();
  assert.throws(() => {
    for (let count = 0; count < 100; count += 1) parser.write(Buffer.alloc(65_536, 'x'));
  }, faultCode('row_too_long'));
  assert.throws(
    () =>
      parseIn(Buffer.concat([Buffer.from('a\n'), Buffer.alloc(MAX_ROW_BYTES + 1, 'x'), Buffer.from('\nb\n')]), 65_536),
    faultCode('row_too_long'),
  );
});

test('a row of very many cells is a fault of that row, and is not kept', () => {
  const text = `a,b\n${','.repeat(500_000)}\n1,2\n${'x,'.repeat(MAX_COLUMNS - 1)}x\n${','.repeat(MAX_COLUMNS)}`;
  for (const size of [64, 1_000_000]) {
    const rows = parseIn(Buffer.from(text), size);
    assert.deepEqual(
      rows.map((row) => [row.cells.length, row.fault?.code ?? null]),
      [
        [2, null],
        [MAX_COLUMNS, 'too_many_columns'],
        [2, null],
        [MAX_COLUMNS, null],
        [MAX_COLUMNS, 'too_many_columns'],
      ],
    );
    assert.equal(rows.at(-1)?.endByte, Buffer.byteLength(text));
  }
});

test('bytes that are no UTF-8 spoil their own row only', () => {
  const bytes = Buffer.concat([
    Buffer.from('a,b\nZoë,1\n'),
    Buffer.from([0x4d, 0xfc, 0x6c]),
    Buffer.from(',2\nJürgen,3\n'),
  ]);
  for (const size of SIZES) {
    const rows = parseIn(bytes, size);
    assert.deepEqual(
      rows.map((row) => row.fault?.code ?? null),
      [null, null, 'invalid_utf8', null],
      `chunks of ${size}`,
    );
    assert.deepEqual(rows[1]?.cells, ['Zoë', '1']);
    assert.deepEqual(rows[3]?.cells, ['Jürgen', '3']);
    assert.equal(rows.at(-1)?.endByte, bytes.length);
  }
  const cut = Buffer.from('a,b\n1,€').subarray(0, -1);
  for (const size of SIZES) assert.equal(parseIn(cut, size)[1]?.fault?.code, 'invalid_utf8');
});

test('text behind a closing quote spoils its own row only', () => {
  for (const size of SIZES) {
    const rows = parseIn(Buffer.from('a,b\n"x"y,2\n3,4\n'), size);
    assert.deepEqual(
      rows.map((row) => row.fault?.code ?? null),
      [null, 'bad_quotes', null],
    );
    assert.deepEqual(rows[2]?.cells, ['3', '4']);
  }
});
