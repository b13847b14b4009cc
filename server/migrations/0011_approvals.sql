-- What a workspace asks of an approval. Off by default: one approver, who may be the author.
alter table workspaces
  add column review_two_person boolean not null default false,
  add column review_quorum integer not null default 1 check (review_quorum between 1 and 10);

-- Who approved which content of a run, and when. Rows are voided, never changed otherwise: an approval stands for the
-- digest it was given on, and for nothing else.
create table approvals (
  account_id uuid not null,
  approval_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  digest text not null,
  approved_by uuid not null,
  approved_at timestamptz not null default now(),
  -- The workspace's rules of that moment.
  two_person boolean not null,
  quorum integer not null,
  voided_at timestamptz,
  primary key (account_id, approval_id),
  foreign key (account_id, campaign_id) references campaigns on delete cascade
);
create index approvals_run on approvals (account_id, campaign_id, run_number);
-- One approver counts once, however often and from wherever the call comes.
create unique index approvals_once on approvals (account_id, campaign_id, run_number, digest, approved_by) where voided_at is null;
select add_tenant_wall('approvals');

-- Who shaped what a campaign says, beside its author: the brief (for all its runs) or texts of one run.
create table campaign_authors (
  account_id uuid not null,
  campaign_id uuid not null,
  run_number integer not null,
  user_id uuid not null,
  part text not null check (part in ('brief', 'text')),
  primary key (account_id, campaign_id, run_number, user_id, part),
  foreign key (account_id, campaign_id) references campaigns on delete cascade
);
select add_tenant_wall('campaign_authors');

-- One row a message of each decision, so that a decision can be taken back for exactly what it decided. text_hash tells
-- whether the text is still the one that was decided; entry_number is the order in which decisions were made, whichever
-- server's clock runs behind.
create table review_decisions (
  account_id uuid not null,
  decision_id uuid not null,
  message_id uuid not null,
  entry_number bigint generated always as identity,
  campaign_id uuid not null,
  run_number integer not null,
  from_status text not null,
  to_status text not null,
  from_note text,
  to_note text,
  text_hash text not null,
  decided_by uuid not null,
  decided_at timestamptz not null default now(),
  undone_at timestamptz,
  primary key (account_id, decision_id, message_id),
  foreign key (account_id, campaign_id) references campaigns on delete cascade,
  foreign key (account_id, message_id) references messages on delete cascade
);
create index review_decisions_run on review_decisions (account_id, campaign_id, run_number, decided_by, entry_number);
create index review_decisions_message on review_decisions (account_id, message_id, entry_number);
select add_tenant_wall('review_decisions');
