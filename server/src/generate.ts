import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { endpoints } from './product/endpoints.ts';
import { sdkSource } from './sdk-source.ts';

const TARGET = fileURLToPath(new URL('../../sdk/src/generated.ts', import.meta.url));

const wanted = sdkSource(endpoints);
const found = await readFile(TARGET, 'utf8').catch(() => '');

if (found === wanted) {
  process.stdout.write('sdk/src/generated.ts is up to date.\n');
} else if (process.argv.includes('--check')) {
  process.stderr.write('sdk/src/generated.ts is behind the endpoint table. Run "npm run generate" and commit it.\n');
  process.exitCode = 1;
} else {
  await writeFile(TARGET, wanted);
  process.stdout.write('sdk/src/generated.ts was written.\n');
}
