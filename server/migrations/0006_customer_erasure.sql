-- What an erasure job still has to erase: ids and keyed hashes only, taken away as it goes.
create table customer_erasures (
  account_id uuid not null,
  job_id uuid not null,
  item_number integer not null,
  -- Either a customer, or every blind index that one identifier of the call gave.
  customer_id uuid,
  blind_indexes uuid[],
  primary key (account_id, job_id, item_number),
  foreign key (account_id, job_id) references jobs on delete cascade
);
select add_tenant_wall('customer_erasures');

-- The identifiers that could be read in a failed row, so that erasing a person finds the row too.
alter table import_failed_rows add column blind_indexes uuid[] not null default '{}';
create index import_failed_rows_identifiers on import_failed_rows using gin (blind_indexes);
