import { newId } from '../../platform/ids/ids.ts';
import type { Matches } from '../customers/match-customers.ts';
import { openValues, type ProfileValues, profileText } from '../customers/profile-values.ts';
import type { CustomerBatch, Newcomers } from '../customers/save-customers.ts';
import type { CheckedRow } from './checked-row.ts';
import { batchOf, type Draft, type MergeContext } from './draft.ts';
import { type Counts, noCounts } from './import.ts';
import type { RowError } from './row-error.ts';

export type FailedCheck = { checked: CheckedRow; errors: RowError[] };

export type Merged = {
  counts: Counts;
  failed: FailedCheck[];
  /** Customers of the accepted rows, in the order of the rows. */
  accepted: string[];
  /** Identifiers of rows that were not failed, with their row: later rows with one of them are duplicates. */
  met: Map<string, number>;
  /** What to write. Sealed only when asked for, because a file that is merely validated seals nothing. */
  batch(): CustomerBatch;
  /** To be written instead of the batch. */
  newcomers: Newcomers | null;
};

/** What rows come to of which each is a new customer of its own. `newcomers` is null where nothing will be written. */
export function mergedNewcomers(count: number, newcomers: Newcomers | null): Merged {
  return {
    counts: { ...noCounts(), total_rows: count, created: count },
    failed: [],
    accepted: [],
    met: new Map(),
    batch: () => ({ created: [], updated: [], freed: [], taken: [] }),
    newcomers,
  };
}

/**
 * Plays rows through in order against what the store holds, so that set-based statements afterwards come to the same as
 * one statement a row: a row sees what the rows before it did, a customer is written once, a blind index has one holder.
 * `metBefore` are the identifiers of earlier chunks.
 */
export function mergeRows(
  context: MergeContext,
  rows: readonly CheckedRow[],
  matches: Matches,
  metBefore: ReadonlySet<string>,
): Merged {
  const { fields, keys, options } = context;
  const unique = fields.flatMap((field, index) => (field.is_unique ? [{ field, index }] : []));
  const slots = new Set(fields.map((field) => field.slot));
  const drafts = new Map<string, Draft>();
  const owners = new Map(matches.owners);
  const counts = noCounts();
  const failed: FailedCheck[] = [];
  const accepted: string[] = [];
  const met = new Map<string, number>();

  function draftOf(customerId: string): Draft {
    const there = drafts.get(customerId);
    if (there !== undefined) return there;
    const known = matches.customers.get(customerId) ?? null;
    const draft: Draft = {
      customerId,
      known,
      values: undefined,
      text: undefined,
      ahead: null,
      identifiers: new Map(known?.identifiers),
    };
    drafts.set(customerId, draft);
    return draft;
  }

  function storedValues(draft: Draft): ProfileValues {
    draft.values ??= draft.ahead?.values;
    if (draft.values === undefined && draft.known !== null) {
      const place = { accountId: context.accountId, workspaceId: context.workspaceId, customerId: draft.customerId };
      draft.values = openValues(keys, place, draft.known.sealedProfile);
      for (const slot of draft.values.keys()) if (!slots.has(slot)) draft.values.delete(slot);
    }
    return draft.values ?? new Map();
  }

  /** The profile after this row; the stored one is opened only when the row leaves something to it. */
  function mergedValues(row: CheckedRow, draft: Draft): ProfileValues {
    const merged: ProfileValues = new Map();
    const { values } = row;
    let stored: ProfileValues | undefined;
    fields.forEach((field, index) => {
      const given = values[index];
      if (typeof given === 'string') {
        merged.set(field.slot, given);
      } else if (given === undefined || options.blank_cells === 'keep') {
        stored ??= storedValues(draft);
        const kept = stored.get(field.slot);
        if (kept !== undefined) merged.set(field.slot, kept);
      }
    });
    return merged;
  }

  /** A new customer needs every required value; an update may leave columns out but not clear what is required. */
  function missingValues(row: CheckedRow, isNew: boolean): RowError[] {
    if (row.isComplete) return [];
    const { values } = row;
    const errors: RowError[] = [];
    const reported = new Set(row.errors.map((error) => error.field));
    fields.forEach((field, index) => {
      if (!field.is_required || typeof values[index] === 'string' || reported.has(field.field_name)) return;
      if (!isNew && (values[index] === undefined || options.blank_cells === 'keep')) return;
      errors.push({
        row: row.row,
        field: field.field_name,
        code: 'required',
        message: isNew ? 'A new customer needs a value here.' : 'This value is required and cannot be cleared.',
      });
    });
    return errors;
  }

  /** The customer whom the row means, null for a new one; two different ones are a conflict. */
  function ownerOf(row: CheckedRow): { customerId: string | null; conflict: RowError | null } {
    let customerId: string | null = null;
    for (const identifier of row.identifiers) {
      const owner = owners.get(identifier.blindIndex);
      if (owner === undefined || owner === customerId) continue;
      if (customerId !== null)
        return {
          customerId,
          conflict: {
            row: row.row,
            field: fields[identifier.fieldIndex]?.field_name ?? null,
            code: 'identifier_conflict',
            message: 'The unique fields of this row belong to different customers. Correct one of them.',
          },
        };
      customerId = owner;
    }
    return { customerId, conflict: null };
  }

  function takeIdentifiers(row: CheckedRow, draft: Draft): void {
    for (const { field, index } of unique) {
      const wanted = row.identifiers.find((identifier) => identifier.fieldIndex === index)?.blindIndex;
      const held = draft.identifiers.get(field.field_id);
      if (wanted === held) continue;
      if (wanted === undefined && (options.blank_cells === 'keep' || row.values[index] === undefined)) continue;
      if (held !== undefined) {
        owners.delete(held);
        draft.identifiers.delete(field.field_id);
      }
      if (wanted !== undefined) {
        owners.set(wanted, draft.customerId);
        draft.identifiers.set(field.field_id, wanted);
      }
    }
  }

  function play(row: CheckedRow): void {
    const again = row.identifiers.find((one) => met.has(one.blindIndex) || metBefore.has(one.blindIndex));
    const owner = ownerOf(row);
    const isNew = owner.customerId === null;
    const excluded = isNew ? options.mode === 'update_only' : options.mode === 'create_only';
    const errors = [...row.errors];
    if (owner.conflict !== null) errors.push(owner.conflict);
    else if (!row.identityUnknown && again === undefined && !excluded) errors.push(...missingValues(row, isNew));
    if (again !== undefined && options.on_error === 'reject')
      errors.push({
        row: row.row,
        field: fields[again.fieldIndex]?.field_name ?? null,
        code: 'duplicate_identifier',
        message: 'This identifier stood in an earlier row of the file. Keep one of the rows.',
      });
    counts.total_rows += 1;
    if (errors.length > 0) failed.push({ checked: row, errors });
    if (errors.some((error) => error.code !== 'duplicate_identifier')) {
      counts.failed += 1;
      return;
    }
    if (again !== undefined) {
      counts.duplicates += 1;
      return;
    }
    for (const identifier of row.identifiers) met.set(identifier.blindIndex, row.row);
    if (excluded) {
      counts.skipped += 1;
      return;
    }
    accept(row, owner.customerId);
  }

  function accept(row: CheckedRow, customerId: string | null): void {
    const draft = draftOf(customerId ?? row.ahead?.customerId ?? newId());
    const isFresh = draft.known === null && draft.text === undefined;
    const ahead = isFresh || row.ahead?.isWhole === true ? row.ahead : null;
    const values = ahead === null ? mergedValues(row, draft) : undefined;
    const text = ahead?.text ?? profileText(keys, context.workspaceId, values ?? new Map());
    const before = draft.text?.digest ?? draft.known?.profileDigest;
    if (before === undefined) counts.created += 1;
    else if (before.equals(text.digest)) counts.unchanged += 1;
    else counts.updated += 1;
    if (before === undefined || !before.equals(text.digest)) {
      draft.values = values;
      draft.text = text;
      draft.ahead = ahead;
      takeIdentifiers(row, draft);
    }
    accepted.push(draft.customerId);
  }

  for (const row of rows) play(row);
  return { counts, failed, accepted, met, batch: () => batchOf(context, drafts), newcomers: null };
}
