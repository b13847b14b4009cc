import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client, Manifest } from '@nudgescribe/sdk';
import { Told } from './told.ts';

const OURS = /^(part-\d{6}\.csv|manifest\.json)$/;

async function saveWithHash(stream: ReadableStream<Uint8Array>, path: string): Promise<string> {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]),
    hashing,
    createWriteStream(path, { mode: 0o600 }),
  );
  return hash.digest('hex');
}

/** Fetches every file of the current run and its manifest into the folder, checked against the manifest's hashes. */
export async function fetchFiles(
  client: Client,
  campaign: { workspace_id: string; campaign_id: string },
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<Manifest> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) if (OURS.test(name)) await rm(join(folder, name));
  const manifest = await client.publishing.manifest(campaign);
  for (const [index, part] of manifest.parts.entries()) {
    const stream = await client.publishing.fetchStream({ ...campaign, page: part.page, format: 'csv' });
    const name = `part-${String(part.page).padStart(6, '0')}.csv`;
    if ((await saveWithHash(stream, join(folder, name))) !== part.sha256)
      throw new Told(`${name} is not what the manifest says: its SHA-256 differs.`);
    onProgress(index + 1, manifest.parts.length);
  }
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  return manifest;
}
