import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DateTime } from 'luxon';
import { compileDateFormat, DATE_FORMATS, type DateFormat, isDateFormat } from './date-formats.ts';

const TODAY_YEAR = 2026;
const parse = (format: DateFormat, text: string) => compileDateFormat(format, TODAY_YEAR).parse(text);

/** The same random days at every run. */
function* days(count: number): Generator<DateTime> {
  let state = 12_345;
  for (let index = 0; index < count; index += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield DateTime.utc(1600, 1, 1).plus({ days: state % 300_000 });
  }
}

describe('date formats', () => {
  test('are the 14 of the contract', () => {
    assert.equal(DATE_FORMATS.length, 14);
    assert.ok(isDateFormat('MMMM dd, yyyy'));
    assert.ok(!isDateFormat('YYYY-MM-DD'));
    assert.ok(!isDateFormat('constructor'));
  });

  for (const format of DATE_FORMATS) {
    test(`${format} reads and writes what an independent library does`, () => {
      const { parse: read, format: write } = compileDateFormat(format, TODAY_YEAR);
      for (const day of days(3_000)) {
        const text = day.setLocale('en').toFormat(format);
        const iso = day.toISODate() ?? '';
        assert.equal(write(iso), text);
        const hasShortYear = !format.includes('yyyy');
        if (!hasShortYear || (day.year > TODAY_YEAR - 80 && day.year <= TODAY_YEAR + 20)) assert.equal(read(text), iso);
        assert.equal(read(`${text} `), null);
        assert.equal(read(` ${text}`), null);
        assert.equal(read(text.slice(0, -1)), null);
        assert.equal(read(`${text}0`), null);
      }
    });

    test(`${format} refuses what is no day of the calendar`, () => {
      // A day of the thirteenth month or the 31st of February, spelt by hand, as no library writes it.
      const spell = (day: string, month: string, name: string, year = '2023') =>
        format
          .replace('yyyy', year)
          .replace('yy', year.slice(2))
          .replace('MMMM', name)
          .replace('MMM', name.slice(0, 3))
          .replace('MM', month)
          .replace('dd', day);
      assert.equal(parse(format, spell('28', '02', 'February')), '2023-02-28');
      assert.equal(parse(format, spell('29', '02', 'February', '2024')), '2024-02-29');
      assert.equal(parse(format, spell('29', '02', 'February')), null);
      assert.equal(parse(format, spell('30', '02', 'February', '2024')), null);
      assert.equal(parse(format, spell('31', '02', 'February')), null);
      assert.equal(parse(format, spell('31', '04', 'April')), null);
      assert.equal(parse(format, spell('00', '01', 'January')), null);
      assert.equal(parse(format, spell('32', '01', 'January')), null);
      if (!format.includes('MMM')) {
        assert.equal(parse(format, spell('01', '13', '')), null);
        assert.equal(parse(format, spell('01', '00', '')), null);
      }
      for (const odd of ['', 'today', spell('1', '02', 'February'), spell('٠١', '02', 'February')])
        assert.equal(parse(format, odd), null, odd);
      assert.equal(parse(format, 'a'.repeat(10_000)), null);
    });
  }

  test('centuries leap by the rule of four hundred', () => {
    assert.equal(parse('yyyy-MM-dd', '2000-02-29'), '2000-02-29');
    assert.equal(parse('yyyy-MM-dd', '1900-02-29'), null);
    assert.equal(parse('yyyy-MM-dd', '0000-01-01'), null);
    assert.equal(parse('yyyy-MM-dd', '0001-01-01'), '0001-01-01');
  });

  test('month names are English, whole, and in any case', () => {
    for (const name of ['MARCH', 'march', 'mArCh'])
      assert.equal(parse('dd MMMM yyyy', `01 ${name} 2020`), '2020-03-01');
    for (const name of ['SEP', 'sep']) assert.equal(parse('MMM dd, yyyy', `${name} 09, 2020`), '2020-09-09');
    assert.equal(parse('dd MMMM yyyy', '01 Mar 2020'), null);
    assert.equal(parse('dd MMM yyyy', '01 March 2020'), null);
    assert.equal(parse('dd MMM yyyy', '01 Mai 2020'), null);
    assert.equal(parse('dd MMM yyyy', '01 Sept 2020'), null);
    assert.equal(parse('dd MMMM yyyy', '01 May 2020'), '2020-05-01');
    // Letters that only fold to English ones.
    assert.equal(parse('dd MMM yyyy', '01 ſep 2020'), null);
  });

  test('two-digit years lie within 80 years back and 20 ahead', () => {
    for (let year = TODAY_YEAR - 79; year <= TODAY_YEAR + 20; year += 1) {
      const short = String(year % 100).padStart(2, '0');
      assert.equal(parse('yy/MM/dd', `${short}/07/04`), `${year}-07-04`);
      assert.equal(parse('dd/MM/yy', `04/07/${short}`), `${year}-07-04`);
      assert.equal(parse('MM/dd/yy', `07/04/${short}`), `${year}-07-04`);
    }
    assert.equal(compileDateFormat('yy/MM/dd', 1999).parse('00/01/01'), '2000-01-01');
    assert.equal(compileDateFormat('yy/MM/dd', 2099).parse('19/01/01'), '2119-01-01');
    // 1948 is a leap year and 2047 is none: the century is chosen before the day is checked.
    assert.equal(parse('dd/MM/yy', '29/02/48'), '1948-02-29');
    assert.equal(parse('dd/MM/yy', '29/02/46'), null);
  });
});
