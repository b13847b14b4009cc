import type { Failure } from '../errors/failure.ts';
import { platformFailures } from '../errors/platform-failures.ts';

type DriverError = Error & { code?: string; constraint?: string };

function isDriverError(error: unknown): error is DriverError {
  return error instanceof Error;
}

/** Serialisation failures and deadlocks: the transaction had no effect and may simply run again. */
export function isRetryable(error: unknown): boolean {
  return isDriverError(error) && (error.code === '40001' || error.code === '40P01');
}

const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08000',
  '08003',
  '08006',
  '08001',
]);
const AWAY_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/;

/** The 503 or 507 a caller sees when the database is gone or full; undefined for every other error. */
export function databaseAway(error: unknown): Failure | undefined {
  if (!isDriverError(error)) return undefined;
  if (error.code === '53100' || error.code === 'ENOSPC') return platformFailures.storage_full({ cause: error });
  const away =
    (error.code !== undefined && AWAY_CODES.has(error.code) && isFromDriver(error)) ||
    AWAY_MESSAGES.test(error.message);
  return away ? platformFailures.dependency_away({ cause: error }) : undefined;
}

function isFromDriver(error: DriverError): boolean {
  return 'severity' in error || 'syscall' in error;
}

/** True when the statement broke this named constraint, so that a store can say what that means. */
export function brokeConstraint(error: unknown, constraint: string): boolean {
  return (
    isDriverError(error) &&
    (error.code === '23505' || error.code === '23503' || error.code === '23001') &&
    error.constraint === constraint
  );
}

/** True when the statement would have taken away a row that others refer to, or referred to one that is not there. */
export function brokeReference(error: unknown): boolean {
  return isDriverError(error) && (error.code === '23503' || error.code === '23001');
}

/** True when the statement would have added something to an account that has been erased since the caller was let in. */
export function brokeLivingAccount(error: unknown): boolean {
  return isDriverError(error) && error.code === '23503' && error.constraint?.endsWith('_living_account') === true;
}
