import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { UsageMistake } from './mistakes.ts';

const SAMPLE_BYTES = 1_000_000;

/** The file's size in bytes. Throws UsageMistake when there is no such file, or nothing in it. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isFile()) throw new UsageMistake(`There is no file "${path}".`);
  if (found.size === 0) throw new UsageMistake(`The file "${path}" is empty.`);
  return found.size;
}

/** The first megabyte as text, packed files unpacked, without the line that is cut off at its end. */
export async function readSample(path: string, isPacked: boolean): Promise<string> {
  const file = createReadStream(path);
  const source = isPacked ? file.pipe(createGunzip()) : file;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isWhole = true;
  for await (const chunk of source) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
    if (bytes > SAMPLE_BYTES) {
      isWhole = false;
      break;
    }
  }
  file.destroy();
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, SAMPLE_BYTES), { stream: true });
  return isWhole || !text.includes('\n') ? text : text.slice(0, text.lastIndexOf('\n') + 1);
}
