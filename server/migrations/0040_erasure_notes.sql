-- Erasures of customers, which are noted in the key store as well: that has a life of its own, so that a server which starts on
-- an older copy of the database learns whom to erase again. A row stays when it is noted, without its lists: what the key store
-- has and this table has not is what the copy does not know.
create table erasure_notes (
  account_id uuid not null references accounts,
  erasure_id uuid not null,
  workspace_id uuid not null,
  customer_ids uuid[] not null,
  blind_indexes uuid[] not null,
  noted boolean not null default false,
  primary key (account_id, erasure_id)
);
create index erasure_notes_open on erasure_notes (account_id) where not noted;
select add_tenant_wall('erasure_notes');
create policy operator on erasure_notes for select to nudgescribe_operator using (true);
grant select (account_id, noted) on erasure_notes to nudgescribe_operator;
