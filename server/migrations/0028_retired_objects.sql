-- Objects that nobody is to read: those that are being written to take the place of others (named before they are written),
-- and those whose place was taken (until they are deleted). What a crash leaves is found by it.
create table retired_objects (
  account_id uuid not null references accounts,
  object_key text not null,
  job_id uuid not null,
  primary key (account_id, object_key)
);
select add_tenant_wall('retired_objects');
