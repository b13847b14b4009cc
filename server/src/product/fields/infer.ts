import { type Column, type ColumnShape, columnShape, shape } from './column-shape.ts';
import type { FieldType, ValidationRules } from './field.ts';
import { displayName, fieldNames } from './field-names.ts';
import { headerMeaning, headerWords, identifierRank, isMilestone } from './header-words.ts';
import { maxCharacters } from './rules.ts';

/** A field proposed for one column, for a person to look at before it is made. */
export type ProposedField = {
  field_name: string;
  display_name: string;
  field_type: FieldType;
  field_format: string | null;
  is_required: boolean;
  is_unique: boolean;
  is_sensitive: boolean;
  options: string[] | null;
  validation_rules: ValidationRules | null;
  /** A few different values of the column. */
  samples: string[];
  /** True when more than one date format fits every value; the first is proposed. */
  is_ambiguous: boolean;
};

export type Inference = { fields: ProposedField[]; field_map: Record<string, string | null> };

const SHOWN_SAMPLES = 5;
const SHOWN_CHARACTERS = 100;
const MAX_IDENTIFIER_CHARACTERS = maxCharacters({ is_unique: true, validation_rules: null });

const MAX_CATEGORIES = 200;
const MIN_REPEATS = 10;
const MAX_CATEGORY_CHARACTERS = 60;

type ShapedColumn = Column & { shape: ColumnShape; isComplete: boolean };

function readColumn(header: string, index: number, body: readonly (readonly string[])[], todayYear: number) {
  const values: string[] = [];
  const counts = new Map<string, number>();
  for (const row of body) {
    const cell = row[index] ?? '';
    if (cell.trim() === '') continue;
    values.push(cell);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const column: Column = { header, words: headerWords(header), values, counts };
  const shape = columnShape(column, todayYear);
  const isEmail = shape.validation_rules?.format === 'email';
  const isComplete = values.length > 0 && values.length === body.length && isDistinct(values, isEmail);
  return { ...column, isComplete, shape };
}

/** Different also in the form by which identifiers match. */
function isDistinct(values: readonly string[], ignoringCase: boolean): boolean {
  const forms = new Set<string>();
  for (const value of values) {
    const trimmed = value.normalize('NFC').trim();
    const form = ignoringCase ? trimmed.toLowerCase() : trimmed;
    if (forms.has(form) || form.length > MAX_IDENTIFIER_CHARACTERS) return false;
    forms.add(form);
  }
  return true;
}

/** How well a column would identify customers; 0 when it cannot. */
function identity(column: ShapedColumn): number {
  if (!column.isComplete) return 0;
  const { field_type, validation_rules } = column.shape;
  if (field_type !== 'string' && field_type !== 'number') return 0;
  if (validation_rules?.format === 'phone' || validation_rules?.format === 'url') return 0;
  return Math.max(identifierRank(column.words), validation_rules?.format === 'email' ? 3 : 0);
}

function bestIdentifier(columns: readonly ShapedColumn[]): ShapedColumn | null {
  let best: ShapedColumn | null = null;
  for (const column of columns) if (identity(column) > (best === null ? 0 : identity(best))) best = column;
  return best;
}

/** Texts of few kinds that come again and again: an occupation or a country, not what somebody wrote. */
function isCategory({ counts, values }: Column): boolean {
  if (counts.size > MAX_CATEGORIES || counts.size * MIN_REPEATS > values.length) return false;
  return [...counts.keys()].every((value) => value.length <= MAX_CATEGORY_CHARACTERS);
}

/** In doubt a column is sensitive: it can be opened up later, but what has been shown stays seen. */
function isSensitive(column: ShapedColumn): boolean {
  const meaning = headerMeaning(column.words);
  if (meaning === 'special') return true;
  switch (column.shape.field_type) {
    // Yes and no about a phone or an email address is not the number or the address.
    case 'boolean':
      return false;
    case 'Date':
      return !isMilestone(column.words);
    case 'string':
      return meaning === 'personal' || column.shape.validation_rules !== null || !isCategory(column);
    default:
      return meaning === 'personal';
  }
}

/**
 * Proposes a field for every named column of a table whose first row is the header; `todayYear` is what two-digit years are read
 * around. At most one field is unique: a column whose values are all there and all different and whose header looks like a
 * customer's identifier, else an email column. Only that one is required, so that a real file with gaps can be imported.
 * `field_map` has the headers that are not their field's name; a column without a header is mapped to null, which drops it.
 */
export function inferFields(rows: readonly (readonly string[])[], todayYear: number): Inference {
  const [header = [], ...body] = rows;
  const columns = header.flatMap((name, index): ShapedColumn[] =>
    name.trim() === '' ? [] : [readColumn(name, index, body, todayYear)],
  );
  const names = fieldNames(columns.map((column) => column.header));
  const identifier = bestIdentifier(columns);

  const renamed: [string, string | null][] = header.some((name) => name.trim() === '') ? [['', null]] : [];
  const fields = columns.map((column, index): ProposedField => {
    const field_name = names[index] ?? column.header;
    if (field_name !== column.header.trim()) renamed.push([column.header, field_name]);
    const isIdentifier = column === identifier;
    return {
      field_name,
      display_name: displayName(column.header),
      ...(isIdentifier && column.shape.field_type === 'number' ? shape('string') : column.shape),
      is_required: isIdentifier,
      is_unique: isIdentifier,
      is_sensitive: isIdentifier || isSensitive(column),
      samples: [...column.counts.keys()].slice(0, SHOWN_SAMPLES).map((value) => value.slice(0, SHOWN_CHARACTERS)),
    };
  });
  return { fields, field_map: Object.fromEntries(renamed) };
}
