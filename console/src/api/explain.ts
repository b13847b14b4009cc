import { NudgescribeError } from '@nudgescribe/sdk';

/** What to tell the person in front of the screen. The server's sentences say what to do and hold no personal data. */
export function explain(error: unknown): string {
  if (error instanceof NudgescribeError) {
    if (error.status === 0) return 'The server does not answer. Check the connection and try again.';
    const details = error.details.flatMap((detail) => {
      const message = (detail as { message?: unknown } | null)?.message;
      return typeof message === 'string' && !error.message.includes(message) ? [message] : [];
    });
    const more = details.length === 0 ? '' : ` ${details.slice(0, 3).join(' ')}`;
    const id = error.status >= 500 && error.requestId !== null ? ` (request ${error.requestId})` : '';
    return `${error.message}${more}${id}`;
  }
  return 'Something went wrong in this page. Reload it and try again.';
}

export const isForbidden = (error: unknown): boolean =>
  error instanceof NudgescribeError && error.status === 403 && error.code !== 'unauthorised';
