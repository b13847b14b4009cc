import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REDOCLY = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url));

/** Lints a document with Redocly's strictest rules, without its reaching for the network, and gives its complaints. */
export async function lintOpenApi(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'openapi-'));
  try {
    await writeFile(join(folder, 'openapi.json'), text);
    await writeFile(join(folder, 'redocly.yaml'), 'extends:\n  - recommended-strict\n');
    const child = spawn(process.execPath, [REDOCLY, 'lint', 'openapi.json', '--format=json'], {
      cwd: folder,
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      output += part;
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors += part;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    const report = output.slice(output.indexOf('{'));
    if (!report.startsWith('{')) return `Redocly ended with ${code}: ${errors}`;
    const { problems } = JSON.parse(report) as {
      problems: { ruleId: string; message: string; location: { pointer?: string }[] }[];
    };
    const lines = problems.map(
      (problem) => `${problem.ruleId}: ${problem.message} ${problem.location[0]?.pointer ?? ''}`,
    );
    return code === 0 || lines.length > 0 ? lines.join('\n') : `Redocly ended with ${code}: ${errors}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
