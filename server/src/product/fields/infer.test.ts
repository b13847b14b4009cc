import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { definitionProblems } from './field.ts';
import { inferFields, type ProposedField } from './infer.ts';

// In the manner of a telephone company's file: 0/1 beside Yes/No, a blank of one space, columns of few values.
const TELCO = `customerID,gender,SeniorCitizen,Partner,tenure,MultipleLines,Contract,MonthlyCharges,TotalCharges,Churn
7590-VHVEG,Female,0,Yes,1,No phone service,Month-to-month,29.85,29.85,No
5575-GNVDE,Male,0,No,34,No,One year,56.95,1889.5,No
3668-QPYBK,Male,0,No,2,No,Month-to-month,53.85,108.15,Yes
7795-CFOCW,Male,1,No,45,No phone service,One year,42.3,1840.75,No
9237-HQITU,Female,0,No,2,No,Month-to-month,70.7,151.65,Yes
4472-LVYGI,Female,0,Yes,0,No phone service,Two year,52.55, ,No
1452-KIOVK,Male,0,No,22,Yes,Month-to-month,89.1,1949.4,No
6713-OKOMC,Female,1,No,10,No phone service,Month-to-month,29.75,301.9,No
7892-POOKP,Female,0,Yes,28,Yes,Month-to-month,104.8,3046.05,Yes
3115-CZMZD,Male,0,No,0,No,Two year,20.25, ,No`;

const rowsOf = (csv: string) => csv.split('\n').map((line) => line.split(','));
const infer = (rows: string[][]) => inferFields(rows, 2026);
const column = (name: string, ...values: string[]): ProposedField => {
  const { fields } = infer([[name], ...values.map((value) => [value])]);
  assert.ok(fields[0] !== undefined);
  return fields[0];
};

describe("a telephone company's file", () => {
  const { fields, field_map } = infer(rowsOf(TELCO));
  const field = (name: string) => {
    const found = fields.find(({ field_name }) => field_name === name);
    assert.ok(found !== undefined, name);
    return found;
  };

  test('each column gets the narrowest type', () => {
    assert.deepEqual(
      fields.map(({ field_name, field_type }) => `${field_name} ${field_type}`),
      [
        'customerID string',
        'gender enum',
        'SeniorCitizen boolean',
        'Partner boolean',
        'tenure number',
        'MultipleLines enum',
        'Contract enum',
        'MonthlyCharges number',
        'TotalCharges number',
        'Churn boolean',
      ],
    );
    assert.deepEqual(field_map, {});
    assert.deepEqual(field('Contract').options, ['Month-to-month', 'One year', 'Two year']);
  });

  test('one identifier, which is required and sensitive; the rest can make segments', () => {
    assert.deepEqual(
      fields.filter(({ is_unique }) => is_unique).map(({ field_name }) => field_name),
      ['customerID'],
    );
    const { is_required, is_sensitive } = field('customerID');
    assert.ok(is_required && is_sensitive);
    for (const name of ['gender', 'SeniorCitizen', 'Contract', 'tenure', 'MonthlyCharges'])
      assert.equal(field(name).is_sensitive, false, name);
    for (const { is_unique, is_required: required } of fields.slice(1)) assert.ok(!is_unique && !required);
  });

  test('every proposal can be made as it stands', () => {
    for (const proposal of fields) assert.deepEqual(definitionProblems({ field_id: 'f', slot: 1, ...proposal }), []);
  });
});

describe('single columns', () => {
  test('dates that fit one format, or two', () => {
    const sure = column('joined', '31/01/2020', '02/03/2021');
    assert.deepEqual([sure.field_type, sure.field_format, sure.is_ambiguous], ['Date', 'dd/MM/yyyy', false]);
    const american = column('joined', '01/31/2020', '02/03/2021');
    assert.deepEqual([american.field_format, american.is_ambiguous], ['MM/dd/yyyy', false]);
    const either = column('joined', '01/02/2020', '03/04/2021');
    assert.deepEqual([either.field_format, either.is_ambiguous], ['dd/MM/yyyy', true]);
    assert.equal(column('joined', '01/02/2020', '30/02/2021').field_type, 'string');
    assert.equal(column('joined', '2020-01-31', '').field_format, 'yyyy-MM-dd');
  });

  test('leading zeros make a code, not a number', () => {
    for (const values of [
      ['00123', '04567', '08901'],
      ['007', '12', '13'],
    ])
      assert.equal(column('zip', ...values).field_type, 'string');
    assert.equal(column('share', '0.5', '0', '-0.25').field_type, 'number');
  });

  test('addresses by their form, and sensitive by it', () => {
    const email = column('contact', 'a@example.com', 'B.c@example.co.uk');
    assert.deepEqual(email.validation_rules, { format: 'email' });
    assert.ok(email.is_sensitive && email.is_unique && email.is_required);
    assert.deepEqual(column('site', 'https://example.com', 'http://example.org/a').validation_rules, { format: 'url' });
    assert.deepEqual(column('line', '+442079460000', '+14155550132').validation_rules, { format: 'phone' });
  });

  test('a number column that identifies keeps its text', () => {
    const { field_type, is_unique } = column('account_no', '1001', '1002', '1003');
    assert.deepEqual([field_type, is_unique], ['string', true]);
    assert.equal(column('account_no', '1001', '1001', '1003').is_unique, false);
    assert.equal(column('account_no', '1001', '', '1003').is_unique, false);
  });

  test('yes and no in any case are boolean, even where a sample shows one of them', () => {
    assert.equal(column('active', 'Yes', 'no', 'YES').field_type, 'boolean');
    assert.equal(column('active', 'No', 'No', 'No', 'No').field_type, 'boolean');
    assert.equal(column('count', '1', '1', '1').field_type, 'number');
  });

  test('a blank column is text, and personal names are sensitive whatever their values', () => {
    assert.equal(column('notes', '', ' ').field_type, 'string');
    assert.equal(
      column('city', ...Array.from({ length: 9 }, (_, index) => ['Rome', 'Oslo', 'Bern'][index % 3] ?? ''))
        .is_sensitive,
      true,
    );
    assert.equal(column('monthly_income', '100', '200', '300').is_sensitive, true);
  });

  test('headers become legal names that differ, and the map says which is which', () => {
    const { fields, field_map } = infer([
      ['E-Mail Adresse', 'naïve', '2nd', '', 'NAIVE', 'x'.repeat(99), 'message_id', 'Channel'],
    ]);
    const names = fields.map(({ field_name }) => field_name);
    // A column without a header is dropped, as an import refuses to read it.
    assert.deepEqual(names.slice(0, 4), ['E_Mail_Adresse', 'naive_2', 'f_2nd', 'NAIVE']);
    assert.equal(field_map[''], null);
    for (const proposal of fields)
      assert.deepEqual(definitionProblems({ field_id: 'f', slot: 1, ...proposal }), [], proposal.field_name);
    assert.equal(field_map['E-Mail Adresse'], 'E_Mail_Adresse');
    assert.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length);
  });
});

describe('columns beside each other', () => {
  const header = ['id', 'phone', 'customer_number', 'e_mail', 'joined_on', 'date_of_birth', 'occupation', 'religion'];
  const rows = Array.from({ length: 60 }, (_, index) => [
    String(index),
    `+4915112345${100 + index}`,
    `C-${index}`,
    `person${index}@example.com`,
    `${String((index % 28) + 1).padStart(2, '0')}.05.2020`,
    `${String((index % 28) + 1).padStart(2, '0')}.05.1980`,
    ['nurse', 'cook'][index % 2] ?? '',
    ['a', 'b'][index % 2] ?? '',
  ]);
  const proposed = (headers: string[]) => inferFields([headers, ...rows], 2026).fields;

  test('the column most like an identifier is the one, and there is only one', () => {
    const uniqueOf = (headers: string[]) =>
      proposed(headers).flatMap((field) => (field.is_unique ? field.field_name : []));
    assert.deepEqual(uniqueOf(header), ['id']);
    assert.deepEqual(uniqueOf(['row', ...header.slice(1)]), ['customer_number']);
    assert.deepEqual(uniqueOf(['row', 'phone', 'account', ...header.slice(3)]), ['e_mail']);
    assert.deepEqual(uniqueOf(['row', 'phone', 'account', 'mailbox', ...header.slice(4)]), ['mailbox']);
    assert.deepEqual(inferFields([['plan'], ['a'], ['a']], 2026).fields[0]?.is_unique, false);
  });

  test('what can make segments is not sensitive; persons, birthdays and special categories are', () => {
    const sensitive = proposed(header).flatMap((field) => (field.is_sensitive ? field.field_name : []));
    assert.deepEqual(sensitive, ['id', 'phone', 'customer_number', 'e_mail', 'date_of_birth', 'religion']);
  });

  test('letters that differ only in case are two identifiers, but one email address', () => {
    assert.equal(inferFields([['id'], ['aB'], ['Ab']], 2026).fields[0]?.is_unique, true);
    assert.equal(inferFields([['email'], ['aB@c.de'], ['Ab@c.de']], 2026).fields[0]?.is_unique, false);
  });

  test('nothing at all gives nothing, ragged rows are read as far as they go', () => {
    assert.deepEqual(inferFields([], 2026), { fields: [], field_map: {} });
    assert.equal(inferFields([['a', 'b'], ['1']], 2026).fields[1]?.field_type, 'string');
    assert.deepEqual(
      inferFields(
        [
          ['', ' '],
          ['1', '2'],
        ],
        2026,
      ),
      { fields: [], field_map: { '': null } },
    );
  });
});
