import type { RangeOutcome } from './export-store.ts';
import type { Part } from './store.ts';

/** A file that is made and belongs to no publication yet. */
export type NewPart = Omit<Part, 'publication_id'>;

/** The files that an export's ranges came to; a range without rows is none. */
export function newPartsOf(outcomes: readonly RangeOutcome[]): NewPart[] {
  const parts: NewPart[] = [];
  for (const { object_key, rows_key, rows, bytes, gzip_bytes, sha256 } of outcomes)
    if (object_key !== null)
      parts.push({
        page: parts.length + 1,
        object_key,
        rows_key,
        row_count: rows,
        byte_count: bytes,
        gzip_bytes,
        sha256,
      });
  return parts;
}
