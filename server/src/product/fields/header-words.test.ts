import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { displayName, fieldNames } from './field-names.ts';
import { headerMeaning, headerWords, identifierRank, isCodeHeader, isMilestone } from './header-words.ts';

test('headers are read as words, however they are joined', () => {
  for (const header of ['customerID', 'Customer-Id', 'CUSTOMER_ID', ' customer id ', 'CustomerId'])
    assert.deepEqual(headerWords(header), ['customer', 'id'], header);
  assert.deepEqual(headerWords('StreamingTV'), ['streaming', 'tv']);
  assert.deepEqual(headerWords('HTTPStatus2Code'), ['http', 'status2', 'code']);
  assert.deepEqual(headerWords('Straße'), ['strasse']);
  assert.deepEqual(headerWords('客户'), []);
});

test('the better a header names a customer, the higher its rank', () => {
  const ranked = ['customer_id', 'id', 'Customer Number', 'order_id', 'reference'];
  const ranks = ranked.map((header) => identifierRank(headerWords(header)));
  assert.deepEqual(
    ranks.toSorted((a, b) => b - a),
    ranks,
  );
  assert.equal(new Set(ranks).size, ranks.length);
  for (const header of ['CustomerId', 'clientid', 'user-uuid'])
    assert.equal(identifierRank(headerWords(header)), ranks[0], header);
  for (const header of [
    'paid',
    'phone number',
    'Phone No',
    'postal code',
    'card_number',
    'house_no',
    'plan',
    'valid',
    '',
  ])
    assert.equal(identifierRank(headerWords(header)), 0, header);
});

describe('what a header says', () => {
  const meanings: Record<ReturnType<typeof headerMeaning>, string[]> = {
    personal: [
      ...[
        'Name',
        'first_name',
        'LastName',
        'Customer Name',
        'surname',
        'E-Mail',
        'email_address',
        'phone',
        'Mobile No',
      ],
      ...['street', 'City', 'ZIP', 'birth_date', 'DateOfBirth', 'IBAN', 'notes', 'estimated_salary', 'ip_address'],
    ],
    special: ['religion', 'Ethnicity', 'health_status', 'is_disabled', 'PoliticalParty', 'number of diagnoses'],
    plain: [
      ...['plan_name', 'product name', 'PhoneService', 'card_type', 'num_emails', 'number_of_contacts', 'has_phone'],
      ...['tenure', 'hotel', 'telco', 'postpaid', 'gender', 'country', 'Contract', 'PaymentMethod', 'MonthlyCharges'],
    ],
  };
  for (const [meaning, headers] of Object.entries(meanings))
    for (const header of headers)
      test(`${header} is ${meaning}`, () => assert.equal(headerMeaning(headerWords(header)), meaning));
});

test('dates of the relation with a customer are told from birthdays', () => {
  for (const header of ['signup_date', 'JoinedOn', 'Contract end', 'last_login', 'first purchase'])
    assert.ok(isMilestone(headerWords(header)), header);
  for (const header of ['birthday', 'date_of_birth', 'last_birthday', 'date', 'anniversary'])
    assert.ok(!isMilestone(headerWords(header)), header);
});

test('digits under some headers are codes', () => {
  for (const header of ['phone', 'zip', 'IBAN', 'customer_no', 'branch code', 'order id'])
    assert.ok(isCodeHeader(headerWords(header)), header);
  for (const header of ['phone_minutes', 'tenure', 'num_orders', 'amount', 'number_of_products'])
    assert.ok(!isCodeHeader(headerWords(header)), header);
});

describe('field names', () => {
  test('a legal header is kept, and no other takes its name', () => {
    assert.deepEqual(fieldNames(['a b', 'a_b', ' Plan ', 'plan', 'PLAN', 'x_']), [
      'a_b_2',
      'a_b',
      'Plan',
      'plan_2',
      'PLAN_3',
      'x_',
    ]);
  });

  test('of taken columns and of no letters at all', () => {
    assert.deepEqual(fieldNames(['channel', 'Subject', '__proto__', '客户', '%', '1', '_']), [
      'channel_field',
      'Subject_field',
      'proto',
      'field',
      'field_2',
      'f_1',
      'field_3',
    ]);
    const many = fieldNames(Array.from({ length: 200 }, () => '%'.repeat(50)));
    assert.equal(new Set(many).size, 200);
    for (const name of fieldNames(Array.from({ length: 200 }, () => `1${'x'.repeat(90)}`)))
      assert.ok(name.length <= 64);
  });

  test('are shown as words', () => {
    assert.equal(displayName('customerID'), 'Customer ID');
    assert.equal(displayName('total_charges'), 'Total charges');
    assert.equal(displayName(' \0 '), 'Field');
    assert.equal(displayName('😀'.repeat(300)), '😀'.repeat(50));
  });
});
