import type { CampaignsCreateBody, FieldsCreateBody } from '@nudgescribe/sdk';
import type { ColumnFacts, FileFacts } from './customer-file.ts';

export type SegmentBy = CampaignsCreateBody['segment_by'];
type Definition = Omit<FieldsCreateBody, 'workspace_id'>;

const MIN_KINDS = 2;
const MAX_KINDS = 6;
const CATEGORIES = 2;
/** Words in a header that speak of how somebody stands to a company, which is what a message can be about. */
const TELLING = /contract|plan|tier|segment|status|product|subscription|member|package|level/i;
const SOMEWHAT_TELLING = /service|region|channel|category|type|occupation|job|education/i;
const MEASURES = /tenure|month|year|balance|charge|spend|amount|income|score|duration|visits|orders/i;

/** Shannon entropy in bits: an attribute that splits evenly tells more than one that nearly everybody shares. */
function entropy(counts: readonly number[]): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => sum - (count / all) * Math.log2(count / all), 0);
}

function categoryScore(column: ColumnFacts): number {
  const counts = [...(column.kinds?.values() ?? [])];
  if (counts.length < MIN_KINDS || counts.length > MAX_KINDS) return 0;
  const bonus = TELLING.test(column.header) ? 1 : SOMEWHAT_TELLING.test(column.header) ? 0.5 : 0;
  return entropy(counts) + bonus;
}

/** Two limits that make three bands of about the same size; null when the numbers are too alike for that. */
export function thirds(numbers: readonly number[]): [number, number] | null {
  const sorted = numbers.toSorted((left, right) => left - right);
  const low = sorted[Math.floor(sorted.length / 3)] ?? 0;
  const high = sorted[Math.floor((sorted.length * 2) / 3)] ?? 0;
  const first = sorted[0] ?? 0;
  const round = (value: number) => (Math.abs(value) >= 10 ? Math.round(value) : Number(value.toPrecision(2)));
  return first < round(low) && round(low) < round(high) ? [round(low), round(high)] : null;
}

function chooseMeasure(columns: readonly ColumnFacts[]): { column: ColumnFacts; bands: [number, number] } | null {
  const able = columns.flatMap((column) => {
    const bands = column.kinds === null && column.isNumeric ? thirds(column.numbers) : null;
    return bands === null ? [] : [{ column, bands }];
  });
  return able.find(({ column }) => MEASURES.test(column.header)) ?? able[0] ?? null;
}

/**
 * Attributes for segments of a file nobody has looked at: the two most telling ones with few values, and one number in three
 * bands. Only fields that are neither sensitive nor unique can make segments.
 */
export function chooseSegments(
  facts: FileFacts,
  fields: readonly Definition[],
  nameOf: (header: string) => string,
): SegmentBy {
  const open = new Map(
    fields
      .filter((field) => field.is_sensitive === false && field.is_unique !== true)
      .map((field) => [field.field_name, field]),
  );
  const columns = facts.columns.filter((column) => open.has(nameOf(column.header)));
  const typeOf = (column: ColumnFacts) => open.get(nameOf(column.header))?.field_type;
  const isAmount = (column: ColumnFacts) => typeOf(column) === 'number' || typeOf(column) === 'currency';
  const categories = columns
    .filter((column) => !isAmount(column) && typeOf(column) !== 'Date')
    .map((column) => ({ column, score: categoryScore(column) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .slice(0, CATEGORIES);
  const measure = chooseMeasure(columns.filter(isAmount));
  return [
    ...categories.map(({ column }) => ({ field_name: nameOf(column.header) })),
    ...(measure === null ? [] : [{ field_name: nameOf(measure.column.header), bands: measure.bands }]),
  ];
}
