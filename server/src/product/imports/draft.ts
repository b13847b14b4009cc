import type { KnownCustomer } from '../customers/match-customers.ts';
import { customerWrite, type ProfileValues } from '../customers/profile-values.ts';
import type { CustomerBatch, CustomerWrite } from '../customers/save-customers.ts';
import type { FieldDefinition } from '../fields/field.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import type { ImportOptions } from './import-options.ts';

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
  /** Undefined until a merge needs the stored values. */
  values: ProfileValues | undefined;
  text: { plaintext: string; digest: Buffer } | undefined;
  /** The text already sealed for this customer, if that was done ahead. */
  sealed: CustomerWrite | null;
  identifiers: Map<string, string>;
};

/** Everything the drafts of a chunk come to, each customer sealed and written once. */
export function batchOf(context: MergeContext, drafts: ReadonlyMap<string, Draft>): CustomerBatch {
  const batch: CustomerBatch = { created: [], updated: [], freed: [], taken: [] };
  for (const draft of drafts.values()) {
    const { customerId, known, text, values } = draft;
    if (text === undefined || values === undefined || known?.profileDigest.equals(text.digest) === true) continue;
    const place = { accountId: context.accountId, workspaceId: context.workspaceId, customerId };
    const write = draft.sealed ?? customerWrite(context.keys, place, context.fields, values, text);
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
