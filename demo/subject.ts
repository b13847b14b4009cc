import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CampaignsCreateBody, Client, FieldsCreateBody, ProposedField } from '@nudgescribe/sdk';
import { bankCsv } from './bank.ts';
import { chooseSegments, type SegmentBy } from './choose-segments.ts';
import { type FileFacts, readFacts, readSample } from './customer-file.ts';

const BANK_CUSTOMERS = 5_000;

export type Definition = Omit<FieldsCreateBody, 'workspace_id'>;

/** What the demo is about this time: a file of customers, what its columns mean, and what to tell these people. */
export type Subject = {
  path: string;
  workspaceName: string;
  /** What the facts cannot say and a person decided. */
  overrides: Readonly<Record<string, Partial<Definition>>>;
  segmentBy: SegmentBy | null;
  brief: CampaignsCreateBody['brief'];
};

/** Writes the sample and says what is known of it. */
export async function bankSubject(dataDir: string): Promise<Subject> {
  const path = join(dataDir, 'demo-bank.csv');
  await writeFile(path, bankCsv(BANK_CUSTOMERS), { mode: 0o600 });
  return {
    path,
    workspaceName: 'Demo bank',
    overrides: {
      customer_number: { is_required: true, is_unique: true, is_sensitive: true },
      first_name: { is_sensitive: true },
      last_name: { is_sensitive: true },
      email: { is_sensitive: true, is_unique: false, is_required: false, validation_rules: { format: 'email' } },
      birth_date: { is_sensitive: true },
      main_product: { is_sensitive: false },
      tier: { is_sensitive: false },
      tenure_years: { is_sensitive: false, display_name: 'Years with us' },
      app_user: { field_type: 'boolean', is_sensitive: false },
      monthly_balance: { field_type: 'currency', field_format: 'EUR', is_sensitive: true },
      email_consent: { field_type: 'boolean', is_sensitive: false },
    },
    segmentBy: [{ field_name: 'main_product' }, { field_name: 'tenure_years', bands: [3, 10] }],
    brief: {
      objective: 'Open a savings account',
      product: 'Spring Saver',
      call_to_action: 'Open your Spring Saver in the app',
      tone: 'warm',
      link: 'https://bank.example.com/spring-saver',
    },
  };
}

export function fileSubject(path: string): Subject {
  return {
    path,
    workspaceName: basename(path),
    overrides: {},
    segmentBy: null,
    brief: {
      objective: 'Look at an offer for loyal customers',
      product: 'Loyalty Offer',
      call_to_action: 'See your Loyalty Offer online',
    },
  };
}

export type Reading = {
  fields: Definition[];
  fieldMap: Record<string, string | null>;
  delimiter: ',' | ';' | '\t' | '|';
  facts: FileFacts;
  segmentBy: SegmentBy;
};

function definitionOf(proposed: ProposedField, overrides: Partial<Definition>): Definition {
  const { samples: _samples, is_ambiguous: _ambiguous, field_format, options, validation_rules, ...rest } = proposed;
  return {
    ...rest,
    ...(field_format === null ? {} : { field_format }),
    ...(options === null ? {} : { options }),
    ...(validation_rules === null ? {} : { validation_rules }),
    ...overrides,
  };
}

/** Has fields proposed for the file, reads it once, and decides what makes the segments. Stores nothing. */
export async function readSubject(client: Client, workspaceId: string, subject: Subject): Promise<Reading> {
  const sample = await readSample(subject.path);
  const proposed = await client.fields.infer({ workspace_id: workspaceId, sample });
  const fields = proposed.fields.map((field) => definitionOf(field, subject.overrides[field.field_name] ?? {}));
  const facts = await readFacts(subject.path, proposed.delimiter);
  const nameOf = (header: string) => proposed.field_map[header] ?? header;
  return {
    fields,
    fieldMap: proposed.field_map,
    delimiter: proposed.delimiter as Reading['delimiter'],
    facts,
    segmentBy: subject.segmentBy ?? chooseSegments(facts, fields, nameOf),
  };
}

/** Changes when the columns or what is thought of them do, so that two files of one name do not meet in one workspace. */
export function fingerprintOf(fields: readonly Definition[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 6);
}
