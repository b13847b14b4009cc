import { newId } from '../../platform/ids/ids.ts';
import { type ProfileValues, profileText } from '../customers/profile-values.ts';
import type { CustomerWrite } from '../customers/save-customers.ts';
import type { CheckedRow, CheckingFields } from './checked-row.ts';
import type { ImportContext } from './import-context.ts';

/** What a row comes to as a customer of its own, worked out before it is known whether it is a new one. */
export type RowAhead = {
  readonly customerId: string;
  readonly values: ProfileValues;
  readonly text: { plaintext: string | Buffer; digest: Buffer };
  /** Every field stands in the row, so an update comes to the same profile, whatever is stored. */
  readonly isWhole: boolean;
  /** Null where new customers were not expected: sealing is what costs. */
  readonly write: CustomerWrite | null;
};

/** The values that a row has, by the slot of their field. */
export function valuesBySlot(checking: CheckingFields, row: CheckedRow): ProfileValues {
  const values: ProfileValues = new Map();
  checking.fields.forEach((field, index) => {
    const value = row.values[index];
    if (typeof value === 'string') values.set(field.slot, value);
  });
  return values;
}

/** A good row's profile. */
export function aheadOf(
  context: ImportContext,
  checking: CheckingFields,
  row: CheckedRow,
  values: ProfileValues,
): Omit<RowAhead, 'write'> {
  const { keys, workspaceId } = context;
  const keeps = context.options.blank_cells === 'keep';
  const isWhole = checking.fields.every(
    (_, index) => typeof row.values[index] === 'string' || (row.values[index] === null && !keeps),
  );
  return { customerId: newId(), values, text: profileText(keys, workspaceId, values), isWhole };
}
