import type { FieldDefinition } from '../fields/field.ts';
import { profileValue } from '../fields/value.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import {
  decodeProfile,
  encodeProfile,
  openProfile,
  type ProfilePlace,
  profileDigest,
  sealProfile,
} from '../sealing/profile-envelope.ts';
import type { CustomerRow } from './customer.ts';
import type { CustomerWrite } from './store.ts';

/** Canonical values by the slot of their field; a blank has no entry. */
export type ProfileValues = Map<number, string>;

/** The values of a sealed profile, those of deleted fields included. Throws when the seal does not fit its owner. */
export function openValues(keys: AccountKeys, owner: ProfilePlace, sealed: Buffer): ProfileValues {
  return decodeProfile(openProfile(keys, owner, sealed));
}

/** The plaintext and its keyed digest: equal digests mean that nothing need be sealed or written. */
export function profileText(
  keys: AccountKeys,
  workspaceId: string,
  values: ProfileValues,
): { plaintext: string; digest: Buffer } {
  const plaintext = encodeProfile(values);
  return { plaintext, digest: profileDigest(keys, workspaceId, plaintext) };
}

/** The row as it is stored: sealed whole, and in clear only what is neither sensitive nor unique. */
export function customerWrite(
  keys: AccountKeys,
  owner: ProfilePlace,
  fields: readonly FieldDefinition[],
  values: ProfileValues,
  text: { plaintext: string | Buffer; digest: Buffer },
): CustomerWrite {
  return {
    customerId: owner.customerId,
    sealedProfile: sealProfile(keys, owner, text.plaintext),
    profileDigest: text.digest,
    clearValues: JSON.stringify(clearValuesOf(fields, values)),
  };
}

/** The values that segments and eligibility may read, by slot. */
export function clearValuesOf(fields: readonly FieldDefinition[], values: ProfileValues): Record<string, string> {
  const clear: Record<string, string> = {};
  for (const field of fields) {
    if (field.is_sensitive || field.is_unique) continue;
    const value = values.get(field.slot);
    if (value !== undefined) clear[field.slot] = value;
  }
  return clear;
}

/** The profile as callers read it: every field of the workspace by name, null where blank. */
export function openCustomerProfile(
  keys: AccountKeys,
  fields: readonly FieldDefinition[],
  row: Pick<CustomerRow, 'account_id' | 'workspace_id' | 'customer_id' | 'sealed_profile'>,
): Record<string, ReturnType<typeof profileValue> | null> {
  const owner = { accountId: row.account_id, workspaceId: row.workspace_id, customerId: row.customer_id };
  const values = openValues(keys, owner, row.sealed_profile);
  return Object.fromEntries(
    fields.map((field) => {
      const value = values.get(field.slot);
      return [field.field_name, value === undefined ? null : profileValue(field, value)];
    }),
  );
}
