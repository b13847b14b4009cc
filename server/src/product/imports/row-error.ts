/** One thing that is wrong with one row; row 0 is the file itself. Never holds a value of the file. */
export type RowError = { row: number; field: string | null; code: string; message: string };

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
