create table campaigns (
  account_id uuid not null,
  campaign_id uuid not null,
  workspace_id uuid not null,
  campaign_name text not null,
  status text not null check (status in ('Draft', 'Generating', 'Ready for review', 'Ready to publish', 'Published', 'Failed')),
  failure_reason text,
  customer_group_id uuid not null,
  brief jsonb not null,
  channels jsonb not null,
  segment_by jsonb not null,
  variants integer not null,
  min_segment_size integer not null,
  export_fields jsonb not null,
  eligible_when jsonb not null,
  writer text not null,
  current_run integer not null default 1,
  -- Generation or rewriting that runs now; approval waits for it.
  active_job_id uuid,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  published_at timestamptz,
  primary key (account_id, campaign_id),
  foreign key (account_id, workspace_id) references workspaces
);
create index campaigns_workspace on campaigns (account_id, workspace_id, created_at);
create unique index campaigns_name on campaigns (account_id, workspace_id, lower(campaign_name));
select add_tenant_wall('campaigns');

-- The group is kept by id and name without a reference: history outlives the group.
create table campaign_runs (
  account_id uuid not null,
  run_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  customer_group_id uuid not null,
  customer_group_name text not null,
  segment_count integer not null default 0,
  reused_count integer not null default 0,
  generated_count integer not null default 0,
  archived_count integer not null default 0,
  initiated_by uuid not null,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  approval_digest text,
  primary key (account_id, run_id),
  unique (account_id, campaign_id, run_number),
  foreign key (account_id, campaign_id) references campaigns on delete cascade
);
select add_tenant_wall('campaign_runs');

create table segments (
  account_id uuid not null,
  segment_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  criteria jsonb not null,
  -- Canonical text of the criteria: what a rerun matches by.
  canonical_criteria text not null,
  label text not null,
  size bigint not null,
  primary key (account_id, segment_id),
  unique (account_id, campaign_id, run_number, canonical_criteria),
  foreign key (account_id, campaign_id) references campaigns on delete cascade
);
select add_tenant_wall('segments');

create table messages (
  account_id uuid not null,
  message_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  segment_id uuid not null,
  channel text not null,
  variant integer not null,
  subject text,
  message text not null,
  technique text not null,
  findings jsonb not null default '[]',
  review_status text not null default 'Pending' check (review_status in ('Pending', 'Approved', 'Rejected', 'Excluded')),
  approval_stage text not null default 'Ready for review' check (approval_stage in ('Ready for review', 'Ready to publish', 'Published')),
  review_note text,
  is_archived boolean not null default false,
  reused_from uuid,
  -- Hash of brief, channel and criteria this text was written for: reuse needs the same one.
  context_hash text not null,
  written_by text not null,
  -- A rewrite that is queued or running for this message, and what it was asked to heed.
  rewrite_job_id uuid,
  rewrite_guidance text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, message_id),
  unique (account_id, campaign_id, run_number, segment_id, channel, variant),
  foreign key (account_id, campaign_id) references campaigns on delete cascade,
  foreign key (account_id, segment_id) references segments on delete cascade
);
create index messages_run on messages (account_id, campaign_id, run_number, message_id);
select add_tenant_wall('messages');

create table publications (
  account_id uuid not null,
  publication_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  object_prefix text not null,
  manifest jsonb not null,
  created_at timestamptz not null default now(),
  primary key (account_id, publication_id),
  foreign key (account_id, campaign_id) references campaigns on delete cascade
);
create index publications_run on publications (account_id, campaign_id, run_number);
select add_tenant_wall('publications');

-- Which publication of a run can be fetched now: swapped in one step when an export has ended. export_job_id names the
-- export that is queued or running, so that a second publish call finds it.
create table run_files (
  account_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  publication_id uuid,
  page_count integer not null default 0,
  export_job_id uuid,
  primary key (account_id, campaign_id, run_number),
  foreign key (account_id, campaign_id) references campaigns on delete cascade,
  foreign key (account_id, publication_id) references publications
);
select add_tenant_wall('run_files');

create table publication_parts (
  account_id uuid not null,
  publication_id uuid not null,
  page integer not null,
  object_key text not null,
  row_count integer not null,
  byte_count bigint not null,
  sha256 text not null,
  primary key (account_id, publication_id, page),
  foreign key (account_id, publication_id) references publications on delete cascade
);
select add_tenant_wall('publication_parts');
