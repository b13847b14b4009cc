import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConfigMistakes, readConfig } from './config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const namesIn = (text: string) => [...text.matchAll(/NUDGESCRIBE_[A-Z_]*[A-Z]/g)].map(([name]) => name);

/** What is wrong with these settings; nothing where they are taken. */
function mistakesIn(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigMistakes) return error.mistakes;
    throw error;
  }
}

describe('settings', () => {
  test('that the server reads are those of the table in README.md', () => {
    const read = new Set<string>();
    const asking = new Proxy<Record<string, string>>({}, { get: (_, name) => void read.add(String(name)) });
    readConfig(asking);
    const readme = readFileSync(`${ROOT}README.md`, 'utf8');
    const table = readme
      .split('\n')
      .filter((line) => line.startsWith('| `NUDGESCRIBE_'))
      .map((line) => line.split(' | ')[0] ?? '');
    const told = table.flatMap((cell) => {
      const [first = '', ...more] = namesIn(cell);
      const shortened = [...cell.matchAll(/`…(_[A-Z_]+)`/g)].map(([, end = '']) => first.replace(/_[A-Z]+$/, end));
      return [first, ...more, ...shortened];
    });
    assert.deepEqual([...read].sort(), told.sort());
    assert.ok(told.length > 20);
  });

  test('of the command line, the demo, the console, the benchmarks and the tests are nothing wrong in the server', () => {
    const files = globSync('{cli,demo,console,bench,bootstrap,server/test}/**/*.{ts,tsx,mjs}', {
      cwd: ROOT,
      exclude: (name) => name.includes('node_modules') || name === 'dist',
    });
    const names = new Set(files.flatMap((file) => namesIn(readFileSync(`${ROOT}${file}`, 'utf8'))));
    for (const own of ['NUDGESCRIBE_URL', 'NUDGESCRIBE_WORKSPACE', 'NUDGESCRIBE_TEST_FORM']) assert.ok(names.has(own));
    // Empty is unset, whatever a setting wants for a value.
    assert.deepEqual(mistakesIn(Object.fromEntries([...names].map((name) => [name, '']))), []);
  });

  test('that nobody reads are mistakes, told together with the name that is meant', () => {
    const mistakes = mistakesIn({
      NUDGESCRIBE_MOD: 'production',
      NUDGESCRIBE_QUOTA: '{}',
      NUDGESCRIBE_TRUSTED_PROXY: '10.0.0.1',
      NUDGESCRIBE_CERTIFICATE: 'x',
      NUDGESCRIBE_PORT: 'x',
      SOMEBODY_ELSES: 'x',
    });
    assert.deepEqual(mistakes.slice(1), [
      'NUDGESCRIBE_MOD is no setting: write NUDGESCRIBE_MODE, or unset it.',
      'NUDGESCRIBE_QUOTA is no setting: write NUDGESCRIBE_QUOTAS, or unset it.',
      'NUDGESCRIBE_TRUSTED_PROXY is no setting: write NUDGESCRIBE_TRUSTED_PROXIES, or unset it.',
      'NUDGESCRIBE_CERTIFICATE is no setting: unset it; README.md lists those there are.',
    ]);
    assert.match(mistakes[0] ?? '', /^NUDGESCRIBE_PORT must be/);
  });

  test('that Kubernetes makes of the names of services, and the key of a writer, are taken', () => {
    const writer = { name: 'w', kind: 'anthropic', model: 'm', api_key_env: 'NUDGESCRIBE_MODEL_KEY' };
    const config = readConfig({
      NUDGESCRIBE_DB_SERVICE_HOST: '10.0.0.11',
      NUDGESCRIBE_DB_SERVICE_PORT_SQL: '5432',
      NUDGESCRIBE_DB_PORT: 'tcp://10.0.0.11:5432',
      NUDGESCRIBE_DB_PORT_5432_TCP_ADDR: '10.0.0.11',
      NUDGESCRIBE_MODEL_KEY: ' key\n',
      NUDGESCRIBE_WRITERS: JSON.stringify([writer]),
    });
    assert.equal(config.writers[0]?.apiKey, 'key', 'without what a file had around it');
  });

  test('that Docker sets for a container linked to another, and keys of writers beside a mistake in them, are taken', () => {
    const linked = {
      NUDGESCRIBE_DB_NAME: '/nudgescribe/nudgescribe_db',
      NUDGESCRIBE_DB_ENV_POSTGRES_PASSWORD: 'x',
      NUDGESCRIBE_DB_PORT: 'tcp://172.17.0.5:5432',
      NUDGESCRIBE_DB_PORT_5432_TCP_PROTO: 'tcp',
    };
    assert.deepEqual(mistakesIn(linked), []);
    assert.equal(mistakesIn({ NUDGESCRIBE_DB_NAME: 'nudgescribe' }).length, 1);
    const writer = { name: 'w', kind: 'anthropic', api_key_env: 'NUDGESCRIBE_MODEL_KEY' };
    for (const writers of [JSON.stringify([writer]), JSON.stringify([writer]).slice(1)]) {
      const mistakes = mistakesIn({ NUDGESCRIBE_WRITERS: writers, NUDGESCRIBE_MODEL_KEY: 'key' });
      assert.ok(mistakes.length === 1 && mistakes[0]?.startsWith('NUDGESCRIBE_WRITERS'), mistakes.join());
    }
  });

  test('with blanks around their values are read without them', () => {
    const config = readConfig({
      NUDGESCRIBE_MODE: ' development\n',
      NUDGESCRIBE_PORT: '\t8000 ',
      NUDGESCRIBE_HOST: ' ::1 ',
    });
    assert.deepEqual([config.mode, config.port, config.host], ['development', 8_000, '::1']);
  });

  test('that list ranges take one to three digits behind the slash, and no more than an address has bits', () => {
    for (const name of ['NUDGESCRIBE_TRUSTED_PROXIES', 'NUDGESCRIBE_OUTBOUND_ALLOW']) {
      for (const range of [
        '10.0.0.0/',
        '10.0.0.0/ ',
        '10.0.0.0/0x8',
        '10.0.0.0/33',
        '::/129',
        '10.0.0.0/8/8',
        '10.0.0.0/+8',
      ])
        assert.equal(mistakesIn({ [name]: range }).length, 1, `${name}=${range}`);
      assert.deepEqual(mistakesIn({ [name]: '10.0.0.0/8, 10.1.2.3,fd00::/8 , ::1' }), []);
    }
  });

  test('that name a database leave room for the roles of the server', () => {
    const mistakes = (url: string) => mistakesIn({ NUDGESCRIBE_DATABASE_URL: url }).join(' ');
    for (const url of [
      'postgresql:///nudgescribe?host=/var/run/postgresql',
      'postgresql://owner@/nudgescribe',
      'postgresql:///nudgescribe',
      'postgres:nudgescribe',
      'postgres://db.example/nudgescribe?user=owner',
      'postgres://owner@db.example/nudgescribe?password=x',
      'postgres://owner@db.example/nudgescribe?host=%2Fvar%2Frun',
    ])
      assert.match(mistakes(url), /^NUDGESCRIBE_DATABASE_URL must name the host .*owner@%2Fvar%2Frun/, url);
    assert.match(mistakes('mysql://owner@db.example/nudgescribe'), /must be a URL beginning with postgres:/);
    for (const url of [
      'postgres://owner:secret@db.example:5432/nudgescribe?sslmode=verify-full',
      'postgresql://owner@%2Fvar%2Frun%2Fpostgresql/nudgescribe',
      'postgresql://db.example/nudgescribe',
    ])
      assert.equal(mistakes(url), '', url);
  });
});
