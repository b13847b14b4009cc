-- Identifiers (keyed hashes) of people who were erased while imports were waiting or under way that had been handed in before:
-- those imports leave them out. Forgotten when no such import is left.
create table erased_identifiers (
  account_id uuid not null references accounts,
  workspace_id uuid not null,
  blind_index uuid not null,
  erased_at timestamptz not null,
  primary key (account_id, workspace_id, blind_index),
  foreign key (account_id, workspace_id) references workspaces on delete cascade
);
select add_tenant_wall('erased_identifiers');
