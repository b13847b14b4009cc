import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Failure } from '../errors/failure.ts';
import { parametersFrom, type ReceivedUpload, readMultipart } from './upload.ts';

const TYPE = 'multipart/form-data; boundary=X';
const BODY = Buffer.from(
  [
    '--X\r\nContent-Disposition: form-data; name="workspace_id"\r\n\r\nw\r\n',
    '--X\r\nContent-Disposition: form-data; name="data_file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n',
    'email\r\na@x.example\r\n\r\n--X--\r\n',
  ].join(''),
);

async function receive(kind: ReceivedUpload['kind'], stream: Readable): Promise<ReceivedUpload> {
  const memory = Buffer.concat(await stream.toArray());
  return {
    kind,
    bytes: memory.length,
    contentHash: Buffer.alloc(32),
    memory,
    adopt: () => null,
    release: async () => undefined,
  };
}

const read = (body: Buffer, isPermitted = true) =>
  readMultipart(Readable.from([body]), TYPE, () => new Promise((go) => setTimeout(go, 5, isPermitted)), receive);

const refused = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;

describe('a multipart body', () => {
  test('gives its fields and its file', async () => {
    const { fields, upload } = await read(BODY);
    assert.deepEqual(fields, { workspace_id: 'w' });
    assert.equal(upload?.memory?.toString(), 'email\r\na@x.example\r\n');
  });

  test('is refused for a parameter in front of its file that cannot be taken', async () => {
    const part = (name: string, text: string) =>
      `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
    const deep = part('field_map', `${'['.repeat(9_000)}${']'.repeat(9_000)}`);
    const form = (before: string) => Buffer.concat([Buffer.from(before), BODY]);
    await assert.rejects(read(form(part('workspace_id', 'w'))), refused('invalid_fields'));
    await assert.rejects(read(form(deep)), refused('broken_json'));
  });

  test('may hold the file as gzip, and says so when that is cut or broken', async () => {
    const parts = (file: Buffer, name = 'a.csv.gz') =>
      Buffer.concat([
        Buffer.from(
          `--X\r\nContent-Disposition: form-data; name="data_file"; filename="${name}"\r\nContent-Type: application/gzip\r\n\r\n`,
        ),
        file,
        Buffer.from('\r\n--X--\r\n'),
      ]);
    const text = 'email\r\n'.concat('a@x.example\r\n'.repeat(5_000));
    const packed = gzipSync(text);
    const { upload } = await read(parts(packed));
    assert.deepEqual([upload?.kind, upload?.memory?.toString()], ['csv', text]);
    assert.equal((await read(parts(packed, 'a.jsonl.gz'))).upload?.kind, 'ndjson');
    for (const bad of [packed.subarray(0, -9), packed.subarray(0, 2), Buffer.concat([packed.subarray(0, 20), packed])])
      await assert.rejects(read(parts(bad)), refused('broken_gzip'));
  });

  test('whose sender is not known to be permitted yet holds a small file only', async () => {
    const form = (bytes: number) =>
      Buffer.concat([
        Buffer.from('--X\r\nContent-Disposition: form-data; name="data_file"; filename="a.csv"\r\n\r\n'),
        Buffer.alloc(bytes, 'a'),
        Buffer.from('\r\n--X\r\nContent-Disposition: form-data; name="workspace_id"\r\n\r\nw\r\n--X--\r\n'),
      ]);
    const most = 4 * 1024 * 1024;
    const small = await read(form(most), false);
    assert.deepEqual([small.upload?.bytes, small.fields], [most, { workspace_id: 'w' }]);
    await assert.rejects(read(form(most + 1), false), refused('broken_multipart'));
    assert.equal((await read(form(most + 1))).upload?.bytes, most + 1);
  });

  test('cut off anywhere is refused, before and after somebody reads the file', async () => {
    const ends = [20, 62, 80, 160, BODY.indexOf('email'), BODY.indexOf('email') + 8, BODY.length - 5];
    for (const end of ends) await assert.rejects(read(BODY.subarray(0, end)), refused('broken_multipart'), `${end}`);
  });

  test('cut off inside a part that is no data_file is refused', async () => {
    const body = Buffer.from(BODY.toString().replace('data_file', 'other'));
    await assert.rejects(read(body.subarray(0, BODY.length - 20)), refused('broken_multipart'));
  });
});

describe('parameters', () => {
  test('are text, JSON text, true or false', () => {
    assert.deepEqual(
      parametersFrom([
        ['a', 'true'],
        ['b', '{"c":1}'],
        ['d', '5'],
      ]),
      { a: true, b: { c: 1 }, d: '5' },
    );
  });

  test('given twice are refused', () => {
    assert.throws(() => parametersFrom([['a', ['1', '2']]]), refused('invalid_fields'));
    assert.throws(
      () =>
        parametersFrom([
          ['a', '1'],
          ['a', '1'],
        ]),
      refused('invalid_fields'),
    );
  });
});
