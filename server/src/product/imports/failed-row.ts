import type { AccountKeys } from '../sealing/account-keys.ts';
import { openProfile, sealProfile } from '../sealing/profile-envelope.ts';
import { SealBroken } from '../sealing/seal-broken.ts';
import type { ImportRow } from './import.ts';
import type { ImportOptions } from './import-options.ts';
import type { FailedCheck } from './merge-rows.ts';
import type { RowError } from './row-error.ts';
import type { FailedRow } from './row-store.ts';

/** What the repair file needs of a failed row: the original cells, exactly, and every reason. */
export type FailedRowContent = {
  cells: readonly string[] | null;
  record: Readonly<Record<string, unknown>> | null;
  errors: readonly RowError[];
};

export type ImportPlace = { accountId: string; workspaceId: string; importId: string };

// Sealed like a profile, bound to the import in the place of a customer.
const placeOf = (place: ImportPlace) => ({
  accountId: place.accountId,
  workspaceId: place.workspaceId,
  customerId: place.importId,
});

const MAX_SEALED_CHARACTERS = 2 * 1024 * 1024;

/** A failed row as it is stored, with the blind indexes by which erasure finds it. */
export function sealFailedRow(keys: AccountKeys, place: ImportPlace, failed: FailedCheck): FailedRow {
  const { raw, identifiers, mentions } = failed.checked;
  const whole = JSON.stringify({ cells: raw.cells, record: raw.record, errors: failed.errors });
  const text =
    whole.length <= MAX_SEALED_CHARACTERS
      ? whole
      : JSON.stringify({ cells: null, record: null, errors: failed.errors.slice(0, 1_000) });
  return {
    row: failed.checked.row,
    sealed: sealProfile(keys, placeOf(place), text),
    blindIndexes: [...identifiers.map((identifier) => identifier.blindIndex), ...mentions],
  };
}

/** Throws SealBroken for what was sealed for another place, which another row of the same import is too. */
export function openFailedRow(
  keys: AccountKeys,
  place: ImportPlace,
  { row_number, sealed_row }: { row_number: number; sealed_row: Buffer },
): FailedRowContent {
  const content = JSON.parse(openProfile(keys, placeOf(place), sealed_row).toString()) as Partial<FailedRowContent>;
  const { cells = null, record = null, errors = [] } = content;
  // The seal is bound to the import. Of which row it is, each of the reasons says.
  if (errors[0]?.row !== row_number) throw new SealBroken('This failed row does not belong here.');
  return { cells, record, errors };
}

export function sealHeader(keys: AccountKeys, place: ImportPlace, header: readonly string[]): Buffer {
  return sealProfile(keys, placeOf(place), JSON.stringify(header));
}

export function openHeader(keys: AccountKeys, place: ImportPlace, sealed: Buffer): string[] {
  const header: unknown = JSON.parse(openProfile(keys, placeOf(place), sealed).toString());
  if (!Array.isArray(header)) throw new SealBroken('This is no header.');
  return header as string[];
}

/** Stands where a CSV has its header. */
export function sealFieldMap(keys: AccountKeys, place: ImportPlace, map: ImportOptions['field_map']): Buffer {
  return sealProfile(keys, placeOf(place), JSON.stringify(map));
}

/** By what an import's record keys are renamed; a CSV's columns stand in its plan. */
export function fieldMapOf(keys: AccountKeys, row: ImportRow): ImportOptions['field_map'] {
  if (row.content_kind === 'csv' || row.sealed_header === null) return row.options.field_map ?? {};
  const place = { accountId: row.account_id, workspaceId: row.workspace_id, importId: row.import_id };
  const map: unknown = JSON.parse(openProfile(keys, placeOf(place), row.sealed_header).toString());
  // Failed rows are sealed for the same place: they hold lists.
  const isMap = typeof map === 'object' && map !== null && !Array.isArray(map);
  if (!isMap || !Object.values(map).every((to) => to === null || typeof to === 'string'))
    throw new SealBroken('This is no field_map.');
  return map as ImportOptions['field_map'];
}
