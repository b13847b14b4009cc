-- What a caller sees of background work. The queue itself carries only account_id and job_id.
create table jobs (
  account_id uuid not null references accounts,
  job_id uuid not null,
  workspace_id uuid not null,
  kind text not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  -- Ids of what the job works on, and its resume cursor; never personal data.
  subject jsonb not null default '{}',
  cursor jsonb,
  -- Counts the starts: a worker that was taken for dead finds a higher number and stops touching the job.
  attempt integer not null default 0,
  progress_done bigint not null default 0,
  progress_total bigint not null default 0,
  result jsonb,
  error_code text,
  error_message text,
  cancel_requested boolean not null default false,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, job_id),
  foreign key (account_id, workspace_id) references workspaces on delete cascade
);
create index jobs_workspace on jobs (account_id, workspace_id, created_at);
-- A sweep that crosses accounts queues again what a crash left unfinished.
create index jobs_unfinished on jobs (updated_at) where status in ('queued', 'running');
select add_tenant_wall('jobs');
create policy operator on jobs for select to nudgescribe_operator using (true);
grant select (account_id, job_id, kind, status, updated_at) on jobs to nudgescribe_operator;
