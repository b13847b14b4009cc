/**
 * Every column that holds profile envelopes, each sealed for its account, workspace and the id that stands in a customer's
 * place. Whoever adds a sealed column adds it here: a test compares this list with the schema.
 */
export type SealedColumn = {
  table: string;
  column: string;
  /** Where the workspace stands, and the id that the envelope is bound to. */
  workspace: string;
  boundTo: string;
  /** What must be joined for that. */
  join: string;
};

export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'customers', column: 'sealed_profile', workspace: 't.workspace_id', boundTo: 't.customer_id', join: '' },
  {
    table: 'snapshot_profiles',
    column: 'sealed_profile',
    workspace: 's.workspace_id',
    boundTo: 't.customer_id',
    join: 'join group_snapshots s on s.account_id = t.account_id and s.snapshot_id = t.snapshot_id',
  },
  { table: 'imports', column: 'sealed_header', workspace: 't.workspace_id', boundTo: 't.import_id', join: '' },
  {
    table: 'import_failed_rows',
    column: 'sealed_row',
    workspace: 'i.workspace_id',
    boundTo: 't.import_id',
    join: 'join imports i on i.account_id = t.account_id and i.import_id = t.import_id',
  },
  // Its workspace is the account, as answers belong to no workspace.
  {
    table: 'kept_answers',
    column: 'sealed_answer',
    workspace: 't.account_id',
    boundTo: "encode(substring(t.key_hash from 1 for 16), 'hex')::uuid",
    join: '',
  },
  {
    table: 'second_factors',
    column: 'sealed_secret',
    workspace: 't.account_id',
    boundTo: 't.user_id',
    join: '',
  },
  ...['sealed_prompt', 'sealed_answer'].map((column) => ({
    table: 'model_calls',
    column,
    workspace: 'c.workspace_id',
    boundTo: 't.model_call_id',
    join: 'join campaigns c on c.account_id = t.account_id and c.campaign_id = t.campaign_id',
  })),
];
