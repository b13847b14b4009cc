import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createProgramRootKey } from './key-program.ts';
import { WrappingBroken } from './root-key.ts';

// A key management service that keeps what it is given beside its context, and refuses the wrong one.
const SERVICE = `
let text = '';
process.stdin.on('data', (chunk) => { text += chunk; }).on('end', () => {
  const { operation, plaintext, ciphertext, context } = JSON.parse(text);
  const key_id = process.argv[2];
  const answer = (value) => process.stdout.write(JSON.stringify(value));
  if (operation === 'current') answer({ key_id });
  else if (operation === 'wrap')
    answer({ key_id, ciphertext: Buffer.from(JSON.stringify({ plaintext, context })).toString('base64') });
  else {
    const kept = JSON.parse(Buffer.from(ciphertext, 'base64').toString());
    if (kept.context === context) answer({ plaintext: kept.plaintext });
    else process.exitCode = 2;
  }
});
`;

let folder: string;
let script: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-key-program-'));
  script = join(folder, 'service.cjs');
  await writeFile(script, SERVICE);
});
after(() => rm(folder, { recursive: true, force: true }));

const service = (key: string) => createProgramRootKey([process.execPath, script, key]);

test('a secret is wrapped by the service and opens in its place only; a newer key shows', async () => {
  const secret = randomBytes(32);
  const wrapped = await service('arn:key/1').wrap(secret, 'place');
  assert.match(wrapped, /^program:arn:key\/1\./);
  assert.deepEqual(await service('arn:key/1').unwrap(wrapped, 'place'), secret);
  await assert.rejects(service('arn:key/1').unwrap(wrapped, 'elsewhere'), WrappingBroken);
  await assert.rejects(service('arn:key/1').unwrap('local:0123456789abcdef.AAAA', 'place'), WrappingBroken);
  assert.equal(await service('arn:key/1').isCurrent(wrapped), true);
  assert.equal(await service('arn:key/2').isCurrent(wrapped), false);
  assert.deepEqual(await service('arn:key/2').names(), ['program:arn:key/2']);
});

test('a service that is away, or answers something else, is a dependency that is away', async () => {
  for (const command of [
    [join(folder, 'not-there')],
    [process.execPath, '-e', 'process.exit(1)'],
    [process.execPath, '-e', 'process.stdout.write("no json")'],
    [process.execPath, '-e', 'process.stdout.write("{}")'],
  ])
    await assert.rejects(createProgramRootKey(command).wrap(randomBytes(32), 'place'), { code: 'dependency_away' });
});
