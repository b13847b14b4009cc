import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { Unsuccessful, UsageMistake } from '../mistakes.ts';
import { printable, thousands } from '../table.ts';
import { openTerminal } from '../terminal.ts';
import { manifestProblems, readManifest } from '../verification/manifest-file.ts';
import type { Problem } from '../verification/problem.ts';
import { type VerifiedPart, verifyPart } from '../verification/verify-part.ts';

const MANIFEST = 'manifest.json';

type VerifyOptions = { manifest?: string; digest?: string; json?: true };

const isFolder = async (path: string) => {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new UsageMistake(`${path} is not there.`);
  return found.isDirectory();
};

/** The manifest and the files that are meant: those named, or all that the manifest of a folder names. */
async function readWish(wish: readonly string[], options: VerifyOptions) {
  const [first = '.'] = wish;
  const whole = wish.length === 1 && (await isFolder(first));
  const path = options.manifest ?? join(whole ? first : dirname(first), MANIFEST);
  const manifest = await readManifest(path);
  const missing: Problem[] = [];
  if (!whole) {
    for (const file of wish) if (await isFolder(file)) throw new UsageMistake(`${file} is a folder: name it alone.`);
    return { manifest, files: [...wish], missing };
  }
  const files: string[] = [];
  for (const part of manifest.parts) {
    // The name comes from the manifest, which may be anybody's: it must not lead out of the folder.
    const file = /^[\w.-]+$/.test(part.file) ? join(first, part.file) : null;
    if (file !== null && (await stat(file).catch(() => null))?.isFile() === true) files.push(file);
    else missing.push({ file: part.file, row: null, code: 'file_missing', message: 'The folder does not have it.' });
  }
  return { manifest, files, missing };
}

function problemText({ file, row, code, message }: Problem): string {
  return printable(`${file}${row === null ? '' : `, row ${row}`}: ${message} (${code})`);
}

async function verify(wish: string[], options: VerifyOptions): Promise<void> {
  const terminal = openTerminal();
  if (options.digest !== undefined && !/^[0-9a-f]{64}$/.test(options.digest))
    throw new UsageMistake('--digest is 64 hexadecimal digits.');
  const { manifest, files, missing } = await readWish(wish, options);
  const problems = [...manifestProblems(manifest, options.digest ?? null), ...missing];
  const verified: VerifiedPart[] = [];
  for (const file of files) verified.push(await verifyPart(manifest, file));
  problems.push(...verified.flatMap((part) => part.problems));
  const more = verified.reduce((sum, part) => sum + part.more, 0);
  const rows = verified.reduce((sum, part) => sum + part.rows, 0);
  const digest = manifest.approval?.digest ?? null;
  if (options.json)
    terminal.print(JSON.stringify({ ok: problems.length === 0, files: verified.length, rows, digest, problems, more }));
  else for (const problem of problems) terminal.print(problemText(problem));
  if (problems.length > 0)
    throw new Unsuccessful(
      `${thousands(problems.length + more)} ${problems.length + more === 1 ? 'thing is' : 'things are'} not as published.`,
    );
  if (options.json) return;
  terminal.print(
    `${thousands(rows)} rows in ${verified.length} ${verified.length === 1 ? 'file' : 'files'} are as published, with texts of the approval ${digest}.`,
  );
  if (options.digest === undefined)
    terminal.note('Compare the digest with the one the server shows for the campaign, or give it with --digest.');
}

export function addVerifyCommand(program: Command): void {
  program
    .command('verify <file...>')
    .description('check fetched files against their manifest, offline')
    .option('--manifest <file>', 'where it is (default: manifest.json beside the file)')
    .option('--digest <hex>', 'the approval digest you expect, as the server shows it for the campaign')
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      `
Name files, or one folder with all of them. Checked are size, SHA-256, header, rows, that every row carries a message
that was approved and a text that can have come from it, and that the manifest's digest is the one of what it says was
approved. Who can change both files and manifest can be found out only by a digest you got elsewhere: give it with --digest.
No login is needed. docs/verify.md says how each of it is defined.`,
    )
    .action(verify);
}
