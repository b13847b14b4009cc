/** One thing that is wrong with one row; row 0 is the file itself. Holds no value of the file but the name of an unknown column or key. */
export type RowError = { row: number; field: string | null; code: string; message: string };

export const UNKNOWN_KEY = 'unknown_field';
const UNNAMED = {
  field: null,
  message:
    'The record has a key that is no field of the workspace; the repair file names it. Remove the key, create the field, or map it.',
};

export const MAX_ERRORS_SHOWN = 100;
const MAX_CODES = 100;
const SHOWN_CHARACTERS = 100;

/** A file's own name for something, as an error tells it: short, and of characters that the database can keep. */
export function shownName(name: string): string {
  return name.slice(0, SHOWN_CHARACTERS).toWellFormed().replaceAll('\0', '\ufffd');
}

/** Errors as an import keeps them: the first hundred, and how many of each code. */
export type ErrorReport = { errors: RowError[]; error_counts: Record<string, number> };

export function addErrors(report: ErrorReport, errors: readonly RowError[]): void {
  for (const error of errors) {
    if (report.errors.length < MAX_ERRORS_SHOWN) report.errors.push(error);
    const count = report.error_counts[error.code];
    if (count !== undefined || Object.keys(report.error_counts).length < MAX_CODES)
      report.error_counts[error.code] = (count ?? 0) + 1;
  }
}

/**
 * The errors as the database keeps them in clear. A key that is no field may be somebody's email address, where records are
 * keyed by people: the answer to the call names it, and the failed row, which is sealed.
 */
export function keptReport({ errors, error_counts }: ErrorReport): ErrorReport {
  return {
    errors: errors.map((error) => (error.code === UNKNOWN_KEY ? { ...error, ...UNNAMED } : error)),
    error_counts,
  };
}
