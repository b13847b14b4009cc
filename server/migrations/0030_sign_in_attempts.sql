-- How far failed sign-ins have used up what is allowed. No account stands here, as an attempt names an email that may be
-- nobody's; subjects are keyed hashes, of which nobody without the server's secret learns anything.
create table sign_in_attempts (
  subject bytea primary key,
  -- When the allowance is whole again (generic cell rate algorithm).
  whole_at timestamptz not null
);
create index sign_in_attempts_time on sign_in_attempts (whole_at);
grant select, insert, update, delete on sign_in_attempts to nudgescribe_operator;

-- From where an email has signed in: a stranger's failures elsewhere do not count against who comes from there.
create table sign_in_places (
  place bytea primary key,
  seen_at timestamptz not null
);
create index sign_in_places_time on sign_in_places (seen_at);
grant select, insert, update, delete on sign_in_places to nudgescribe_operator;
