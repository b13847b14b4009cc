-- What the operator changes for an account, such as its quota, is told in the account's audit log by the transaction that changes
-- it. Only adding: to read the log, to alter it or to take from it the operator's role has no right.
create policy operator_adds on audit_events for insert to nudgescribe_operator with check (true);
grant insert on audit_events to nudgescribe_operator;
create policy operator_adds on audit_pending for insert to nudgescribe_operator with check (true);
grant insert on audit_pending to nudgescribe_operator;
