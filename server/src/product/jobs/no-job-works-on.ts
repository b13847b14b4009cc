/**
 * The condition that no job works on this row, an alias of a table with account_id and job_id: none has taken it on, or one
 * that has ended without it.
 */
export const noJobWorksOn = (row: string) =>
  `not exists (select 1 from jobs j where j.account_id = ${row}.account_id and j.job_id = ${row}.job_id and j.status in ('queued', 'running'))`;
