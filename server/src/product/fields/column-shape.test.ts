import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { columnShape } from './column-shape.ts';
import { headerWords } from './header-words.ts';

function read(header: string, values: readonly string[]) {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const { field_type, field_format } = columnShape({ header, words: headerWords(header), values, counts }, 2026);
  return field_format === null ? field_type : `${field_type} ${field_format}`;
}

/** Each value so many times, in turns. */
const times = (count: number, ...values: string[]) => Array.from({ length: count }, () => values).flat();

describe('the shape of a column', () => {
  const cases: [header: string, values: string[], expected: string][] = [
    ['MonthlyCharges', ['29.85', '1889.5', '-3'], 'number'],
    ['share', ['0.1234567890123456789', '1e-3'], 'number'],
    ['price', ['1,50', '2,00'], 'string'],
    ['price', ['$1.50', '$2.00'], 'string'],
    ['amount_eur', ['29.85', '10'], 'currency EUR'],
    ['Balance (JPY)', ['100', '2000'], 'currency JPY'],
    ['Fee CLP', ['100', '2000'], 'currency CLP'],
    ['Fee CLP', ['100.5', '2000'], 'number'],
    ['amount eur usd', ['1', '2'], 'number'],
    ['TOP BALANCE', ['1', '2'], 'number'],
    ['try_count', ['3', '2'], 'number'],
    ['all visits', ['3', '2'], 'number'],
    ['line', ['+442079460958', '+14155550132'], 'string'],
    ['phone', ['4915112345678', '4915112345679'], 'string'],
    ['reading', ['4111111111111111', '5500005555555559'], 'string'],
    ['SeniorCitizen', ['0', '1', '0'], 'boolean'],
    ['children', ['0', '0'], 'number'],
    ['children', ['0', '1', '2'], 'number'],
    ['Churn', ['yes', 'No', 'TRUE'], 'boolean'],
    ['Internet', times(3, 'DSL', 'Fiber', 'No'), 'enum'],
    ['Internet', ['DSL', 'Fiber', 'No'], 'string'],
    ['branch_id', times(4, '1', '2', '3'), 'enum'],
    ['first_name', times(9, 'Ann', 'Bob'), 'string'],
    ['plan_name', times(9, 'Basic', 'Plus'), 'enum'],
    // In a large sample a value that stands once has brothers which are not in it.
    ['country', [...times(150, 'AT', 'DE'), 'CH'], 'string'],
    ['country', [...times(150, 'AT', 'DE'), 'CH', 'CH'], 'enum'],
    ['letter', times(3, ...'ABCDEFGHIJKLMNOPQRSTU'), 'string'],
    ['seen', ['05/06/24', '07/08/25'], 'Date dd/MM/yy'],
    ['seen', ['99/12/31', '25/01/30'], 'Date yy/MM/dd'],
    ['seen', ['May 05, 2024', 'June 06, 2024'], 'Date MMMM dd, yyyy'],
    ['empty', [], 'string'],
  ];
  for (const [header, values, expected] of cases)
    test(`${header}: ${values.slice(0, 3).join(' | ')}${values.length > 3 ? ' …' : ''} is ${expected}`, () =>
      assert.equal(read(header, values), expected));
});
