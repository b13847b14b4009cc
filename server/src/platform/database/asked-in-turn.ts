import type { Database, Reads } from './database.ts';

/** Does something once it is its caller's turn. */
export type InTurn = <T>(ask: () => Promise<T>) => Promise<T>;

/**
 * The same database, asked for each piece of work in turn, for calls that do something slow between two pieces. The work of
 * one piece must not ask for another one: it would wait for itself.
 */
export function askedInTurn(database: Database, inTurn: InTurn): Database {
  const readsInTurn = (reads: Reads): Reads => ({
    rows: (text, values) => inTurn(() => reads.rows(text, values)),
    row: (text, values) => inTurn(() => reads.row(text, values)),
  });
  return {
    ...database,
    tenant: (accountId, work) => inTurn(() => database.tenant(accountId, work)),
    tenantSnapshot: (accountId, work) => inTurn(() => database.tenantSnapshot(accountId, work)),
    reads: (accountId) => readsInTurn(database.reads(accountId)),
    acrossAccounts: (work) => inTurn(() => database.acrossAccounts(work)),
    readsAcross: readsInTurn(database.readsAcross),
  };
}
