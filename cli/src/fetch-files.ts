import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client, Manifest } from '@nudgescribe/sdk';
import { Unsuccessful, UsageMistake } from './mistakes.ts';

const PART = /^part-\d{6,}\.csv(\.partial)?$/;
const MANIFEST = 'manifest.json';

export const partName = (page: number) => `part-${String(page).padStart(6, '0')}.csv`;

/** Files of an earlier fetch of the same campaign may be replaced; anybody else's may not. Throws UsageMistake. */
async function makeRoom(folder: string, campaignId: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await readdir(folder);
  const ours = names.filter((name) => PART.test(name) || name === MANIFEST);
  if (ours.length === 0) return;
  const earlier = names.includes(MANIFEST) ? await readFile(join(folder, MANIFEST), 'utf8') : null;
  // Without a manifest it is a fetch that was stopped half-way, if every part is a partial one.
  const isSame = earlier === null ? ours.every((name) => name.endsWith('.partial')) : earlier.includes(campaignId);
  if (!isSame)
    throw new UsageMistake(`The folder "${folder}" holds files of something else. Name an empty one with --to.`);
  for (const name of ours) await rm(join(folder, name));
}

async function save(stream: ReadableStream<Uint8Array>, path: string, onBytes: (count: number) => void) {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      onBytes(chunk.byteLength);
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

/**
 * Fetches every file of a run. A part has its final name only when all have been fetched and checked, and the manifest
 * comes last, so that a folder with a manifest is complete. Throws Unsuccessful when a file is not what the manifest says.
 */
export async function fetchFiles(
  client: Client,
  run: { workspace_id: string; campaign_id: string; run_number: number | undefined; delta?: boolean },
  folder: string,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<Manifest> {
  const manifest = await client.publishing.manifest(run);
  await makeRoom(folder, run.campaign_id);
  const total = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  let done = 0;
  for (const part of manifest.parts) {
    const stream = await client.publishing.fetchStream({ ...run, page: part.page, format: 'csv' });
    const sha256 = await save(stream, join(folder, `${partName(part.page)}.partial`), (count) => {
      done += count;
      onProgress(done, total);
    });
    if (sha256 !== part.sha256)
      throw new Unsuccessful(
        `${partName(part.page)} is not what the manifest says: its SHA-256 differs. If the campaign was published again meanwhile, fetch again.`,
      );
  }
  for (const { page } of manifest.parts)
    await rename(join(folder, `${partName(page)}.partial`), join(folder, partName(page)));
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  return manifest;
}
