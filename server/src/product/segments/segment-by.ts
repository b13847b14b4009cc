import { z } from 'zod';
import { compileDateFormat } from '../fields/date-formats.ts';
import { canonicalNumber, compareDecimals } from '../fields/decimal.ts';
import { isSegmentable } from '../fields/field.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { compileField, profileValue } from '../fields/value.ts';
import { segmentFailures } from './errors.ts';

export const MAX_ATTRIBUTES = 10;
const MAX_BANDS = 50;
const MAX_ALIASES = 500;

export const segmentBySchema = z
  .array(
    z.strictObject({
      field_name: z.string().min(1).max(64),
      bands: z
        .array(z.union([z.number(), z.string().max(40)]))
        .min(1)
        .max(MAX_BANDS)
        .optional()
        .describe('Limits of half-open bands [a, b), ascending. Numbers, or ISO dates.'),
      aliases: z
        .record(z.string().max(200), z.string().min(1).max(100))
        .refine((aliases) => Object.keys(aliases).length <= MAX_ALIASES, `may be at most ${MAX_ALIASES}`)
        .optional()
        .describe('Another name for a value; values with one name form one segment.'),
    }),
  )
  .max(MAX_ATTRIBUTES)
  .describe('Attributes that make the segments, most important first. None: one segment of everybody.');

export type SegmentBy = z.output<typeof segmentBySchema>;

/** One attribute, ready to group by and to assign by. */
export type Dimension = {
  field: LoadedField;
  kind: 'number' | 'date' | 'text';
  /** Limits in ascending order: doubles, or ISO dates. Null: every value is its own. */
  bands: number[] | string[] | null;
  /** The same limits as canonical values: what customers' values are compared with, exact to the last digit. */
  limits: readonly string[];
  aliases: ReadonlyMap<string, string>;
};

/** What a segment says of one attribute: null is blank. */
export type CriterionValue = string | boolean | null | { from: number | string | null; to: number | string | null };
export type Criteria = Record<string, CriterionValue>;

function kindOf(field: LoadedField): Dimension['kind'] {
  if (field.field_type === 'number' || field.field_type === 'currency') return 'number';
  return field.field_type === 'Date' ? 'date' : 'text';
}

const isoDate = compileDateFormat('yyyy-MM-dd', 2000);

function readBands(field: LoadedField, bands: readonly (number | string)[] | undefined): Dimension['bands'] {
  if (bands === undefined) return null;
  const kind = kindOf(field);
  const invalid = (why: string) => segmentFailures.invalid_bands({ message: `segment_by ${field.field_name}: ${why}` });
  if (kind === 'text') throw invalid('bands belong to number, currency and Date fields only.');
  const isDate = (band: number | string) => typeof band === 'string' && isoDate.parse(band) !== null;
  const limits =
    kind === 'date'
      ? bands.map((band) => (isDate(band) ? String(band) : Number.NaN))
      : bands.map((band) => (typeof band === 'number' || /^-?\d+(\.\d+)?$/.test(band) ? Number(band) : Number.NaN));
  if (limits.some((limit) => typeof limit === 'number' && !Number.isFinite(limit)))
    throw invalid(
      kind === 'date' ? 'bands of a Date field are ISO dates such as 2020-01-01.' : 'bands must be numbers.',
    );
  if (limits.some((limit, index) => index > 0 && limit <= (limits[index - 1] ?? limit)))
    throw invalid('bands must ascend, each above the one before.');
  return limits as number[] | string[];
}

function readAliases(
  field: LoadedField,
  aliases: Readonly<Record<string, string>> | undefined,
  unusable: 'refused' | 'left out',
): Map<string, string> {
  const { check } = compileField(field, { todayYear: 2000 });
  const read = new Map<string, string>();
  for (const [value, label] of Object.entries(aliases ?? {})) {
    const canonical = check(value);
    if (typeof canonical !== 'string' && unusable === 'left out') continue;
    if (typeof canonical !== 'string')
      throw segmentFailures.invalid_alias({
        message: `segment_by ${field.field_name}: an alias stands for a value that the field cannot have.`,
      });
    read.set(canonical, label);
  }
  return read;
}

/**
 * The attributes of a wish, checked against the workspace's fields. Throws unknown_field, field_not_segmentable,
 * field_moving, invalid_bands, invalid_alias; an alias that stands for no value any more may be left out instead.
 */
export function readSegmentBy(
  wish: SegmentBy,
  fields: readonly LoadedField[],
  unusableAliases: 'refused' | 'left out' = 'refused',
): Dimension[] {
  const byName = new Map(fields.map((field) => [field.field_name.toLowerCase(), field]));
  const seen = new Set<string>();
  return wish.map((attribute) => {
    const field = byName.get(attribute.field_name.toLowerCase());
    if (field === undefined || seen.has(field.field_id))
      throw segmentFailures.unknown_field({
        message: `segment_by: ${field === undefined ? 'the workspace has no field' : 'an attribute stands twice'} named ${attribute.field_name}.`,
      });
    seen.add(field.field_id);
    if (!isSegmentable(field))
      throw segmentFailures.field_not_segmentable({
        message: `segment_by: ${field.field_name} is sensitive or unique, so it cannot make segments.`,
      });
    if (field.is_moving) throw segmentFailures.field_moving();
    const bands = readBands(field, attribute.bands);
    if (bands !== null && Object.keys(attribute.aliases ?? {}).length > 0)
      throw segmentFailures.invalid_bands({
        message: `segment_by ${field.field_name}: bands and aliases exclude each other. Send one of them.`,
      });
    return {
      field,
      kind: kindOf(field),
      bands,
      limits: (bands ?? []).map((band) => (typeof band === 'number' ? (canonicalNumber(String(band)) ?? '0') : band)),
      aliases: readAliases(field, attribute.aliases, unusableAliases),
    };
  });
}

/** The number of the band a value lies in: 0 below the first limit, n above or at the n-th. As width_bucket counts. */
export function bandOf(dimension: Dimension, canonical: string): number {
  const { limits } = dimension;
  const isAtLeast =
    dimension.kind === 'number'
      ? (limit: string) => compareDecimals(canonical, limit) >= 0
      : (limit: string) => canonical >= limit;
  const above = limits.findIndex((limit) => !isAtLeast(limit));
  return above === -1 ? limits.length : above;
}

/** What a segment says of this attribute, from a value (or from a band's number when there are bands). Null is blank. */
export function criterionOf(dimension: Dimension, valueOrBand: string | number | null): CriterionValue {
  if (valueOrBand === null) return null;
  if (typeof valueOrBand === 'number')
    return { from: dimension.bands?.[valueOrBand - 1] ?? null, to: dimension.bands?.[valueOrBand] ?? null };
  const alias = dimension.aliases.get(valueOrBand);
  return alias ?? profileValue(dimension.field, valueOrBand);
}

/** The text by which equal criteria are recognised: names in alphabetical order. */
export function canonicalCriteria(criteria: Criteria): string {
  return JSON.stringify(
    Object.keys(criteria)
      .sort()
      .map((name) => [name, criteria[name] ?? null]),
  );
}

function labelOf(dimension: Dimension, value: CriterionValue): string {
  const name = dimension.field.display_name;
  if (value === null) return `${name}: blank`;
  if (typeof value === 'boolean') return `${name}: ${value ? 'yes' : 'no'}`;
  if (typeof value === 'string') return `${name}: ${value}`;
  if (value.from === null) return `${name}: below ${value.to}`;
  if (value.to === null) return `${name}: ${value.from} or more`;
  return `${name}: ${value.from} to below ${value.to}`;
}

/** A segment's name for people: its attributes in the order of the wish; what it leaves out is "others". */
export function segmentLabel(dimensions: readonly Dimension[], criteria: Criteria): string {
  const parts = dimensions
    .filter((dimension) => Object.hasOwn(criteria, dimension.field.field_name))
    .map((dimension) => labelOf(dimension, criteria[dimension.field.field_name] ?? null));
  if (parts.length === 0) return dimensions.length === 0 ? 'Everybody' : 'All others';
  return parts.length === dimensions.length ? parts.join(' · ') : `${parts.join(' · ')} · others`;
}
