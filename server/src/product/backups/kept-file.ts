import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { BackupRefused } from './backup-refused.ts';

/** By what a file of a backup is known again. */
export type KeptFile = { bytes: number; sha256: string };

/** Lets bytes through, and counts and hashes them. */
class Meter extends Transform {
  #bytes = 0;
  readonly #hash: Hash = createHash('sha256');

  override _transform(chunk: Buffer, _encoding: unknown, done: (error: null, chunk: Buffer) => void): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }
  facts(): KeptFile {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** Writes a file for its owner's eyes only, durably. None is left where the content ends with an error. */
export async function writeKept(path: string, content: Readable): Promise<KeptFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const meter = new Meter();
  const file = await open(path, 'w', 0o600);
  await pipeline(content, meter, file.createWriteStream({ flush: true })).catch(async (error: unknown) => {
    await rm(path, { force: true });
    throw error;
  });
  return meter.facts();
}

/** The file's bytes. Errors with BackupRefused at their end, or before, when they are not those that were written. */
export function readKept(path: string, { bytes, sha256 }: KeptFile): Readable {
  const altered = () => new BackupRefused(`${path} is not as it was written: the backup is damaged. Take another one.`);
  const meter = new Meter({
    flush(done) {
      const read = meter.facts();
      done(read.bytes === bytes && read.sha256 === sha256 ? null : altered());
    },
  });
  const file = createReadStream(path);
  file.on('error', (error: NodeJS.ErrnoException) => meter.destroy(error.code === 'ENOENT' ? altered() : error));
  meter.on('close', () => file.destroy());
  return file.pipe(meter);
}

/** Throws BackupRefused when the file is not as it was written. */
export async function checkKept(path: string, facts: KeptFile): Promise<void> {
  await finished(readKept(path, facts).resume());
}
