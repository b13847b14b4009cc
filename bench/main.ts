import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backupPart } from './backup-part.ts';
import type { BenchPart } from './bench-part.ts';
import { consolePart } from './console-part.ts';
import { erasePart } from './erase-part.ts';
import { importPart } from './import-part.ts';
import { neighboursPart } from './neighbours-part.ts';
import { publishPart } from './publish-part.ts';
import { httpPart, pagesPart, segmentsPart } from './read-parts.ts';
import { reviewPart } from './review-part.ts';
import { printTable } from './table.ts';
import { writerPart } from './writer-part.ts';

const PARTS: readonly BenchPart[] = [
  importPart,
  neighboursPart,
  pagesPart,
  segmentsPart,
  erasePart,
  backupPart,
  reviewPart,
  writerPart,
  publishPart,
  httpPart,
  consolePart,
];
const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));
const USAGE = `Usage: npm run bench -- [PART …] [--rows N] [--node-option FLAG …]

${PARTS.map((part) => `  ${part.name.padEnd(10)} ${part.about}`).join('\n')}

--rows is how many customers are generated (1000000). bench/README.md says how to read the tables.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '1000000' },
    'node-option': { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h' },
  },
});
const rows = Number(values.rows);
const wrong = positionals.filter((name) => !PARTS.some((part) => part.name === name));
if (values.help === true || wrong.length > 0 || !Number.isInteger(rows) || rows < 20_000) {
  console.log(wrong.length > 0 ? `There is no part called ${wrong.join(', ')}.\n\n${USAGE}` : USAGE);
  if (values.help !== true && rows < 20_000) console.log('\n--rows must be 20000 or more.');
  process.exit(values.help === true ? 0 : 2);
}

await mkdir(RESULTS, { recursive: true });
for (const part of PARTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  console.log(`\n${part.name}: ${part.about} …`);
  const startedAt = new Date();
  const measured = await part.run({ rows, nodeOptions: values['node-option'] });
  printTable(
    `${part.name} (${rows.toLocaleString('en')} customers, ${availableParallelism()} cores)`,
    ['what', 'measured', 'reach', 'aim'],
    measured.map(({ what, shown, reach = '', aim = '' }) => [what, shown, reach, aim]),
  );
  const file = `${RESULTS}${part.name}-${startedAt.toISOString().replaceAll(':', '-').slice(0, 19)}.json`;
  const machine = { cores: availableParallelism(), platform: process.platform, node: process.version };
  await writeFile(
    file,
    `${JSON.stringify({ part: part.name, rows, started_at: startedAt, machine, measured }, null, 2)}\n`,
  );
}
