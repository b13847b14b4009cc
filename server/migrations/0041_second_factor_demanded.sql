-- An account may demand a second factor of everybody who opens the console. Who has none yet can do nothing but set one up.
alter table accounts add column second_factor_required boolean not null default false;
