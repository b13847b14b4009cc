-- Beside each published file lies an object that says whose row is which, so that a customer's rows can be found and taken
-- out without opening every text. Files published before this have none, and keep their rows until they are published again.
alter table publication_parts add column rows_key text;

-- Customers who were erased, until a job has taken their rows out of the published files. Ids only.
create table file_erasures (
  account_id uuid not null references accounts,
  workspace_id uuid not null,
  customer_id uuid not null,
  -- Whoever works these off. Null: nobody yet.
  job_id uuid,
  primary key (account_id, customer_id),
  foreign key (account_id, workspace_id) references workspaces on delete cascade
);
create index file_erasures_open on file_erasures (account_id, workspace_id, job_id);
select add_tenant_wall('file_erasures');
