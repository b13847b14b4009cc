import type { FieldDefinition, FieldType, ValidationRules } from './field.ts';

export type FieldRow = {
  account_id: string;
  customer_profile_field_id: string;
  workspace_id: string;
  slot: number;
  field_name: string;
  display_name: string;
  field_type: FieldType;
  field_format: string | null;
  is_required: boolean;
  is_unique: boolean;
  is_sensitive: boolean;
  options: string[] | null;
  validation_rules: ValidationRules | null;
  moving_job_id: string | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
};

/** What validation, writing and publishing need of a stored field. */
export function definitionOf(row: FieldRow): FieldDefinition {
  return {
    field_id: row.customer_profile_field_id,
    slot: row.slot,
    field_name: row.field_name,
    display_name: row.display_name,
    field_type: row.field_type,
    field_format: row.field_format,
    is_required: row.is_required,
    is_unique: row.is_unique,
    is_sensitive: row.is_sensitive,
    options: row.options,
    validation_rules: row.validation_rules,
  };
}

/** The field as callers see it. */
export function fieldReply(row: FieldRow) {
  return {
    customer_profile_field_id: row.customer_profile_field_id,
    account_id: row.account_id,
    workspace_id: row.workspace_id,
    field_name: row.field_name,
    display_name: row.display_name,
    field_type: row.field_type,
    field_format: row.field_format,
    is_required: row.is_required,
    is_unique: row.is_unique,
    is_sensitive: row.is_sensitive,
    options: row.options,
    validation_rules: row.validation_rules,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
