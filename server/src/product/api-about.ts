import type { ApiAbout } from '../platform/http/openapi.ts';
import { KEEPING_TO_WORKSPACES } from './roles/roles.ts';

/** What the API description says of this product beyond its table of endpoints. */
export const apiAbout: ApiAbout = {
  title: 'Nudgescribe API',
  version: '0.1.0',
  summary: 'Holds customers, writes campaign messages for every segment, takes them through review, publishes files.',
  description: `JSON in and out. PUT creates, POST reads, PATCH changes, DELETE deletes; every call but a GET takes its
parameters in a JSON body, DELETE too. Sign in with \`POST /v1/auth\` and send the access token as
\`Authorization: Bearer <token>\`.

**Statuses.** 200 success, also for work that is queued; 400 something in the call cannot be accepted; **401 a required
field is missing** (the list is in \`fields\`); **403 not authorised**: no valid credentials, no permission, or a workspace
that is not yours; 500 our fault. Transport answers keep their usual codes: 404 for an unknown path, 405, 413, 415, 503.

**Order of checks.** Credentials (403), readable body (400), required fields (401), workspace and permission (403),
unknown fields, types and rules (400), then the work. Another account's id gets the same answer as one that never existed.

**Refusals** all have the body \`{ error, code, message, request_id }\`. \`code\` is stable; \`message\` says what to do.
Every answer carries \`X-Request-Id\`.

**API keys** may be limited to permissions, to workspaces and in time, always within the role of who signs in by them. With
workspaces named, nothing beyond these is reached, whatever the role: of the permissions for the account only
${KEEPING_TO_WORKSPACES.map((permission) => `\`${permission}\``).join(' and ')} are left, and what else is for the account (people, keys, roles, the
audit log, usage, rules, new workspaces) is 403. One's own session, password and second factor stay one's own.
Nobody makes or widens a key or a role beyond what they hold themselves, where it would hold.

**Gateways.** A supplied \`x-auth-context\` header must be a JSON object with \`api_access\` true and, where the operator
has set one, the right \`api_code\`. A supplied \`x-api-key\` must be valid. \`x-ip\` counts only from a trusted proxy
that sends no \`x-forwarded-for\`.

Ids are opaque strings, timestamps ISO 8601 in UTC. Replies may gain keys.`,
  license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
  contact: { name: 'Whoever runs this server' },
  tags: {
    auth: 'Signing in, and keeping signed in.',
    users: 'People who may sign in, and their roles.',
    roles: "What each role may do, and roles of the account's own.",
    api_keys: 'Keys that let programs sign in, and what they limit.',
    second_factor: 'Codes of an authenticator app beside the password, and recovery codes.',
    password_link: 'Choosing a password by a one-time link, without being signed in.',
    sessions: 'Where users are signed in.',
    account: 'The account itself, and the rules that hold for all of it.',
    workspaces: 'Parts of an account, each with its own fields, customers and campaigns.',
    groups: 'Customer groups: lists of customers in joining order.',
    fields: 'Customer profile fields: the columns of a profile, their types and rules.',
    customers: 'Uploading, reading, finding, exporting and erasing customers.',
    imports: 'Uploads: their progress, errors and repair files.',
    suppressions: 'Customers who must not get messages.',
    campaigns: 'Campaigns: the brief, the segments, writing and approval.',
    messages: 'The written messages and their review.',
    reviews: 'What is to be reviewed, in the order of risk, and taking decisions back.',
    modelCalls: 'What language models were asked while campaigns were written, and what they answered.',
    publishing: 'Publishing messages as files, and fetching the files.',
    reruns: 'Running a published campaign again.',
    jobs: 'Background work: progress, outcome and cancelling.',
    audit: 'Who did what, and when.',
    usage: 'What the account has used.',
  },
};
