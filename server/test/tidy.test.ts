import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { callRule, sqlRule } from './tidy/call-rules.ts';
import { longFiles, moduleRule, nameRule, packageRule, sizeRule, textRule } from './tidy/file-rules.ts';
import { inventoryProblems, namedProofs, proofProblems, registerProblems } from './tidy/proof-rules.ts';
import { productOrder, roomRule } from './tidy/room-rules.ts';
import { type Complaint, readSources, sourceFile } from './tidy/source-file.ts';
import { migrationsAmong, numberingRule, tenancyRule } from './tidy/tenancy-rules.ts';

// The house rules of CONTRIBUTING.md. Each complaint says what to do instead.

const files = readSources(fileURLToPath(new URL('../../', import.meta.url)));
const order = productOrder(files.find(({ path }) => path === 'ARCHITECTURE.md')?.text ?? '');

function expectNone(complaints: Complaint[]): void {
  const lines = complaints.map(({ path, line, advice }) => `${path}${line === 0 ? '' : `:${line}`}: ${advice}`);
  assert.equal(lines.length, 0, `\n${lines.join('\n')}`);
}

describe('house rules', () => {
  test('there are files to look at, and an order of product folders', () => {
    assert.ok(files.length > 50, 'The walk over the repository found almost nothing.');
    assert.ok(order.includes('groups') && order.includes('customers'), 'ARCHITECTURE.md lists the product folders.');
  });
  test('no file is too long', (t) => {
    for (const { path, lines } of longFiles(files)) t.diagnostic(`${path} has ${lines} lines: it asks for a split.`);
    expectNone(files.flatMap(sizeRule));
  });
  test('names say what is inside', () => expectNone(files.flatMap(nameRule)));
  test('nothing unfinished, no machine paths, no registries', () => expectNone(files.flatMap(textRule)));
  test('named exports, no barrels', () => expectNone(files.flatMap(moduleRule)));
  test('packages: licence and exact versions', () => {
    expectNone(files.flatMap(packageRule));
    assert.match(files.find(({ path }) => path === 'LICENSE')?.text ?? '', /Apache License\s+Version 2\.0/);
  });
  test('imports go one way', () => expectNone(files.flatMap((file) => roomRule(file, order))));
  test('banned calls', () => expectNone(files.flatMap(callRule)));
  test('SQL stands in stores', () => expectNone(files.flatMap(sqlRule)));
  test('every tenant table has its wall', () => expectNone(tenancyRule(migrationsAmong(files))));
  test('every proof that SECURITY.md and docs/asvs.md name is a test', () => {
    for (const [document, atLeast] of [
      ['SECURITY.md', 45],
      ['docs/asvs.md', 80],
    ] as const) {
      const proofs = namedProofs(files.find(({ path }) => path === document)?.text ?? '');
      assert.ok(proofs.length >= atLeast, `${proofs.length} proofs in ${document}`);
      const problems = proofProblems(proofs, (file) => files.find(({ path }) => path === file)?.text ?? null);
      assert.deepEqual(problems, []);
    }
    assert.deepEqual(
      proofProblems([{ file: 'server/test/tidy.test.ts', title: 'no such test' }], () => ''),
      ['server/test/tidy.test.ts has no test “no such test”.'],
    );
  });
  test('docs/asvs.md has every requirement of ASVS levels 1 and 2 once, each shown, excepted or out of place', () => {
    const register = files.find(({ path }) => path === 'docs/asvs.md')?.text ?? '';
    assert.deepEqual(registerProblems(register), []);
    const row = '| 1.2.4 | 1 |';
    assert.ok(register.includes(row));
    for (const broken of [
      register.replace(row, '| 1.2.5 | 1 |'),
      register.replace(row, ''),
      register.replace('- F2: `', '- '),
      register.replace('| exception | As 12.1.1. |', '| exception |  |'),
    ])
      assert.notDeepEqual(registerProblems(broken), []);
  });
  test('docs/inventory.md has every purpose of a key and every event of the log, and no other', () => {
    const inventory = files.find(({ path }) => path === 'docs/inventory.md')?.text ?? '';
    const sources = files.filter(({ path }) => /^server\/src\/.*(?<!\.test)\.ts$/.test(path)).map(({ text }) => text);
    assert.deepEqual(inventoryProblems(inventory, sources), []);
    assert.deepEqual(inventoryProblems(inventory.replace('| `signed links` |', '| |'), sources), [
      '“signed links” is not in docs/inventory.md.',
    ]);
    assert.equal(inventoryProblems(inventory, [...sources, "log.warn('something_new', {})"]).length, 1);
    assert.equal(inventoryProblems(`${inventory}\n| \`no such key\` | x |`, sources).length, 1);
  });
  test('migrations count up', () => expectNone(numberingRule(migrationsAmong(files))));
});

describe('the rules do see what they forbid', () => {
  const none = (complaints: Complaint[]) => assert.deepEqual(complaints, []);
  const some = (complaints: Complaint[]) => assert.notDeepEqual(complaints, []);
  const store = 'server/src/product/groups/store.ts';
  const verb = 'server/src/product/groups/rename.ts';
  /** A template's hole, put together so that it is not taken for a forgotten template here. */
  const hole = (inside: string) => ['$', '{', inside, '}'].join('');

  test('calls, but not in comments and strings', () => {
    for (const bad of [
      'console.log(1)',
      'Date.now()',
      'new Date()',
      'Math.random()',
      'process.env.X',
      'eval("1")',
      'new Function("a")',
      "import vm from 'node:vm'",
      'fetch(url)',
      "import { request } from 'node:https'",
      "import { Agent, request as ask } from 'node:http'",
      "import { connect } from 'node:net'",
      "import net from 'node:net'",
      "import { spawn } from 'node:child_process'",
    ])
      some(callRule(sourceFile(verb, `${bad};\n`)));
    for (const fine of [
      '// console.log(1)',
      "const text = 'Date.now()';",
      'new Date(5)',
      'const a = /eval(1)/;',
      'const f = (x: Function) => x;',
      "import { isIP } from 'node:net'",
      "import type { Socket } from 'node:net'",
      "import { type IncomingMessage, createServer } from 'node:http'",
    ])
      none(callRule(sourceFile(verb, `${fine}\n`)));
    some(callRule(sourceFile(verb, `const a = \`x ${hole('Date.now()')} y\`;`)));
    none(callRule(sourceFile(verb, `const a = \`Date.now() ${hole('1')} Date.now()\`;`)));
  });
  test('SQL outside stores', () => {
    some(sqlRule(sourceFile(verb, `tx.rows(\`select a from b where c = ${hole('d')}\`);`)));
    none(sqlRule(sourceFile(store, 'tx.rows(`select a from b`);')));
    none(sqlRule(sourceFile(verb, "const message = 'Choose one of the groups from the list.';")));
  });
  test('imports against the direction', () => {
    const from = (path: string, module: string) =>
      roomRule(sourceFile(path, `import { a } from '${module}';\n`), order);
    some(from('server/src/platform/ids/ids.ts', '../../product/groups/group.ts'));
    some(from('server/src/platform/ids/ids.ts', '../../app.ts'));
    some(from('server/src/providers/key-store/key-store.ts', '../../product/groups/group.ts'));
    some(from(verb, '../customers/customer.ts'));
    some(from('server/src/product/customers/find.ts', '../groups/store.ts'));
    some(from('server/src/product/customers/find.ts', '../endpoints.ts'));
    some(from('cli/src/main.ts', '../../server/src/app.ts'));
    some(from('sdk/src/client.ts', 'node:fs'));
    none(from('server/src/product/customers/find.ts', '../groups/group.ts'));
    none(from(verb, './store.ts'));
    none(from(verb, '../../platform/ids/ids.ts'));
    none(from('cli/src/main.ts', '@nudgescribe/sdk'));
  });
  test('names, sizes, exports, unfinished work', () => {
    some(nameRule(sourceFile('server/src/platform/utils.ts', '')));
    some(nameRule(sourceFile('server/src/platform/shared/a.ts', '')));
    some(nameRule(sourceFile('server/src/platform/myFile.ts', '')));
    some(sizeRule(sourceFile(verb, 'a\n'.repeat(401))));
    none(sizeRule(sourceFile(verb, 'a\n'.repeat(400))));
    some(moduleRule(sourceFile(verb, 'export default 1;')));
    some(moduleRule(sourceFile(verb, "export { a } from './a.ts';\n")));
    none(moduleRule(sourceFile(verb, "import { a } from './a.ts';\nexport const b = a;\n")));
    some(textRule(sourceFile(verb, `// ${'TO'}DO later`)));
    some(textRule(sourceFile(verb, `const a = '/ho${'me'}/me/x';`)));
  });
  test('tenant tables without a wall or with keys across accounts', () => {
    const migration = (sql: string) => tenancyRule([sourceFile('server/migrations/0001_a.sql', sql)]);
    const table = (key: string) => `create table a (\n  account_id uuid not null,\n  ${key}\n);\n`;
    some(migration(table('primary key (account_id)')));
    some(migration(`${table('primary key (a_id)')}select add_tenant_wall('a');`));
    some(migration(`create table a (\n  a_id uuid\n);\nselect add_tenant_wall('a');`));
    none(migration(`${table('primary key (account_id, a_id)')}select add_tenant_wall('a');`));
  });
});
