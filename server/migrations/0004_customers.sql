create table customer_groups (
  account_id uuid not null,
  customer_group_id uuid not null,
  workspace_id uuid not null,
  group_name text not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Counters of this group, changed in the transaction that adds or removes members: pages are answered without
  -- counting, and last_position hands out the joining order without gaps.
  member_count bigint not null default 0,
  last_position bigint not null default 0,
  primary key (account_id, customer_group_id),
  foreign key (account_id, workspace_id) references workspaces
);
create unique index customer_groups_name on customer_groups (account_id, workspace_id, lower(group_name));
select add_tenant_wall('customer_groups');

create table customer_profile_fields (
  account_id uuid not null,
  customer_profile_field_id uuid not null,
  workspace_id uuid not null,
  -- The key of this field's value inside a sealed profile and in clear_values.
  slot integer not null,
  field_name text not null,
  display_name text not null,
  field_type text not null check (field_type in ('string', 'number', 'char', 'Date', 'currency', 'enum', 'boolean')),
  field_format text,
  is_required boolean not null,
  is_unique boolean not null,
  is_sensitive boolean not null,
  options jsonb,
  validation_rules jsonb,
  -- While a job moves stored values in or out of clear_values, segments by this field are refused.
  moving_job_id uuid,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, customer_profile_field_id),
  foreign key (account_id, workspace_id) references workspaces
);
create unique index customer_profile_fields_name on customer_profile_fields (account_id, workspace_id, lower(field_name));
create unique index customer_profile_fields_slot on customer_profile_fields (account_id, workspace_id, slot);
select add_tenant_wall('customer_profile_fields');

-- Unpublished campaigns and queued exports hold the group and the fields they use; deleting a held one is refused.
create table group_holds (
  account_id uuid not null,
  customer_group_id uuid not null,
  holder_id uuid not null,
  holder_name text not null,
  primary key (account_id, customer_group_id, holder_id),
  foreign key (account_id, customer_group_id) references customer_groups
);
create index group_holds_holder on group_holds (account_id, holder_id);
select add_tenant_wall('group_holds');

create table field_holds (
  account_id uuid not null,
  customer_profile_field_id uuid not null,
  holder_id uuid not null,
  holder_name text not null,
  primary key (account_id, customer_profile_field_id, holder_id),
  foreign key (account_id, customer_profile_field_id) references customer_profile_fields
);
create index field_holds_holder on field_holds (account_id, holder_id);
select add_tenant_wall('field_holds');

-- customer_id is a time-ordered uuid made by the intake before sealing, because the seal binds it.
create table customers (
  account_id uuid not null,
  customer_id uuid not null,
  workspace_id uuid not null,
  sealed_profile bytea not null,
  -- Keyed digest of the profile, so that an unchanged row is seen without unsealing and never rewritten.
  profile_digest bytea not null,
  -- Values by slot of fields that are neither sensitive nor unique: for segments and eligibility only.
  clear_values jsonb not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, customer_id),
  foreign key (account_id, workspace_id) references workspaces
);
create index customers_workspace on customers (account_id, workspace_id, customer_id);
select add_tenant_wall('customers');

-- Keyed hash of (workspace, field, normalised value): the random unique index is what an import pays most for, so it
-- holds nothing but the account and 16 bytes.
create table customer_identifiers (
  account_id uuid not null,
  blind_index uuid not null,
  customer_id uuid not null,
  customer_profile_field_id uuid not null,
  primary key (account_id, blind_index),
  foreign key (account_id, customer_id) references customers on delete cascade
);
create index customer_identifiers_customer on customer_identifiers (account_id, customer_id);
select add_tenant_wall('customer_identifiers');

create table group_members (
  account_id uuid not null,
  customer_group_id uuid not null,
  customer_id uuid not null,
  -- 1, 2, 3 … in joining order and never given out twice: page N is a range of positions.
  position bigint not null,
  primary key (account_id, customer_id, customer_group_id),
  foreign key (account_id, customer_group_id) references customer_groups,
  foreign key (account_id, customer_id) references customers on delete cascade
);
create unique index group_members_position on group_members (account_id, customer_group_id, position);
select add_tenant_wall('group_members');

create table imports (
  account_id uuid not null,
  import_id uuid not null,
  workspace_id uuid not null,
  customer_group_id uuid not null,
  status text not null check (status in ('queued', 'running', 'completed', 'rejected', 'failed', 'cancelled')),
  -- validating (nothing applied yet) or applying (only ever goes forward).
  phase text not null default 'validating' check (phase in ('validating', 'applying', 'finished')),
  options jsonb not null,
  -- Column plan by field id and the header row, sealed because a headerless file's first row can be a person.
  plan jsonb,
  sealed_header bytea,
  content_kind text not null check (content_kind in ('csv', 'ndjson')),
  object_key text,
  content_bytes bigint not null default 0,
  -- Keyed hash of the content, to recognise the same file sent again.
  content_hash bytea,
  same_file_as uuid,
  repairs_import_id uuid,
  cursor_byte bigint not null default 0,
  cursor_row bigint not null default 0,
  total_rows bigint not null default 0,
  created_count bigint not null default 0,
  updated_count bigint not null default 0,
  unchanged_count bigint not null default 0,
  skipped_count bigint not null default 0,
  duplicate_count bigint not null default 0,
  failed_count bigint not null default 0,
  errors jsonb not null default '[]',
  error_counts jsonb not null default '{}',
  cancel_requested boolean not null default false,
  job_id uuid,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  primary key (account_id, import_id),
  foreign key (account_id, workspace_id) references workspaces
);
create index imports_workspace on imports (account_id, workspace_id, created_at desc);
create index imports_content on imports (account_id, workspace_id, content_hash);
select add_tenant_wall('imports');

-- One sealed row for each failed row of an import: original cells and reasons, for the repair file.
create table import_failed_rows (
  account_id uuid not null,
  import_id uuid not null,
  row_number bigint not null,
  sealed_row bytea not null,
  primary key (account_id, import_id, row_number),
  foreign key (account_id, import_id) references imports on delete cascade
);
select add_tenant_wall('import_failed_rows');

-- Identifiers an import has met so far: the first row with one wins, a later one is a duplicate.
create table import_identifiers (
  account_id uuid not null,
  import_id uuid not null,
  blind_index uuid not null,
  row_number bigint not null,
  primary key (account_id, import_id, blind_index),
  foreign key (account_id, import_id) references imports on delete cascade
);
select add_tenant_wall('import_identifiers');
