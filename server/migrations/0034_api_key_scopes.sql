-- What a key lets those do who signed in by it, within what their role lets them: null is no further limit.
alter table api_keys add column permissions text[];
alter table api_keys add column workspace_ids uuid[];
alter table api_keys add column expires_at timestamptz;
grant select (expires_at) on api_keys to nudgescribe_operator;
