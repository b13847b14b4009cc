import type { FieldDefinition } from '../fields/field.ts';
import { compileField, normaliseIdentifier } from '../fields/value.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { blindIndex } from '../sealing/blind-index.ts';
import type { RawRow } from './raw-row.ts';
import type { RowAhead } from './row-ahead.ts';
import { type RowError, shownName, UNKNOWN_KEY } from './row-error.ts';

/** The workspace's fields, ready to check cells with. Built anew when a field has changed. */
export type CheckingFields = {
  fields: readonly FieldDefinition[];
  checks: readonly ((input: unknown) => string | null | { code: string; message: string })[];
  byId: ReadonlyMap<string, number>;
  byName: ReadonlyMap<string, number>;
  hasUnique: boolean;
  /** Equal for equal definitions. */
  signature: string;
};

export function checkingFields(fields: readonly FieldDefinition[], todayYear: number): CheckingFields {
  return {
    fields,
    checks: fields.map((field) => {
      const compiled = compileField(field, { todayYear });
      return (input) => compiled.check(input);
    }),
    byId: new Map(fields.map((field, index) => [field.field_id, index])),
    byName: new Map(fields.map((field, index) => [field.field_name.toLowerCase(), index])),
    hasUnique: fields.some((field) => field.is_unique),
    signature: JSON.stringify(fields),
  };
}

export type RowIdentifier = { fieldIndex: number; blindIndex: string };

/** A row whose cells have been checked against the fields, before anything is known of the store. */
export type CheckedRow = {
  readonly row: number;
  readonly endByte: number;
  readonly raw: RawRow;
  /** By index of the field: the canonical value, null where blank, undefined where the file has no such column. */
  readonly values: (string | null | undefined)[];
  readonly identifiers: readonly RowIdentifier[];
  /** Of a faulty row that names nobody: whatever else in it could be an identifier. Only erasure asks for it. */
  readonly mentions: readonly string[];
  readonly errors: readonly RowError[];
  /** A cell of a unique field is bad: whom the row means is not known. */
  readonly identityUnknown: boolean;
  /** Every required field has a value in the row itself. */
  readonly isComplete: boolean;
  /** False only where a scan of the file has shown that no other row has one of its identifiers. */
  readonly mayRepeat: boolean;
  /** What the row comes to as a customer of its own, if that was worked out before its transaction began. */
  readonly ahead: RowAhead | null;
};

export type RowChecker = (raw: RawRow) => CheckedRow;

/** A faulty row's first values; nobody's identifiers stand behind hundreds of others. */
const MOST_VALUES_LOOKED_AT = 200;
const NO_MENTIONS: readonly string[] = [];

type Building = { -readonly [Key in keyof CheckedRow]: CheckedRow[Key] } & {
  identifiers: RowIdentifier[];
  errors: RowError[];
};

/**
 * Checks every cell of a row. `columns` maps a CSV's columns to fields; records carry their own keys, renamed by
 * `keyField`, which gives undefined for an unknown key and null for a dropped one.
 */
export function rowChecker(
  parts: { keys: AccountKeys; workspaceId: string; checking: CheckingFields },
  columns: readonly (number | null)[],
  keyField: (key: string) => number | null | undefined,
): RowChecker {
  const { checking, keys, workspaceId } = parts;
  const { fields } = checking;
  const required = fields.flatMap((field, index) => (field.is_required ? [index] : []));

  function take(row: Building, fieldIndex: number, input: unknown): void {
    const field = fields[fieldIndex];
    const check = checking.checks[fieldIndex];
    if (field === undefined || check === undefined) return;
    const checked = check(input);
    if (checked !== null && typeof checked !== 'string') {
      row.errors.push({ row: row.row, field: field.field_name, code: checked.code, message: checked.message });
      if (field.is_unique) row.identityUnknown = true;
      return;
    }
    row.values[fieldIndex] = checked;
    if (field.is_unique && checked !== null) {
      const index = blindIndex(keys, workspaceId, field.field_id, normaliseIdentifier(field, checked));
      row.identifiers.push({ fieldIndex, blindIndex: index });
    }
  }

  function takeRecord(row: Building, record: Readonly<Record<string, unknown>>): void {
    const seen = new Set<number>();
    for (const key of Object.keys(record)) {
      const fieldIndex = keyField(key);
      if (fieldIndex === null) continue;
      if (fieldIndex === undefined) {
        row.errors.push({
          row: row.row,
          field: shownName(key),
          code: UNKNOWN_KEY,
          message: 'The workspace has no field of this name. Remove the key, create the field, or map it.',
        });
      } else if (seen.has(fieldIndex)) {
        row.errors.push({
          row: row.row,
          field: fields[fieldIndex]?.field_name ?? null,
          code: 'field_twice',
          message: 'The record names this field more than once.',
        });
      } else {
        seen.add(fieldIndex);
        take(row, fieldIndex, record[key]);
      }
    }
    if (checking.hasUnique && !row.identityUnknown && ![...seen].some((index) => fields[index]?.is_unique === true)) {
      row.errors.push({
        row: row.row,
        field: null,
        code: 'identifier_missing',
        message: 'The record names no unique field, so nobody can tell whom it means. Add one.',
      });
    }
  }

  /** Cells of a row with a missing or additional delimiter stand under wrong names, so each is tried as every identifier. */
  function mentionsIn({ cells, record }: RawRow): string[] {
    const values = (cells ?? Object.values(record ?? {})).slice(0, MOST_VALUES_LOOKED_AT);
    const found = new Set<string>();
    fields.forEach((field, index) => {
      if (!field.is_unique) return;
      for (const value of values) {
        const checked = checking.checks[index]?.(value);
        if (typeof checked === 'string')
          found.add(blindIndex(keys, workspaceId, field.field_id, normaliseIdentifier(field, checked)));
      }
    });
    return [...found];
  }

  return (raw) => {
    const row: Building = {
      row: raw.row,
      endByte: raw.endByte,
      raw,
      values: [],
      identifiers: [],
      mentions: NO_MENTIONS,
      errors: [...raw.faults],
      identityUnknown: raw.faults.length > 0,
      isComplete: false,
      mayRepeat: true,
      ahead: null,
    };
    if (raw.cells !== null && raw.faults.length === 0) {
      for (let column = 0; column < columns.length; column += 1) {
        const fieldIndex = columns[column];
        if (fieldIndex !== null && fieldIndex !== undefined) take(row, fieldIndex, raw.cells[column] ?? '');
      }
    }
    if (raw.record !== null && raw.faults.length === 0) takeRecord(row, raw.record);
    if (row.errors.length > 0 && row.identifiers.length === 0) row.mentions = mentionsIn(raw);
    row.isComplete = required.every((index) => typeof row.values[index] === 'string');
    return row;
  };
}
