-- Who must not get messages in a workspace: by a keyed hash of an identifier, so that the wish outlives the erasure of the
-- customer without keeping anything readable of them; by the customer itself where the workspace has no identifiers.
create table suppressions (
  account_id uuid not null,
  suppression_id uuid not null,
  workspace_id uuid not null,
  blind_index uuid,
  customer_id uuid,
  reason text,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (account_id, suppression_id),
  foreign key (account_id, workspace_id) references workspaces,
  foreign key (account_id, customer_id) references customers on delete cascade,
  check ((blind_index is null) <> (customer_id is null))
);
create unique index suppressions_identifier on suppressions (account_id, blind_index) where blind_index is not null;
create unique index suppressions_customer on suppressions (account_id, customer_id) where customer_id is not null;
create index suppressions_workspace on suppressions (account_id, workspace_id, created_at);
select add_tenant_wall('suppressions');
