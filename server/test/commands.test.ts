import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startProcess } from './crash/processes.ts';

const ID = '01a20b98-d574-7000-8648-42495b932e4c';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-commands-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs a command in a place where there is nothing yet, and has found out that it left nothing there either. */
async function told(args: string[], exitCode: number): Promise<string> {
  const command = startProcess(args, { NUDGESCRIBE_DATA_DIR: join(folder, 'data') });
  const ended = await command.ended;
  assert.equal(ended, exitCode, `${args.join(' ')}: ${command.output()}`);
  assert.deepEqual(await readdir(folder), [], args.join(' '));
  return command.output();
}

describe('commands of the operator', () => {
  test('do nothing but tell how they are written when they are asked for help', async () => {
    const asked = [
      ['--help'],
      ['help'],
      ['serve', '-h'],
      ['worker', '--help'],
      ['migrate', '--help'],
      ['doctor', '-h'],
      ['keys', 'rotate-root', '--help'],
      ['account', 'erase', '--account', ID, '--name', 'A', '--help'],
      ['backup', '--to', 'x', '-h'],
    ];
    const texts = await Promise.all(asked.map((args) => told(args, 0)));
    for (const text of texts) assert.match(text, /keys rotate-root .*Settings are environment variables/s);
  });

  test('do nothing when something is named that they do not know, and say so without a stack', async () => {
    const mistaken: [args: string[], word: string][] = [
      [['serve', '--no-workers'], '--no-workers'],
      [['worker', 'now'], 'now'],
      [['migrate', '--dry-run'], '--dry-run'],
      [['doctor', '--mend'], '--mend'],
      [['audit', 'verify', '--acount', ID], '--acount'],
      [['account', 'create', '--name', 'A', '--email', 'a@example.test', '--password', 'x'], '--password'],
      [['account', 'erase', '--account', ID, '--name', 'A', '--yes'], '--yes'],
      [['backup', '--to', 'x', '--key', 'y'], '--key'],
      [['restore', '--from'], '--from'],
    ];
    await Promise.all(
      mistaken.map(async ([args, word]) => {
        const text = await told(args, 1);
        assert.match(text, /Usage: /, args.join(' '));
        assert.ok((text.split('Usage: ')[0] ?? '').includes(word), text);
        assert.doesNotMatch(text, /^ {4}at /m);
      }),
    );
  });
});
