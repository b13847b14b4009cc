import { NudgescribeError } from '@nudgescribe/sdk';
import { Unsuccessful, UsageMistake } from './mistakes.ts';

const SHOWN_DETAILS = 10;

function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return String(detail);
  const { row, field, message, code } = detail as Record<string, unknown>;
  const where = [row === undefined ? '' : `row ${row}`, typeof field === 'string' ? field : '']
    .filter((part) => part !== '')
    .join(', ');
  const what = typeof message === 'string' ? message : typeof code === 'string' ? code : JSON.stringify(detail);
  return where === '' ? what : `${where}: ${what}`;
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing answers there. Is the server running, and is its address right?',
  ENOTFOUND: 'There is no such host.',
};

/** The system's word for a broken connection, wherever fetch has put it. */
function networkCause(error: unknown): string | undefined {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth += 1) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && code in CAUSES) return CAUSES[code];
    at = cause;
  }
  return undefined;
}

/** What a failed command says, and its exit code: 2 when it was called wrongly, else 1. */
export function failureText(error: unknown): { text: string; exitCode: number } {
  if (error instanceof UsageMistake) return { text: error.message, exitCode: 2 };
  if (error instanceof Unsuccessful) return { text: error.message, exitCode: 1 };
  if (!(error instanceof NudgescribeError))
    return { text: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: 1 };
  const lines = [error.message];
  const cause = networkCause(error.cause);
  if (cause !== undefined) lines.push(cause);
  // With a single problem the sentence has said it already.
  const details = error.details.map(detailText).filter((detail) => detail !== error.message);
  lines.push(...details.slice(0, SHOWN_DETAILS).map((detail) => `  ${detail}`));
  if (details.length > SHOWN_DETAILS) lines.push(`  … and ${details.length - SHOWN_DETAILS} more`);
  if (error.status === 403 && error.code === 'unauthorised')
    lines.push('If the login has expired, run "nudgescribe login" again.');
  if (error.requestId !== null) lines.push(`(request ${error.requestId})`);
  return { text: lines.join('\n'), exitCode: 1 };
}
