import type { KnownCustomer } from '../customers/match-customers.ts';
import { customerWrite, type ProfileValues } from '../customers/profile-values.ts';
import type { CustomerBatch } from '../customers/save-customers.ts';
import type { FieldDefinition } from '../fields/field.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import type { ImportOptions } from './import-options.ts';
import type { RowAhead } from './row-ahead.ts';

export type MergeContext = {
  keys: AccountKeys;
  accountId: string;
  workspaceId: string;
  fields: readonly FieldDefinition[];
  options: Pick<ImportOptions, 'on_error' | 'mode' | 'blank_cells'>;
};

/** One customer while the rows of a chunk are played through in order. */
export type Draft = {
  customerId: string;
  known: KnownCustomer | null;
  /** Undefined until a merge needs them: they are then those of `ahead`, or the stored ones. */
  values: ProfileValues | undefined;
  text: { plaintext: string | Buffer; digest: Buffer } | undefined;
  /** What the text came from, if it was worked out ahead. */
  ahead: RowAhead | null;
  identifiers: Map<string, string>;
};

/** Everything the drafts of a chunk come to, each customer sealed and written once. */
export function batchOf(context: MergeContext, drafts: ReadonlyMap<string, Draft>): CustomerBatch {
  const batch: CustomerBatch = { created: [], updated: [], freed: [], taken: [] };
  for (const draft of drafts.values()) {
    const { customerId, known, text } = draft;
    if (text === undefined || known?.profileDigest.equals(text.digest) === true) continue;
    const place = { accountId: context.accountId, workspaceId: context.workspaceId, customerId };
    const sealed = draft.ahead?.customerId === customerId ? draft.ahead.write : null;
    const values = () => draft.values ?? draft.ahead?.values ?? new Map();
    const write = sealed ?? customerWrite(context.keys, place, context.fields, values(), text);
    (known === null ? batch.created : batch.updated).push(write);
    for (const [fieldId, blindIndex] of known?.identifiers ?? []) {
      if (draft.identifiers.get(fieldId) !== blindIndex) batch.freed.push(blindIndex);
    }
    for (const [fieldId, blindIndex] of draft.identifiers) {
      if (known?.identifiers.get(fieldId) !== blindIndex) batch.taken.push({ blindIndex, customerId, fieldId });
    }
  }
  return batch;
}
