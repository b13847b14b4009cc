import { setImmediate as otherWork } from 'node:timers/promises';
import { newId } from '../../platform/ids/ids.ts';
import { customerWrite, type ProfileValues, profileText } from '../customers/profile-values.ts';
import type { CustomerWrite } from '../customers/save-customers.ts';
import type { CheckedRow } from './checked-row.ts';
import type { Checker, ImportContext } from './play-chunk.ts';
import type { RawRow } from './raw-row.ts';

/** Rows that were checked before their transaction began, with the checker that did it. */
export type PreparedChunk = { rows: readonly RawRow[]; checker: Checker; checked: CheckedRow[] };

/** What a row comes to as a customer of its own, worked out before it is known whether it is a new one. */
export type RowAhead = {
  customerId: string;
  values: ProfileValues;
  text: { plaintext: string; digest: Buffer };
  /** Every field stands in the row, so an update comes to the same profile, whatever is stored. */
  isWhole: boolean;
  /** Null where new customers are not expected: sealing is what costs. */
  write: CustomerWrite | null;
};

export function prepareChunk(checker: Checker, rows: readonly RawRow[]): PreparedChunk {
  return { rows, checker, checked: rows.map(checker.check) };
}

/** Small calls come in between so many rows: about a millisecond's work. */
const ROWS_IN_ONE_GO = 50;

/** The same in small portions, and with each good row's profile worked out ahead, sealed too where new customers are expected. */
export async function prepareAhead(
  context: ImportContext,
  checker: Checker,
  rows: readonly RawRow[],
  sealing: boolean,
): Promise<PreparedChunk> {
  const checked: CheckedRow[] = [];
  for (const raw of rows) {
    const row = checker.check(raw);
    if (row.errors.length === 0) row.ahead = aheadOf(context, checker, row, sealing);
    if (checked.push(row) % ROWS_IN_ONE_GO === 0) await otherWork();
  }
  return { rows, checker, checked };
}

function aheadOf(context: ImportContext, checker: Checker, row: CheckedRow, sealing: boolean): RowAhead {
  const { keys, accountId, workspaceId } = context;
  const { fields } = checker.checking;
  const values: ProfileValues = new Map();
  let isWhole = true;
  fields.forEach((field, index) => {
    const value = row.values[index];
    if (typeof value === 'string') values.set(field.slot, value);
    else if (value === undefined || context.options.blank_cells === 'keep') isWhole = false;
  });
  const customerId = newId();
  const text = profileText(keys, workspaceId, values);
  const place = { accountId, workspaceId, customerId };
  const write = sealing ? customerWrite(keys, place, fields, values, text) : null;
  return { customerId, values, text, isWhole, write };
}
