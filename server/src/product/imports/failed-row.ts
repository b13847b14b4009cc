import type { AccountKeys } from '../sealing/account-keys.ts';
import { openProfile, sealProfile } from '../sealing/profile-envelope.ts';
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

export function openFailedRow(keys: AccountKeys, place: ImportPlace, sealed: Buffer): FailedRowContent {
  return JSON.parse(openProfile(keys, placeOf(place), sealed).toString()) as FailedRowContent;
}

export function sealHeader(keys: AccountKeys, place: ImportPlace, header: readonly string[]): Buffer {
  return sealProfile(keys, placeOf(place), JSON.stringify(header));
}

export function openHeader(keys: AccountKeys, place: ImportPlace, sealed: Buffer): string[] {
  return JSON.parse(openProfile(keys, placeOf(place), sealed).toString()) as string[];
}
