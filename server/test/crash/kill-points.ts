import { Transform } from 'node:stream';
import type { Database, Transaction } from '../../src/platform/database/database.ts';
import type { Services } from '../../src/product/services.ts';
import type { ObjectStorage } from '../../src/providers/object-storage/object-storage.ts';

/** Transactions by a statement that only they contain. */
const TRANSACTIONS: readonly (readonly [name: string, statement: RegExp])[] = [
  ['queueing', /^\s*insert into imports\b/],
  ['turn', /^\s*update imports set status = 'running'/],
  ['chunk', /^\s*update imports set cursor_byte/],
  ['verdict', /^\s*update imports set phase = 'applying'/],
  ['end', /^\s*update imports set status = \$3/],
  ['question', /^\s*insert into model_calls\b/],
  ['answer', /^\s*update model_calls set status = \$3/],
  ['texts', /^\s*insert into messages\b/],
  ['step', /^\s*update jobs set cursor/],
  ['kept', /^\s*insert into kept_answers\b/],
];
const STORES_CUSTOMERS = /^\s*insert into customers\b/;
/** Behind so much of an upload; larger ones stream to storage while they arrive, smaller ones are put there whole. */
const BYTES_OF_UPLOAD = 200_000;

/** Where a server that receives an upload dies. */
export const SERVER_POINTS = ['put begins', 'put half', 'put ended', 'before queueing', 'after queueing'] as const;
/** Where a server dies that was called with an Idempotency-Key: its change is not committed yet, or committed and not answered. */
export const KEYED_POINTS = ['before kept', 'after kept'] as const;
/** Where a process dies that has messages written by a language model. */
export const WRITING_POINTS = [
  'before question',
  'after question',
  'before answer',
  'after answer',
  'before texts',
  'after texts',
] as const;
/** Where a process that works on an import dies; some come once an import, others once a chunk or piece. */
export const WORKER_POINTS = [
  'before turn',
  'after turn',
  'read',
  'before step',
  'after step',
  'customers stored',
  'before chunk',
  'after chunk',
  'before verdict',
  'after verdict',
  'before end',
  'after end',
] as const;

function dying(point: string, times: number): (name: string) => void {
  let left = times;
  return (name) => {
    if (name !== point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

function watchedTransaction(tx: Transaction, seen: Set<string>, meet: (name: string) => void): Transaction {
  const see = (text: string) => {
    for (const [name, statement] of TRANSACTIONS) if (statement.test(text)) seen.add(name);
  };
  return {
    ...tx,
    rows: (text, values) => {
      see(typeof text === 'string' ? text : text.text);
      return tx.rows(text, values);
    },
    row: (text, values) => {
      see(typeof text === 'string' ? text : text.text);
      return tx.row(text, values);
    },
    run: (text, values) => {
      see(text);
      return tx.run(text, values);
    },
    runAll: async (statements) => {
      const touched = await tx.runAll(statements);
      if (statements.some(({ text }) => STORES_CUSTOMERS.test(text))) meet('customers stored');
      return touched;
    },
  };
}

function watchedDatabase(real: Database, meet: (name: string) => void): Database {
  return {
    ...real,
    tenant: async (accountId, work) => {
      let seen = new Set<string>();
      const result = await real.tenant(accountId, async (tx) => {
        seen = new Set();
        const worked = await work(watchedTransaction(tx, seen, meet));
        for (const name of seen) meet(`before ${name}`);
        return worked;
      });
      for (const name of seen) meet(`after ${name}`);
      return result;
    },
  };
}

function watchedStorage(real: ObjectStorage, meet: (name: string) => void): ObjectStorage {
  return {
    ...real,
    put: async (key, content) => {
      meet('put begins');
      let bytes = 0;
      const counted = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length;
          if (bytes > BYTES_OF_UPLOAD) meet('put half');
          done(null, chunk);
        },
      });
      content.on('error', (error) => counted.destroy(error));
      await real.put(key, content.pipe(counted));
      meet('put ended');
    },
    get: (key, range) => {
      const content = real.get(key, range);
      content.on('data', () => meet('read'));
      content.pause();
      return content;
    },
  };
}

/** Services under which this very process kills itself the n-th time that it comes to the point. */
export function dieAt(point: string, times: number): (real: Services) => Partial<Services> {
  const meet = dying(point, times);
  return (real) => ({
    database: watchedDatabase(real.database, meet),
    objects: watchedStorage(real.objects, meet),
  });
}
