// Written by "npm run generate" from the server endpoint table. Change the table, not this file.

import type { CallOptions, Send } from './transport.ts';

export type CustomerGroup = {
  customer_group_id: string;
  account_id: string;
  workspace_id: string;
  group_name: string;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type Job = {
  job_id: string;
  kind: string;
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  progress: { done: number; total: number };
  /** What the work came to, once completed. Its keys depend on the kind. */
  result: Record<string, unknown> | null;
  error: { code: string; message: string } | null;
  created_at: string;
  updated_at: string;
};

/** What groups.create takes. */
export type GroupsCreateBody = { workspace_id: string; group_name: string };

/** What groups.create answers. */
export type GroupsCreateReply = CustomerGroup;

/** What groups.list takes. */
export type GroupsListBody = { workspace_id: string };

/** What groups.list answers. */
export type GroupsListReply = CustomerGroup[];

/** What groups.rename takes. */
export type GroupsRenameBody = { workspace_id: string; customer_group_id: string; group_name: string };

/** What groups.rename answers. */
export type GroupsRenameReply = CustomerGroup;

/** What jobs.get takes. */
export type JobsGetBody = { workspace_id: string; job_id: string };

/** What jobs.get answers. */
export type JobsGetReply = Job;

/** What jobs.cancel takes. */
export type JobsCancelBody = { workspace_id: string; job_id: string };

/** What jobs.cancel answers. */
export type JobsCancelReply = Job;

/** One method for every call, grouped by capability. */
export function createCalls(send: Send) {
  return {
    groups: {
      /**
       * Create a customer group (`PUT /v1/cg`).
       *
       * Needs the permission `groups.write` in the workspace.
       *
       * Written to the audit log as `group.created`.
       */
      create: (body: GroupsCreateBody, options: CallOptions = {}): Promise<GroupsCreateReply> =>
        send<GroupsCreateReply>({ name: 'groups.create', method: 'PUT', path: '/v1/cg', credentials: 'token', reads: false, answer: 'json' }, { body: body }, options),
      /**
       * List customer groups, oldest first (`POST /v1/cg`).
       *
       * Needs the permission `groups.read` in the workspace.
       */
      list: (body: GroupsListBody, options: CallOptions = {}): Promise<GroupsListReply> =>
        send<GroupsListReply>({ name: 'groups.list', method: 'POST', path: '/v1/cg', credentials: 'token', reads: true, answer: 'json' }, { body: body }, options),
      /**
       * Rename a customer group (`PATCH /v1/cg`).
       *
       * Membership and history stay as they are.
       *
       * Needs the permission `groups.write` in the workspace.
       *
       * Written to the audit log as `group.renamed`.
       */
      rename: (body: GroupsRenameBody, options: CallOptions = {}): Promise<GroupsRenameReply> =>
        send<GroupsRenameReply>({ name: 'groups.rename', method: 'PATCH', path: '/v1/cg', credentials: 'token', reads: false, answer: 'json' }, { body: body }, options),
    },
    jobs: {
      /**
       * Progress and outcome of background work (`POST /v1/job`).
       *
       * Needs the permission `jobs.read` in the workspace.
       */
      get: (body: JobsGetBody, options: CallOptions = {}): Promise<JobsGetReply> =>
        send<JobsGetReply>({ name: 'jobs.get', method: 'POST', path: '/v1/job', credentials: 'token', reads: true, answer: 'json' }, { body: body }, options),
      /**
       * Cancel background work (`DELETE /v1/job`).
       *
       * Queued work ends at once, running work at its next safe point. What it had committed by then stays.
       *
       * Needs the permission `jobs.write` in the workspace.
       *
       * Written to the audit log as `job.cancelled`.
       */
      cancel: (body: JobsCancelBody, options: CallOptions = {}): Promise<JobsCancelReply> =>
        send<JobsCancelReply>({ name: 'jobs.cancel', method: 'DELETE', path: '/v1/job', credentials: 'token', reads: false, answer: 'json' }, { body: body }, options),
    },
  };
}
