import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

// Builds the console into console/dist when what it is made of has changed since; the server starts this by itself.

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..');
const TARGET = join(HERE, 'dist');
const FINGERPRINT = join(TARGET, 'fingerprint');
const SMALLEST_PACKED_BYTES = 500;

/** A hash of everything that shapes the result. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const files = globSync(['console/src/**/*', 'console/*.{html,ts,json}', 'sdk/src/**/*.ts', 'package-lock.json'], {
    cwd: ROOT,
    withFileTypes: true,
  })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .sort();
  for (const file of files)
    hash
      .update(`${file.slice(ROOT.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

/** Leaves packed copies beside the files, so that the server never packs anything itself. */
function packFiles(folder: string): void {
  for (const name of globSync('assets/*.{js,css,svg,csv}', { cwd: folder })) {
    const path = join(folder, name);
    const content = readFileSync(path);
    if (content.byteLength < SMALLEST_PACKED_BYTES) continue;
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }));
  }
}

async function build(wanted: string): Promise<void> {
  const started = performance.now();
  const { build: bundle } = await import('vite');
  // Beside the old one and swapped in whole: a server may be serving it, and another one may be building too.
  const folder = join(HERE, `dist-${process.pid}`);
  try {
    await bundle({ root: HERE, configFile: join(HERE, 'vite.config.ts'), logLevel: 'warn', build: { outDir: folder } });
    packFiles(folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'fingerprint'), wanted);
    const old = `${folder}-old`;
    if (existsSync(TARGET)) renameSync(TARGET, old);
    renameSync(folder, TARGET);
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`The console was built in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
}

const wanted = fingerprint();
if (!existsSync(FINGERPRINT) || readFileSync(FINGERPRINT, 'utf8') !== wanted) await build(wanted);
