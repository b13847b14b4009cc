import { pino } from 'pino';

/** Structured log. Fields are ids, counts, codes and durations; never values of customers, bodies, queries or tokens. */
export type Log = {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
};

/** Logs JSON lines to standard error, so that standard output stays for what a command prints. */
export function createLog(level: string): Log {
  const target = pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    pino.destination({ dest: 2, sync: true }),
  );
  return {
    info: (event, fields = {}) => target.info(fields, event),
    warn: (event, fields = {}) => target.warn(fields, event),
    error: (event, fields = {}) => target.error(fields, event),
  };
}

/** What of an unexpected error may be logged: its class, code and stack frames, without the message's possible values. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error_kind: typeof error };
  const { code, constraint, table, schema } = error as Error & Record<string, unknown>;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 12)
    .map((line) => line.trim());
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  // Postgres and parsers quote offending values in their messages; errors with a code are told by the code alone.
  const message = code === undefined && error.constructor === Error ? error.message : undefined;
  return { error_kind: error.name, code, constraint, table, schema, message, frames, cause };
}
