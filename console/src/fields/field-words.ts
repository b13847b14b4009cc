import type { CustomerProfileField } from '@nudgescribe/sdk';

export type FieldType = CustomerProfileField['field_type'];

export const TYPE_LABELS: Readonly<Record<FieldType, string>> = {
  string: 'Text',
  number: 'Number',
  char: 'One character',
  Date: 'Date',
  currency: 'Amount',
  enum: 'One of a list',
  boolean: 'Yes or no',
};
