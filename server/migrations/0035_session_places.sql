-- From where a session was begun, so that its user recognises it in a list. The country only where the operator supplies a
-- database of countries: a session that is seen in another one is over.
alter table sessions add column address text;
alter table sessions add column client text;
alter table sessions add column country text;
