import { gzipSync } from 'node:zlib';
import { FILE_FIELD } from '../src/platform/http/upload.ts';
import type { FuzzCall } from './fuzz-inputs.ts';

/** A file with its parameters, before it is decided how it is sent. */
export type FileInput = { parameters: Record<string, string>; content: string; isNdjson: boolean };

const BOUNDARIES = ['x', 'a-boundary-1', '--', "'()+_,-./:=?", 'b'.repeat(70)];
const FILE_NAMES = ['rows.csv', 'rows.ndjson', 'rows.csv.gz', 'rows.jsonl.gz', '', '../../rows', 'ä"; x="', 'a\u0000b'];
const FILE_TYPES = ['text/csv', 'application/x-ndjson', 'application/gzip', 'text/plain; charset=utf-16', ';', ''];
const ENCODINGS = ['GZIP', ' gzip ', 'br', 'deflate', 'gzip, gzip', 'identity', ''];
const WRONG_HEADERS = [
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=""',
  'multipart/form-data; boundary=other',
  'multipart/form-data; boundary="x',
  `multipart/form-data; boundary=${'x'.repeat(5_000)}`,
  'multipart/form-data; boundary=x; boundary=y',
  'multipart/form-data; charset=utf-16; boundary=x',
  'multipart/mixed; boundary=x',
];
const WRONG_PARTS = [
  '',
  '\r\n',
  'no header at all',
  ': \r\n\r\nx',
  'Content-Disposition: form-data\r\n\r\nno name',
  'Content-Disposition: attachment; name="tier"\r\n\r\nx',
  'Content-Disposition: form-data; name=""\r\n\r\nx',
  'Content-Disposition: form-data; name="workspace_id"\r\n\r\nonce more',
  'Content-Disposition: form-data; name="__proto__"\r\n\r\n{"a":1}',
  'Content-Disposition: form-data; name="field_map"\r\n\r\n[[[[[{',
  `Content-Disposition: form-data; name="field_map"\r\n\r\n${'['.repeat(9_000)}${']'.repeat(9_000)}`,
  'Content-Disposition: form-data; name="other_file"; filename="a.csv"\r\n\r\nx',
  `Content-Disposition: form-data; name="${FILE_FIELD}"; filename="a.csv"\r\n\r\ncustomer_number\n1`,
  `Content-Disposition: form-data; name="${FILE_FIELD}"\r\n\r\ncustomer_number\n1`,
  `Content-Disposition: form-data; name="x"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%`,
  `Content-Disposition: form-data; name="on_error"; filename*=UTF-8''%ff%00\r\n\r\nskip`,
  `X: ${'x'.repeat(90_000)}\r\n\r\nx`,
  `Content-Disposition: form-data; name="reason"\r\n\r\n${'x'.repeat(300_000)}`,
]; // prettier-ignore

/** The ways in which a body comes to its readers other than as plain bytes: as a form, and packed. */
export function uploadForms(random: () => number) {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const anywhere = (length: number) => Math.floor(random() * length);

  /** Mostly whole; else cut, changed in one byte, or with more behind its end. */
  function damaged(bytes: Uint8Array): Uint8Array {
    const dice = random();
    if (dice < 0.7) return bytes;
    if (dice < 0.82) return bytes.subarray(0, anywhere(bytes.length));
    if (dice < 0.92) return bytes.with(anywhere(bytes.length), Math.floor(random() * 256));
    return Buffer.concat([bytes, random() < 0.5 ? bytes : Buffer.from('more')]);
  }

  const gzipped = (content: string | Uint8Array) => damaged(gzipSync(content, { level: 1 }));

  /** The call with its content packed. */
  function packed(call: FuzzCall): FuzzCall {
    const content = call.raw ?? JSON.stringify(call.body);
    const isPacked = random() < 0.9;
    return {
      ...call,
      raw: isPacked ? gzipped(content) : content,
      headers: {
        'content-type': 'application/json',
        ...call.headers,
        'content-encoding': isPacked && random() < 0.9 ? 'gzip' : pick(ENCODINGS),
      },
    };
  }

  const asRaw = ({ parameters, content, isNdjson }: FileInput): FuzzCall => ({
    query: parameters,
    raw: content,
    headers: { 'content-type': isNdjson ? 'application/x-ndjson' : 'text/csv' },
  });

  function filePart({ content, isNdjson }: FileInput): Buffer {
    const isOdd = random() < 0.2;
    const fileName = isOdd ? pick(FILE_NAMES) : isNdjson ? 'rows.ndjson' : 'rows.csv';
    const type = isOdd ? pick(FILE_TYPES) : isNdjson ? 'application/x-ndjson' : 'text/csv';
    const disposition = `Content-Disposition: form-data; name="${FILE_FIELD}"; filename="${fileName}"`;
    const bytes = random() < 0.3 ? gzipped(content) : Buffer.from(content);
    return Buffer.concat([Buffer.from(`${disposition}\r\nContent-Type: ${type}\r\n\r\n`), bytes]);
  }

  /** Parameters and file in any order, some of the parameters in the query; broken now and then. */
  function asForm(input: FileInput): FuzzCall {
    const inQuery = Object.entries(input.parameters).filter(() => random() < 0.2);
    const parts: Buffer[] = Object.entries(input.parameters)
      .filter(([name]) => !inQuery.some(([other]) => other === name) || random() < 0.1)
      .map(([name, value]) => Buffer.from(`Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`));
    parts.splice(anywhere(parts.length + 1), 0, filePart(input));
    if (random() < 0.25) parts.splice(anywhere(parts.length + 1), 0, Buffer.from(pick(WRONG_PARTS)));
    if (random() < 0.02) parts.push(...Array.from({ length: 60 }, () => parts[0] ?? Buffer.alloc(0)));
    const boundary = pick(BOUNDARIES);
    const line = (end = '') => Buffer.from(`\r\n--${boundary}${end}\r\n`);
    const body = Buffer.concat([...parts.flatMap((part) => [line(), part]), line('--')]).subarray(2);
    const rightHeader = `multipart/form-data; boundary="${boundary}"`;
    return {
      query: Object.fromEntries(inQuery),
      raw: random() < 0.25 ? damaged(body) : body,
      headers: { 'content-type': random() < 0.08 ? pick(WRONG_HEADERS) : rightHeader },
    };
  }

  return {
    packed,
    upload: (input: FileInput): FuzzCall => {
      const call = random() < 0.5 ? asForm(input) : asRaw(input);
      return random() < 0.25 ? packed(call) : call;
    },
  };
}
