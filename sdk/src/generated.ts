// Written by "npm run generate" from the server endpoint table. Change the table, not this file.

import type { CallOptions, FileBody, Send, UploadOptions } from './call.ts';

export type Account = {
  account_id: string;
  account_name: string;
  created_at: string;
  /** Everybody but service users must have a second factor, and can do nothing else before it is set up. */
  second_factor_required: boolean;
  /** Users who are neither disabled nor service users. */
  people: number;
  people_without_second_factor: number;
};

export type ApiKey = {
  api_key_id: string;
  key_name: string;
  /** The last four characters. */
  key_hint: string;
  permissions: string[] | null;
  workspace_ids: string[] | null;
  expires_at: string | null;
  created_by: string;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
};

export type Approval = {
  /** SHA-256 of what was approved. */
  digest: string;
  approved_by: string;
  approved_at: string;
  /** When a later edit or decision made it void. */
  voided_at: string | null;
};

export type AuditEvent = {
  event_id: string;
  happened_at: string;
  action: string;
  outcome: 'done' | 'refused';
  actor_user_id: string | null;
  session_id: string | null;
  workspace_id: string | null;
  /** Ids, counts and codes; never personal data. */
  object_ids: Record<string, unknown>;
  client: string | null;
  address: string | null;
  request_id: string;
};

export type AuditTrail = {
  intact: boolean;
  events: number;
  /** Events of the last second, which are not linked yet. */
  waiting: number;
  /** Of the oldest of them. More than a minute ago: something keeps events from being linked. */
  waiting_since: string | null;
  checkpoints: number;
  /** Position and hash of the last link. */
  end: string;
  verified_at: string;
  problems: { kind: string; message: string; position: number | null; event_id: string | null }[];
};

export type Brief = {
  /** What the message shall bring about. */
  objective: string;
  product: string;
  call_to_action: string;
  /** In free words, in any of the four languages. The offline writer knows friendly, playful, formal, urgent and plain, and writes neutrally for others; "du", "Sie", "tu", "vous", "tú" or "usted" in it decides the address. */
  tone?: string;
  /** A code ("de", "fr-CH") or a name ("Spanish"); English when absent. The offline writer writes en, de, fr and es. */
  language?: string;
  link?: string;
  /** Addresses that texts may have beside link: these, and whatever lies below their path. */
  allowed_links?: string[];
  audience_notes?: string;
  must_include?: string[];
  must_avoid?: string[];
};

export type Campaign = {
  campaign_id: string;
  account_id: string;
  workspace_id: string;
  campaign_name: string;
  status: 'Draft' | 'Generating' | 'Ready for review' | 'Ready to publish' | 'Published' | 'Failed';
  failure_reason: string | null;
  customer_group_id: string;
  brief: Brief;
  channels: { channel: 'email' | 'sms' | 'push' | 'in_app' | 'whatsapp'; max_length: number }[];
  /** Attributes that make the segments, most important first. None: one segment of everybody. */
  segment_by: {
    field_name: string;
    /** Limits of half-open bands [a, b), ascending. Numbers, or ISO dates. */
    bands?: (number | string)[];
    /** Another name for a value; values with one name form one segment. */
    aliases?: Record<string, string>;
  }[];
  variants: number;
  min_segment_size: number;
  export_fields: string[];
  /** All rules must hold for a customer to get a message: consent, a reachable address. */
  eligible_when: {
    field_name: string;
    op: 'is' | 'is_not' | 'in' | 'is_blank' | 'is_not_blank' | 'at_least' | 'at_most';
    value?: string | number | boolean | (string | number | boolean)[];
  }[];
  writer: string;
  current_run: number;
  /** The writing or rewriting that runs now. */
  active_job_id: string | null;
  created_by: string;
  created_at: string;
  updated_at: string;
  published_at: string | null;
  holdout: number;
  /** Who approved the current run, newest first; void ones too. */
  approvals: Approval[];
  /** How many different approvers the workspace asks for. */
  approvals_needed: number;
  budget: { max_cost: number | null; max_model_calls: number | null } | null;
  /** The newest check of the current run with the values of all customers. */
  full_check: {
    /** unfinished: the content was changed meanwhile, or the check broke off. */
    status: 'running' | 'passed' | 'failed' | 'unfinished';
    digest: string;
    customers: number;
    texts: number;
    /** Texts that take more than one SMS. */
    long_sms: number;
    problems: {
      message_id: string;
      code: 'too_long_rendered' | 'empty_rendered';
      customers: number;
      longest: number;
    }[];
  } | null;
  /** What writing has cost over all runs. */
  spent: {
    model_calls: number;
    /** Calls of which nothing was heard are counted at the most they can have cost. */
    cost: number;
    currency: string | null;
  };
};

export type CancelledImport = {
  import_id: string;
  status: 'queued' | 'running' | 'completed' | 'rejected' | 'failed' | 'cancelled';
  /** Whether every row could be accepted; null until that is known. */
  valid: boolean | null;
  /** created + updated + unchanged + skipped + duplicates + failed */
  total_rows: number;
  created: number;
  updated: number;
  unchanged: number;
  /** Valid but left out: by mode, or because the import was rejected. */
  skipped: number;
  duplicates: number;
  failed: number;
  /** Every bad cell, the first 100. */
  errors: {
    /** From 1 after the header; 0 is the file itself. */
    row: number;
    field: string | null;
    code: string;
    message: string;
  }[];
  error_counts: Record<string, number>;
  /** An earlier import of exactly this content. */
  same_file_as: string | null;
  /** Bytes read, over both passes. */
  progress: { done: number; total: number };
  created_at: string;
  completed_at: string | null;
  /** The background job of a queued import. */
  job_id: string | null;
  /** A dry run: the counters tell what an import would have come to. */
  validate_only: boolean;
  message: string;
};

export type Customer = {
  customer_id: string;
  account_id: string;
  workspace_id: string;
  /** The sealed profile, base64. */
  encrypted_profile: string;
  created_by: string;
  created_at: string;
  updated_at: string;
  /** By field_name; only with decrypt. */
  profile?: Record<string, string | boolean | null>;
  groups: { customer_group_id: string; group_name: string }[];
};

export type CustomerExport = {
  customer_id: string;
  account_id: string;
  workspace_id: string;
  profile: Record<string, string | boolean | null>;
  /** Unique fields by which this person can be found. */
  identifiers: string[];
  groups: { customer_group_id: string; group_name: string }[];
  /** Whether this person gets no messages, by whatever names them on the list. */
  is_suppressed: boolean;
  /** Segments of few people in which this person was counted: what was written for them may tell of it. */
  segments: { campaign_id: string; segment_id: string }[];
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type CustomerGroup = {
  customer_group_id: string;
  account_id: string;
  workspace_id: string;
  group_name: string;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type CustomerProfileField = {
  customer_profile_field_id: string;
  account_id: string;
  workspace_id: string;
  field_name: string;
  display_name: string;
  field_type: 'string' | 'number' | 'char' | 'Date' | 'currency' | 'enum' | 'boolean';
  field_format: string | null;
  is_required: boolean;
  is_unique: boolean;
  is_sensitive: boolean;
  options: string[] | null;
  validation_rules: ValidationRules | null;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type Finding = {
  /** One of docs/checks.md. */
  code: string;
  /** Errors block approval. */
  severity: 'error' | 'warning';
  message: string;
  /** What to do, in words. */
  fix: string | null;
  /** The fix where it can be applied as it is: characters (UTF-16 units) from..to of the part replaced. */
  edit: { part: 'subject' | 'preheader' | 'message'; from: number; to: number; replacement: string } | null;
};

export type GroupMember = {
  customer_id: string;
  account_id: string;
  workspace_id: string;
  /** The sealed profile, base64. */
  encrypted_profile: string;
  created_by: string;
  created_at: string;
  updated_at: string;
  /** By field_name; only with decrypt. */
  profile?: Record<string, string | boolean | null>;
  customer_group_id: string;
};

export type Import = {
  import_id: string;
  status: 'queued' | 'running' | 'completed' | 'rejected' | 'failed' | 'cancelled';
  /** Whether every row could be accepted; null until that is known. */
  valid: boolean | null;
  /** created + updated + unchanged + skipped + duplicates + failed */
  total_rows: number;
  created: number;
  updated: number;
  unchanged: number;
  /** Valid but left out: by mode, or because the import was rejected. */
  skipped: number;
  duplicates: number;
  failed: number;
  /** Every bad cell, the first 100. */
  errors: {
    /** From 1 after the header; 0 is the file itself. */
    row: number;
    field: string | null;
    code: string;
    message: string;
  }[];
  error_counts: Record<string, number>;
  /** An earlier import of exactly this content. */
  same_file_as: string | null;
  /** Bytes read, over both passes. */
  progress: { done: number; total: number };
  created_at: string;
  completed_at: string | null;
  /** The background job of a queued import. */
  job_id: string | null;
  /** A dry run: the counters tell what an import would have come to. */
  validate_only: boolean;
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

export type ListedSession = {
  session_id: string;
  user_id: string;
  kind: 'api' | 'console';
  is_current: boolean;
  /** The key it was begun with. */
  api_key_id: string | null;
  address: string | null;
  /** What the program that signed in calls itself. */
  client: string | null;
  /** Where the operator supplies a database of countries. */
  country: string | null;
  began_at: string;
  /** To the minute. */
  seen_at: string | null;
  expires_at: string;
};

export type Manifest = {
  campaign_id: string;
  campaign_name: string;
  run_number: number;
  publication_id: string;
  customer_group_id: string;
  customer_group_name: string;
  /** The one moment at which membership, eligibility and segments were read. */
  snapshot_at: string;
  columns: { name: string; source: 'identifier' | 'export_field' | 'message' }[];
  parts: {
    page: number;
    file: string;
    rows: number;
    /** Of the CSV text, as sha256 is. */
    bytes: number;
    /** What the file has compressed; null when it is not kept so. */
    gzip_bytes: number | null;
    sha256: string;
    /** Rows taken out because their customers were erased. */
    erased_rows: number;
  }[];
  rows: number;
  /** Members of the group in the snapshot. */
  customers: number;
  /** Customers whose segment has no approved message. */
  unmatched: number;
  /** Customers left out by eligible_when. */
  ineligible: number;
  /** Customers on the suppression list of the workspace. */
  suppressed: number;
  /** Customers of the control group: listed with empty texts and holdout true. */
  held_out: number;
  /** Rows taken out of the parts since they were published. */
  erased_rows: number;
  /** Approved texts that are no longer there, as everybody they were for was erased. */
  erased_texts: number;
  /** In the manifest of a delta: what it tells the changes since. Null there: everything is new. */
  delta_of: { publication_id: string; run_number: number } | null;
  /** Rows of a delta by what they are; null in a full manifest. */
  changes: { new: number; changed: number; removed: number } | null;
  /** When rows or texts were last taken out. */
  rewritten_at: string | null;
  /** The same as approval.digest. */
  approval_digest: string | null;
  /** What was approved, and by whom: enough to compute the digest again (docs/verify.md). */
  approval: {
    /** SHA-256 over the canonical JSON (RFC 8785) of content. */
    digest: string;
    basis: 'approved' | 'reused';
    approvals: { approved_by: string; approved_at: string }[];
    /** The workspace's rules when the last approval was given. */
    rules: { two_person: boolean; quorum: number } | null;
    content: {
      format: 'nudgescribe-approval/1';
      campaign_id: string;
      run_number: number;
      brief_sha256: string;
      channels: { channel: string; max_length: number }[];
      writer: string;
      /** Ascending by message_id. */
      messages: {
        message_id: string;
        segment_id: string;
        channel: string;
        variant: number;
        subject: string | null;
        preheader: string | null;
        message: string;
        /** The writer and its version, "edited", or "erased": the text is no longer there (docs/verify.md). */
        written_by: string;
        /** "<severity>:<code>" of every finding that stood when it was approved. */
        findings: string[];
      }[];
    };
  } | null;
};

export type Message = {
  message_id: string;
  campaign_id: string;
  run_number: number;
  segment: { segment_id: string; criteria: Record<string, unknown>; label: string; size: number };
  channel: string;
  variant: number;
  subject: string | null;
  message: string;
  technique: string;
  findings: Finding[];
  review_status: 'Pending' | 'Approved' | 'Rejected' | 'Excluded';
  approval_stage: 'Ready for review' | 'Ready to publish' | 'Published';
  is_archived: boolean;
  reused_from: string | null;
  created_at: string;
  updated_at: string;
  /** What the reviewer noted. */
  note: string | null;
  /** The writer and its version, "edited", or "erased": removed, as everybody it was for was erased. */
  written_by: string;
  /** The line that a mailbox shows behind the subject; emails only. */
  preheader: string | null;
};

export type ModelCall = {
  model_call_id: string;
  campaign_id: string;
  run_number: number;
  job_id: string;
  /** As it was called when the question was asked: segments are frozen anew with each run. */
  segment_id: string;
  channel: 'email' | 'sms' | 'push' | 'in_app' | 'whatsapp';
  writer: string;
  model: string;
  /** refused: not answered, and free. lost: nothing was heard, so it is counted at the most it can have cost. */
  status: 'open' | 'answered' | 'refused' | 'lost';
  /** What the checks said of the answer. */
  outcome: 'taken' | 'unusable' | null;
  /** Null where everybody that it told of was erased. */
  prompt: string | null;
  answer: string | null;
  /** SHA-256 over writer, model and prompt; empty when they were erased. */
  prompt_hash: string;
  /** SHA-256 over prompt and answer. */
  exchange_hash: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  /** While it is open: the most it can cost. */
  cost: number;
  currency: string | null;
  created_at: string;
  ended_at: string | null;
  used_at: string | null;
  /** When prompt and answer were removed, as everybody in the segment was erased. */
  erased_at: string | null;
};

export type ProposedField = {
  field_name: string;
  display_name: string;
  field_type: 'string' | 'number' | 'char' | 'Date' | 'currency' | 'enum' | 'boolean';
  field_format: string | null;
  is_required: boolean;
  is_unique: boolean;
  is_sensitive: boolean;
  options: string[] | null;
  validation_rules: ValidationRules | null;
  /** A few different values of the column. */
  samples: string[];
  /** More than one date format fits every value; the first one is proposed. */
  is_ambiguous: boolean;
};

export type ReviewCluster = {
  /** The message_id of its first member, which the others resemble. */
  cluster_id: string;
  channel: string;
  messages: number;
  /** Customers of its segments. */
  customers: number;
  risk: 'error' | 'warning' | 'none';
  findings: {
    code: string;
    severity: 'error' | 'warning';
    message: string;
    /** How many of its messages have it. */
    messages: number;
  }[];
  review_statuses: { Pending: number; Approved: number; Rejected: number; Excluded: number };
  /** Against what the previous run published for the same segment, channel and variant. */
  novelty: { new: number; changed: number; same: number };
  /** Messages taken over from an earlier run. */
  reused: number;
  /** All of them: decide them with PATCH /v1/campaign/messages. */
  message_ids: string[];
  /** Names exactly these texts. Send it with the decision to decide no other ones. */
  content_hash: string;
  /** Largest audience first, as many as asked for. */
  members: {
    message: Message;
    /** What the previous run published there; null when nothing. */
    previous: {
      message_id: string;
      subject: string | null;
      preheader: string | null;
      message: string;
      size: number;
    } | null;
  }[];
};

export type Role = {
  role_code: string;
  role_name: string;
  permissions: string[];
  is_built_in: boolean;
  created_by: string | null;
  created_at: string | null;
  updated_at: string | null;
};

export type Session = {
  session_id: string;
  user_id: string;
  account_id: string;
  email: string;
  display_name: string;
  role_code: string;
  /** The account demands a second factor, and this user must set one up before anything else. */
  needs_second_factor: boolean;
  /** What the role may do in the account. */
  permissions: string[];
  /** The workspaces the user may see, oldest first. */
  workspaces: {
    workspace_id: string;
    workspace_name: string;
    role_code: string;
    /** What the user may do in this workspace. */
    permissions: string[];
  }[];
  /** Send it as x-csrf-token with every call that changes something. Null when signed in by tokens. */
  csrf_token: string | null;
  began_at: string;
  /** Sign in again by then. */
  expires_at: string;
  /** A session without a call for so long is over. Null when signed in by tokens. */
  idle_seconds: number | null;
};

export type Suppression = {
  suppression_id: string;
  /** The customer it stands for now, if there is one. */
  customer_id: string | null;
  reason: string | null;
  created_by: string;
  created_at: string;
};

export type TokenPair = {
  access_token: string;
  refresh_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  /** Seconds. */
  refresh_expires_in: number;
  user_id: string;
  account_id: string;
  role_code: string;
};

export type TokenStanding = { user_id: string; account_id: string; role_code: string; expires_in: number };

export type Usage = {
  /** yyyy-MM, in UTC. */
  month: string;
  /** When the next month begins. */
  resets_at: string;
  usage: {
    kind: 'imports' | 'imported_rows' | 'written_messages' | 'exports' | 'exported_rows';
    used: number;
    /** How much the account may use in a month; null without limit. */
    quota: number | null;
  }[];
};

export type User = {
  user_id: string;
  account_id: string;
  email: string;
  display_name: string;
  role_code: string;
  workspaces: { workspace_id: string; role_code: string }[] | null;
  disabled: boolean;
  has_second_factor: boolean;
  created_by: string;
  created_at: string;
  updated_at: string;
};

export type ValidationRules = {
  format?: 'email' | 'phone' | 'url';
  min?: number | string;
  max?: number | string;
  min_length?: number;
  max_length?: number;
  /** RE2 syntax, found anywhere in the value; anchor it with ^ and $ for a whole match. */
  pattern?: string;
};

export type Workspace = {
  workspace_id: string;
  account_id: string;
  workspace_name: string;
  created_by: string;
  created_at: string;
  updated_at: string;
  /** What an approval needs in this workspace. */
  review: {
    /** Whoever shaped a campaign, its author or an editor of its texts, cannot approve it. */
    two_person: boolean;
    /** How many different approvers the same content needs. */
    quorum: number;
  };
};

/** What auth.sign_in takes. */
export type AuthSignInBody = {
  email: string;
  password: string;
  /** A code of the authenticator app, or a recovery code in its place. */
  otp?: string | undefined;
};

/** What auth.sign_in answers. */
export type AuthSignInReply = TokenPair;

/** What auth.refresh answers. */
export type AuthRefreshReply = TokenPair | TokenStanding;

/** What sessions.begin takes. */
export type SessionsBeginBody = {
  email: string;
  password: string;
  /** A code of the authenticator app, or a recovery code in its place. */
  otp?: string | undefined;
  /** Needed only when the same login is right in several accounts. */
  account_id?: string | undefined;
};

/** What sessions.begin answers. */
export type SessionsBeginReply = Session;

/** What sessions.get answers. */
export type SessionsGetReply = Session;

/** What sessions.list takes. */
export type SessionsListBody = { user_id?: string | undefined };

/** What sessions.list answers. */
export type SessionsListReply = ListedSession[];

/** What sessions.end takes. */
export type SessionsEndBody = { session_id?: string | undefined; others?: boolean | undefined };

/** What sessions.end answers. */
export type SessionsEndReply = { message: string; ended: number };

/** What second_factor.begin takes. */
export type SecondFactorBeginBody = { password: string };

/** What second_factor.begin answers. */
export type SecondFactorBeginReply = {
  /** In Base32, to be typed. */
  secret: string;
  /** The same, to be shown as a QR code. */
  otpauth_uri: string;
};

/** What second_factor.confirm takes. */
export type SecondFactorConfirmBody = {
  /** A code of the authenticator app, or a recovery code in its place. */
  otp: string;
};

/** What second_factor.confirm answers. */
export type SecondFactorConfirmReply = {
  /** Each is good once, in the place of a code. They are shown only now. */
  recovery_codes: string[];
};

/** What second_factor.get takes. */
export type SecondFactorGetBody = Record<string, never>;

/** What second_factor.get answers. */
export type SecondFactorGetReply = {
  is_on: boolean;
  /** The account demands one of everybody but service users. */
  is_required: boolean;
  recovery_codes_left: number;
};

/** What second_factor.turn_off takes. */
export type SecondFactorTurnOffBody = {
  password: string;
  /** A code of the authenticator app, or a recovery code in its place. */
  otp: string;
};

/** What second_factor.turn_off answers. */
export type SecondFactorTurnOffReply = { message: string };

/** What second_factor.renew_recovery_codes takes. */
export type SecondFactorRenewRecoveryCodesBody = {
  password: string;
  /** A code of the authenticator app, or a recovery code in its place. */
  otp: string;
};

/** What second_factor.renew_recovery_codes answers. */
export type SecondFactorRenewRecoveryCodesReply = {
  /** Each is good once, in the place of a code. They are shown only now. */
  recovery_codes: string[];
};

/** What second_factor.reset takes. */
export type SecondFactorResetBody = { user_id: string };

/** What second_factor.reset answers. */
export type SecondFactorResetReply = { message: string };

/** What users.change_password takes. */
export type UsersChangePasswordBody = { current_password: string; new_password: string };

/** What users.change_password answers. */
export type UsersChangePasswordReply = { message: string };

/** What users.invite takes. */
export type UsersInviteBody = {
  user_id: string;
  /** 72 by default. */
  valid_hours?: number | undefined;
};

/** What users.invite answers. */
export type UsersInviteReply = {
  user_id: string;
  token: string;
  /** Absolute where the server knows its address, else relative to the server. */
  link: string;
  expires_at: string;
};

/** What password_link.get takes. */
export type PasswordLinkGetBody = {
  /** What stands behind the # of the link. */
  token: string;
};

/** What password_link.get answers. */
export type PasswordLinkGetReply = { email: string; display_name: string; expires_at: string };

/** What password_link.redeem takes. */
export type PasswordLinkRedeemBody = {
  /** What stands behind the # of the link. */
  token: string;
  password: string;
};

/** What password_link.redeem answers. */
export type PasswordLinkRedeemReply = { message: string; email: string };

/** What users.create takes. */
export type UsersCreateBody = {
  email: string;
  password?: string | undefined;
  /** A built-in role, or one of your own: POST /v1/role lists them. */
  role_code: string;
  display_name?: string | undefined;
  /** Limits the user to these workspaces, each with its role. Without it role_code holds in every workspace. */
  workspaces?: {
    workspace_id: string;
    /** A built-in role, or one of your own: POST /v1/role lists them. */
    role_code: string;
  }[] | undefined;
};

/** What users.create answers. */
export type UsersCreateReply = User;

/** What users.list takes. */
export type UsersListBody = {
  /** Starts at 1. Default 1. */
  page?: number | undefined;
  /** 1 to 1,000. Default 100. */
  page_size?: number | undefined;
};

/** What users.list answers. */
export type UsersListReply = User[];

/** What users.change takes. */
export type UsersChangeBody = {
  user_id: string;
  display_name?: string | undefined;
  /** A built-in role, or one of your own: POST /v1/role lists them. */
  role_code?: string | undefined;
  workspaces?: {
    workspace_id: string;
    /** A built-in role, or one of your own: POST /v1/role lists them. */
    role_code: string;
  }[] | null | undefined;
  disabled?: boolean | undefined;
};

/** What users.change answers. */
export type UsersChangeReply = User;

/** What users.delete takes. */
export type UsersDeleteBody = { user_id: string };

/** What users.delete answers. */
export type UsersDeleteReply = { message: string; user_id: string };

/** What roles.create takes. */
export type RolesCreateBody = {
  role_name: string;
  permissions: ('workspaces.read' | 'workspaces.write' | 'users.read' | 'users.write' | 'api_keys.read' | 'api_keys.write' | 'campaigns.read_all' | 'audit.read' | 'usage.read' | 'roles.write' | 'account.configure' | 'workspaces.configure' | 'groups.read' | 'groups.write' | 'fields.read' | 'fields.write' | 'customers.read' | 'customers.decrypt' | 'customers.write' | 'customers.delete' | 'customers.export' | 'suppression.write' | 'jobs.read' | 'jobs.write' | 'campaigns.read' | 'campaigns.write' | 'campaigns.generate' | 'model_calls.read' | 'messages.read' | 'messages.edit' | 'messages.review' | 'messages.preview' | 'campaigns.approve' | 'messages.publish' | 'messages.fetch' | 'reruns.read' | 'reruns.write')[];
};

/** What roles.create answers. */
export type RolesCreateReply = Role;

/** What roles.list takes. */
export type RolesListBody = Record<string, never>;

/** What roles.list answers. */
export type RolesListReply = Role[];

/** What roles.change takes. */
export type RolesChangeBody = {
  role_code: string;
  role_name?: string | undefined;
  permissions?: ('workspaces.read' | 'workspaces.write' | 'users.read' | 'users.write' | 'api_keys.read' | 'api_keys.write' | 'campaigns.read_all' | 'audit.read' | 'usage.read' | 'roles.write' | 'account.configure' | 'workspaces.configure' | 'groups.read' | 'groups.write' | 'fields.read' | 'fields.write' | 'customers.read' | 'customers.decrypt' | 'customers.write' | 'customers.delete' | 'customers.export' | 'suppression.write' | 'jobs.read' | 'jobs.write' | 'campaigns.read' | 'campaigns.write' | 'campaigns.generate' | 'model_calls.read' | 'messages.read' | 'messages.edit' | 'messages.review' | 'messages.preview' | 'campaigns.approve' | 'messages.publish' | 'messages.fetch' | 'reruns.read' | 'reruns.write')[] | undefined;
};

/** What roles.change answers. */
export type RolesChangeReply = Role;

/** What roles.delete takes. */
export type RolesDeleteBody = { role_code: string };

/** What roles.delete answers. */
export type RolesDeleteReply = { message: string; role_code: string };

/** What api_keys.create takes. */
export type ApiKeysCreateBody = {
  key_name: string;
  /** What those who sign in by this key may do, within what their role lets them. Without it, all of that. */
  permissions?: ('workspaces.read' | 'workspaces.write' | 'users.read' | 'users.write' | 'api_keys.read' | 'api_keys.write' | 'campaigns.read_all' | 'audit.read' | 'usage.read' | 'roles.write' | 'account.configure' | 'workspaces.configure' | 'groups.read' | 'groups.write' | 'fields.read' | 'fields.write' | 'customers.read' | 'customers.decrypt' | 'customers.write' | 'customers.delete' | 'customers.export' | 'suppression.write' | 'jobs.read' | 'jobs.write' | 'campaigns.read' | 'campaigns.write' | 'campaigns.generate' | 'model_calls.read' | 'messages.read' | 'messages.edit' | 'messages.review' | 'messages.preview' | 'campaigns.approve' | 'messages.publish' | 'messages.fetch' | 'reruns.read' | 'reruns.write')[] | null | undefined;
  /** The workspaces that the key reaches. Without it, all that the user sees. With it, nothing beyond them is reached, whatever the role: of the permissions for the account only workspaces.read and campaigns.read_all are left, which show these workspaces alone. */
  workspace_ids?: string[] | null | undefined;
  /** When the key ends. Without it, when it is revoked. */
  expires_at?: string | null | undefined;
};

/** What api_keys.create answers. */
export type ApiKeysCreateReply = {
  api_key_id: string;
  key_name: string;
  /** The last four characters. */
  key_hint: string;
  permissions: string[] | null;
  workspace_ids: string[] | null;
  expires_at: string | null;
  created_by: string;
  created_at: string;
  last_used_at: string | null;
  revoked_at: string | null;
  api_key: string;
};

/** What api_keys.list takes. */
export type ApiKeysListBody = Record<string, never>;

/** What api_keys.list answers. */
export type ApiKeysListReply = ApiKey[];

/** What api_keys.change takes. */
export type ApiKeysChangeBody = {
  api_key_id: string;
  key_name?: string | undefined;
  /** What those who sign in by this key may do, within what their role lets them. Without it, all of that. */
  permissions?: ('workspaces.read' | 'workspaces.write' | 'users.read' | 'users.write' | 'api_keys.read' | 'api_keys.write' | 'campaigns.read_all' | 'audit.read' | 'usage.read' | 'roles.write' | 'account.configure' | 'workspaces.configure' | 'groups.read' | 'groups.write' | 'fields.read' | 'fields.write' | 'customers.read' | 'customers.decrypt' | 'customers.write' | 'customers.delete' | 'customers.export' | 'suppression.write' | 'jobs.read' | 'jobs.write' | 'campaigns.read' | 'campaigns.write' | 'campaigns.generate' | 'model_calls.read' | 'messages.read' | 'messages.edit' | 'messages.review' | 'messages.preview' | 'campaigns.approve' | 'messages.publish' | 'messages.fetch' | 'reruns.read' | 'reruns.write')[] | null | undefined;
  /** The workspaces that the key reaches. Without it, all that the user sees. With it, nothing beyond them is reached, whatever the role: of the permissions for the account only workspaces.read and campaigns.read_all are left, which show these workspaces alone. */
  workspace_ids?: string[] | null | undefined;
  /** When the key ends. Without it, when it is revoked. */
  expires_at?: string | null | undefined;
};

/** What api_keys.change answers. */
export type ApiKeysChangeReply = ApiKey;

/** What api_keys.revoke takes. */
export type ApiKeysRevokeBody = { api_key_id: string };

/** What api_keys.revoke answers. */
export type ApiKeysRevokeReply = ApiKey;

/** What account.get takes. */
export type AccountGetBody = Record<string, never>;

/** What account.get answers. */
export type AccountGetReply = Account;

/** What account.change takes. */
export type AccountChangeBody = { second_factor_required: boolean };

/** What account.change answers. */
export type AccountChangeReply = Account;

/** What workspaces.create takes. */
export type WorkspacesCreateBody = { workspace_name: string };

/** What workspaces.create answers. */
export type WorkspacesCreateReply = Workspace;

/** What workspaces.list takes. */
export type WorkspacesListBody = Record<string, never>;

/** What workspaces.list answers. */
export type WorkspacesListReply = Workspace[];

/** What workspaces.change takes. */
export type WorkspacesChangeBody = {
  workspace_id: string;
  workspace_name?: string | undefined;
  review?: {
    two_person?: boolean | undefined;
    /** 1 to 10. */
    quorum?: number | undefined;
  } | undefined;
};

/** What workspaces.change answers. */
export type WorkspacesChangeReply = Workspace;

/** What workspaces.delete takes. */
export type WorkspacesDeleteBody = { workspace_id: string };

/** What workspaces.delete answers. */
export type WorkspacesDeleteReply = { message: string; workspace_id: string };

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

/** What fields.create takes. */
export type FieldsCreateBody = {
  workspace_id: string;
  field_name: string;
  field_type: 'string' | 'number' | 'char' | 'Date' | 'currency' | 'enum' | 'boolean';
  display_name?: string | undefined;
  field_format?: string | undefined;
  is_required?: boolean | undefined;
  is_unique?: boolean | undefined;
  is_sensitive?: boolean | undefined;
  options?: string[] | undefined;
  validation_rules?: ValidationRules | undefined;
};

/** What fields.create answers. */
export type FieldsCreateReply = CustomerProfileField;

/** What fields.list takes. */
export type FieldsListBody = { workspace_id: string };

/** What fields.list answers. */
export type FieldsListReply = CustomerProfileField[];

/** What fields.change takes. */
export type FieldsChangeBody = {
  workspace_id: string;
  customer_profile_field_id: string;
  display_name?: string | undefined;
  is_required?: boolean | undefined;
  is_sensitive?: boolean | undefined;
  field_format?: string | undefined;
  options?: string[] | undefined;
  validation_rules?: ValidationRules | null | undefined;
};

/** What fields.change answers. */
export type FieldsChangeReply = {
  customer_profile_field_id: string;
  account_id: string;
  workspace_id: string;
  field_name: string;
  display_name: string;
  field_type: 'string' | 'number' | 'char' | 'Date' | 'currency' | 'enum' | 'boolean';
  field_format: string | null;
  is_required: boolean;
  is_unique: boolean;
  is_sensitive: boolean;
  options: string[] | null;
  validation_rules: ValidationRules | null;
  created_by: string;
  created_at: string;
  updated_at: string;
  job_id: string | null;
};

/** What fields.delete takes. */
export type FieldsDeleteBody = { workspace_id: string; customer_profile_field_id: string | string[] };

/** What fields.delete answers. */
export type FieldsDeleteReply = { message: string; customer_profile_field_id: string | string[]; job_id: string };

/** What fields.formats takes. */
export type FieldsFormatsBody = { workspace_id: string };

/** What fields.formats answers. */
export type FieldsFormatsReply = { date_formats: string[]; currencies: string[] };

/** What fields.infer takes. */
export type FieldsInferBody = { workspace_id: string; sample: string };

/** What fields.infer answers. */
export type FieldsInferReply = { fields: ProposedField[]; field_map: Record<string, string | null>; delimiter: string };

/** What customers.pages takes. */
export type CustomersPagesBody = {
  workspace_id: string;
  customer_group_id: string;
  /** 1 to 1,000. Default 100. */
  page_size?: number | undefined;
};

/** What customers.pages answers. */
export type CustomersPagesReply = { pages: number; page_size: number; total_customers: number };

/** What customers.list takes. */
export type CustomersListBody = {
  workspace_id: string;
  customer_group_id: string;
  /** Starts at 1. Default 1. */
  page?: number | undefined;
  /** 1 to 1,000. Default 100. */
  page_size?: number | undefined;
  /** Adds the readable profile. Default false. */
  decrypt?: boolean | undefined;
};

/** What customers.list answers. */
export type CustomersListReply = GroupMember[];

/** What customers.find takes. */
export type CustomersFindBody = {
  workspace_id: string;
  identifiers: (Record<string, string | number | boolean>)[];
  /** Adds the readable profile. Default false. */
  decrypt?: boolean | undefined;
};

/** What customers.find answers. */
export type CustomersFindReply = Customer[];

/** What customers.delete takes. */
export type CustomersDeleteBody = {
  workspace_id: string;
  customer_ids?: string[] | undefined;
  identifiers?: (Record<string, string | number | boolean>)[] | undefined;
};

/** What customers.delete answers. */
export type CustomersDeleteReply = { deleted: number; not_found: number } | { status: 'queued'; job_id: string };

/** What groups.removeMembers takes. */
export type GroupsRemoveMembersBody = { workspace_id: string; customer_group_id: string; customer_ids: string[] };

/** What groups.removeMembers answers. */
export type GroupsRemoveMembersReply = { removed: number; not_found: number };

/** What groups.delete takes. */
export type GroupsDeleteBody = {
  workspace_id: string;
  customer_group_id: string;
  /** Default false. */
  delete_customers?: boolean | undefined;
};

/** What groups.delete answers. */
export type GroupsDeleteReply = {
  message: string;
  customer_group_id: string;
  /** How many customers were erased. */
  customers_removed: number;
};

/** What customers.export takes. */
export type CustomersExportBody = {
  workspace_id: string;
  customer_id?: string | undefined;
  /** Values of unique fields by field_name; several must all belong to one customer. */
  identifier?: Record<string, string | number | boolean> | undefined;
};

/** What customers.export answers. */
export type CustomersExportReply = CustomerExport;

/** What suppressions.add takes. */
export type SuppressionsAddBody = {
  workspace_id: string;
  identifiers?: (Record<string, string | number | boolean>)[] | undefined;
  customer_ids?: string[] | undefined;
  /** Why, in general words; no personal data. */
  reason?: string | undefined;
};

/** What suppressions.add answers. */
export type SuppressionsAddReply = {
  /** Entries that are new. */
  suppressed: number;
  not_found: number;
};

/** What suppressions.list takes. */
export type SuppressionsListBody = {
  workspace_id: string;
  /** Starts at 1. Default 1. */
  page?: number | undefined;
  /** 1 to 1,000. Default 100. */
  page_size?: number | undefined;
};

/** What suppressions.list answers. */
export type SuppressionsListReply = Suppression[];

/** What suppressions.remove takes. */
export type SuppressionsRemoveBody = {
  workspace_id: string;
  suppression_ids?: string[] | undefined;
  identifiers?: (Record<string, string | number | boolean>)[] | undefined;
  customer_ids?: string[] | undefined;
};

/** What suppressions.remove answers. */
export type SuppressionsRemoveReply = { removed: number };

/** What customers.check takes. */
export type CustomersCheckBody = {
  workspace_id: string;
  customer_group_id: string;
  /** One record or an array of them, keyed by field_name. */
  customer_data?: Record<string, unknown> | unknown[] | undefined;
  /** CSV text, or base64 of the file. */
  data_file?: string | undefined;
  data_file_encoding?: 'base64' | undefined;
  /** Checks everything and stores nothing. Default false. */
  validate_only?: boolean | undefined;
  /** reject (default): one bad row and nothing is stored. skip: bad rows are left out. */
  on_error?: 'reject' | 'skip' | undefined;
  /** Default upsert. Rows that the mode excludes count as skipped. */
  mode?: 'upsert' | 'create_only' | 'update_only' | undefined;
  /** What a blank cell does to a stored value. Default keep. */
  blank_cells?: 'keep' | 'clear' | undefined;
  /** From header to field_name; null drops the column. Other headers keep their name. */
  field_map?: Record<string, string | null> | undefined;
  /** Detected when left out. */
  delimiter?: ',' | ';' | '	' | '|' | undefined;
  /** The import whose failed rows this file mends. */
  repairs_import_id?: string | undefined;
};

/** What goes beside the file of an upload. */
export type CustomersCheckParameters = {
  workspace_id: string;
  customer_group_id: string;
  /** Checks everything and stores nothing. Default false. */
  validate_only?: boolean | undefined;
  /** reject (default): one bad row and nothing is stored. skip: bad rows are left out. */
  on_error?: 'reject' | 'skip' | undefined;
  /** Default upsert. Rows that the mode excludes count as skipped. */
  mode?: 'upsert' | 'create_only' | 'update_only' | undefined;
  /** What a blank cell does to a stored value. Default keep. */
  blank_cells?: 'keep' | 'clear' | undefined;
  /** From header to field_name; null drops the column. Other headers keep their name. */
  field_map?: Record<string, string | null> | undefined;
  /** Detected when left out. */
  delimiter?: ',' | ';' | '	' | '|' | undefined;
  /** The import whose failed rows this file mends. */
  repairs_import_id?: string | undefined;
};

/** What customers.check answers. */
export type CustomersCheckReply = Import;

/** What customers.update takes. */
export type CustomersUpdateBody = {
  workspace_id: string;
  /** One record or an array of them, keyed by field_name. */
  customer_data: Record<string, unknown> | unknown[];
  /** A group that the customers join. */
  customer_group_id?: string | undefined;
  /** reject (default): one bad row and nothing is stored. skip: bad rows are left out. */
  on_error?: 'reject' | 'skip' | undefined;
  /** What a blank cell does to a stored value. Default keep. */
  blank_cells?: 'keep' | 'clear' | undefined;
  /** From header to field_name; null drops the column. Other headers keep their name. */
  field_map?: Record<string, string | null> | undefined;
};

/** What customers.update answers. */
export type CustomersUpdateReply = {
  updated: number;
  not_found: number;
  /** Every bad cell, the first 100. */
  errors: {
    /** From 1 after the header; 0 is the file itself. */
    row: number;
    field: string | null;
    code: string;
    message: string;
  }[];
};

/** What imports.get takes. */
export type ImportsGetBody = {
  workspace_id: string;
  import_id?: string | undefined;
  /** The repair file; needs import_id. */
  format?: 'csv' | undefined;
  /** Starts at 1. Default 1. */
  page?: number | undefined;
  /** 1 to 1,000. Default 100. */
  page_size?: number | undefined;
};

/** What imports.get answers. A string is the text/csv answer. */
export type ImportsGetReply = Import | Import[] | string;

/** What imports.cancel takes. */
export type ImportsCancelBody = { workspace_id: string; import_id: string };

/** What imports.cancel answers. */
export type ImportsCancelReply = CancelledImport;

/** What campaigns.create takes. */
export type CampaignsCreateBody = {
  campaign_name: string;
  customer_group_id: string;
  brief: Brief;
  channels: {
    channel: 'email' | 'sms' | 'push' | 'in_app' | 'whatsapp';
    /** Characters. SMS has 160 when nothing is said. */
    max_length?: number | undefined;
  }[];
  /** Attributes that make the segments, most important first. None: one segment of everybody. */
  segment_by: {
    field_name: string;
    /** Limits of half-open bands [a, b), ascending. Numbers, or ISO dates. */
    bands?: (number | string)[] | undefined;
    /** Another name for a value; values with one name form one segment. */
    aliases?: Record<string, string> | undefined;
  }[];
  variants?: number | undefined;
  min_segment_size?: number | undefined;
  /** Names of fields that stand in the published files beside the identifiers. */
  export_fields?: string[] | undefined;
  /** All rules must hold for a customer to get a message: consent, a reachable address. */
  eligible_when?: {
    field_name: string;
    op: 'is' | 'is_not' | 'in' | 'is_blank' | 'is_not_blank' | 'at_least' | 'at_most';
    value?: string | number | boolean | (string | number | boolean)[] | undefined;
  }[] | undefined;
  /** Percent of the customers that are held out as a control group, by a stable hash; 0 by default. They stand in the published files without a message. */
  holdout?: number | undefined;
  /** What writing may cost at most over all runs, rewriting included. Each call of a language model is set aside before it is made, at the most it can cost. */
  budget?: {
    /** In the currency of the writer's price. */
    max_cost?: number | null | undefined;
    max_model_calls?: number | null | undefined;
  } | null | undefined;
  /** offline (default), or the name of a configured model. */
  writer?: string | undefined;
  workspace_id: string;
};

/** What campaigns.create answers. */
export type CampaignsCreateReply = Campaign;

/** What campaigns.get takes. */
export type CampaignsGetBody = { workspace_id: string; campaign_id?: string | undefined };

/** What campaigns.get answers. */
export type CampaignsGetReply = Campaign | Campaign[];

/** What campaigns.change takes. */
export type CampaignsChangeBody = {
  campaign_name?: string | undefined;
  customer_group_id?: string | undefined;
  brief?: Brief | undefined;
  channels?: {
    channel: 'email' | 'sms' | 'push' | 'in_app' | 'whatsapp';
    /** Characters. SMS has 160 when nothing is said. */
    max_length?: number | undefined;
  }[] | undefined;
  /** Attributes that make the segments, most important first. None: one segment of everybody. */
  segment_by?: {
    field_name: string;
    /** Limits of half-open bands [a, b), ascending. Numbers, or ISO dates. */
    bands?: (number | string)[] | undefined;
    /** Another name for a value; values with one name form one segment. */
    aliases?: Record<string, string> | undefined;
  }[] | undefined;
  variants?: number | undefined;
  min_segment_size?: number | undefined;
  /** Names of fields that stand in the published files beside the identifiers. */
  export_fields?: string[] | undefined;
  /** All rules must hold for a customer to get a message: consent, a reachable address. */
  eligible_when?: {
    field_name: string;
    op: 'is' | 'is_not' | 'in' | 'is_blank' | 'is_not_blank' | 'at_least' | 'at_most';
    value?: string | number | boolean | (string | number | boolean)[] | undefined;
  }[] | undefined;
  /** Percent of the customers that are held out as a control group, by a stable hash; 0 by default. They stand in the published files without a message. */
  holdout?: number | undefined;
  /** What writing may cost at most over all runs, rewriting included. Each call of a language model is set aside before it is made, at the most it can cost. */
  budget?: {
    /** In the currency of the writer's price. */
    max_cost?: number | null | undefined;
    max_model_calls?: number | null | undefined;
  } | null | undefined;
  /** offline (default), or the name of a configured model. */
  writer?: string | undefined;
  workspace_id: string;
  campaign_id: string;
};

/** What campaigns.change answers. */
export type CampaignsChangeReply = Campaign;

/** What campaigns.delete takes. */
export type CampaignsDeleteBody = { workspace_id: string; campaign_id: string };

/** What campaigns.delete answers. */
export type CampaignsDeleteReply = { message: string; campaign_id: string };

/** What campaigns.segments takes. */
export type CampaignsSegmentsBody = {
  workspace_id: string;
  customer_group_id: string;
  /** Attributes that make the segments, most important first. None: one segment of everybody. */
  segment_by: {
    field_name: string;
    /** Limits of half-open bands [a, b), ascending. Numbers, or ISO dates. */
    bands?: (number | string)[] | undefined;
    /** Another name for a value; values with one name form one segment. */
    aliases?: Record<string, string> | undefined;
  }[];
  min_segment_size?: number | undefined;
  channels?: {
    channel: 'email' | 'sms' | 'push' | 'in_app' | 'whatsapp';
    /** Characters. SMS has 160 when nothing is said. */
    max_length?: number | undefined;
  }[] | undefined;
  variants?: number | undefined;
  writer?: string | undefined;
};

/** What campaigns.segments answers. */
export type CampaignsSegmentsReply = {
  total_customers: number;
  segment_count: number;
  segments: {
    /** Value, band or null (blank) by field name. A missing attribute means all others. */
    criteria: Record<string, string | boolean | null | { from: number | string | null; to: number | string | null }>;
    label: string;
    size: number;
  }[];
  merged: {
    /** Value, band or null (blank) by field name. A missing attribute means all others. */
    criteria: Record<string, string | boolean | null | { from: number | string | null; to: number | string | null }>;
    label: string;
    size: number;
    into: string;
  }[];
  estimate: {
    messages: number;
    model_calls: number;
    tokens: { input: number; output: number };
    /** By the writer's price; null when it has none. */
    cost: number | null;
    currency: string | null;
    minutes: number;
  };
  /** The attribute without which most combinations would be gone. */
  exploding: {
    field_name: string;
    distinct_values: number;
    /** How many of the combinations would be gone without it, 0 to 1. */
    share: number;
  } | null;
  suggestions: {
    field_name: string;
    bands: (number | string)[] | null;
    aliases: Record<string, string> | null;
    reason: string;
  }[];
};

/** What campaigns.all takes. */
export type CampaignsAllBody = { start_date?: string | undefined; end_date?: string | undefined };

/** What campaigns.all answers. */
export type CampaignsAllReply = {
  workspace_id: string;
  workspace_name: string;
  campaigns: {
    campaign_id: string;
    campaign_name: string;
    status: 'Draft' | 'Generating' | 'Ready for review' | 'Ready to publish' | 'Published' | 'Failed';
    customer_group_id: string;
    current_run: number;
    total_messages: number;
    created_by: string;
    created_at: string;
    updated_at: string;
    published_at: string | null;
  }[];
}[];

/** What campaigns.generate takes. */
export type CampaignsGenerateBody = { workspace_id: string; campaign_id: string };

/** What campaigns.generate answers. */
export type CampaignsGenerateReply = {
  job_id: string;
  campaign_status: 'Draft' | 'Generating' | 'Ready for review' | 'Ready to publish' | 'Published' | 'Failed';
};

/** What messages.regenerate takes. */
export type MessagesRegenerateBody = { workspace_id: string; campaign_id: string; message_ids: string[]; guidance?: string | undefined };

/** What messages.regenerate answers. */
export type MessagesRegenerateReply = { job_id: string };

/** What modelCalls.list takes. */
export type ModelCallsListBody = {
  workspace_id: string;
  campaign_id: string;
  run_number?: number | undefined;
  status?: 'open' | 'answered' | 'refused' | 'lost' | undefined;
  /** Starts at 1. Default 1. */
  page?: number | undefined;
  page_size?: number | undefined;
};

/** What modelCalls.list answers. */
export type ModelCallsListReply = ModelCall[];

/** What messages.lint takes. */
export type MessagesLintBody = { workspace_id: string; campaign_id: string; message_ids?: string[] | undefined };

/** What messages.lint answers. */
export type MessagesLintReply = {
  campaign_id: string;
  run_number: number;
  checked: number;
  /** Messages with at least one error. */
  errors: number;
  /** Messages with warnings only. */
  warnings: number;
  totals: { code: string; severity: 'error' | 'warning'; messages: number }[];
  /** Those with findings. */
  messages: { message_id: string; findings: Finding[] }[];
};

/** What reviews.queue takes. */
export type ReviewsQueueBody = {
  workspace_id: string;
  campaign_id: string;
  channel?: 'email' | 'sms' | 'push' | 'in_app' | 'whatsapp' | undefined;
  include_decided?: boolean | undefined;
  /** Members shown of each. Default 20. */
  members?: number | undefined;
  /** Starts at 1. Default 1. */
  page?: number | undefined;
  /** Clusters: 1 to 200. Default 50. */
  page_size?: number | undefined;
};

/** What reviews.queue answers. */
export type ReviewsQueueReply = {
  campaign_id: string;
  run_number: number;
  status: 'Draft' | 'Generating' | 'Ready for review' | 'Ready to publish' | 'Published' | 'Failed';
  language: string;
  totals: {
    messages: number;
    Pending: number;
    Approved: number;
    Rejected: number;
    Excluded: number;
    with_errors: number;
    with_warnings: number;
    clusters: number;
    open_clusters: number;
  };
  approval: {
    /** Of the Approved messages as they are now. Send it with the approval. */
    digest: string | null;
    /** Approvals that stand for this digest. */
    given: number;
    needed: number;
    two_person: boolean;
    /** Under the two-person rule you cannot approve it then. */
    you_shaped_it: boolean;
  };
  page: number;
  pages: number;
  clusters: ReviewCluster[];
};

/** What messages.list takes. */
export type MessagesListBody = {
  workspace_id: string;
  campaign_id: string;
  run_number?: number | undefined;
  include_archived?: boolean | undefined;
  review_status?: 'Pending' | 'Approved' | 'Rejected' | 'Excluded' | undefined;
  channel?: 'email' | 'sms' | 'push' | 'in_app' | 'whatsapp' | undefined;
  segment_id?: string | undefined;
  /** Starts at 1. Default 1. */
  page?: number | undefined;
  /** 1 to 1,000. Default 100. */
  page_size?: number | undefined;
};

/** What messages.list answers. */
export type MessagesListReply = Message[];

/** What messages.change takes. */
export type MessagesChangeBody = {
  workspace_id: string;
  campaign_id: string;
  message_ids?: string[] | undefined;
  all?: boolean | undefined;
  review_status?: 'Pending' | 'Approved' | 'Rejected' | 'Excluded' | undefined;
  subject?: string | null | undefined;
  message?: string | undefined;
  preheader?: string | null | undefined;
  note?: string | undefined;
  /** Of a cluster of POST /v1/campaign/review: refused when these are no longer the texts it named. */
  content_hash?: string | undefined;
};

/** What messages.change answers. */
export type MessagesChangeReply = {
  updated: number;
  messages: Message[];
  /** Takes this decision back (DELETE /v1/campaign/review). */
  decision_id: string | null;
};

/** What reviews.undo takes. */
export type ReviewsUndoBody = { workspace_id: string; campaign_id: string; decision_id?: string | undefined };

/** What reviews.undo answers. */
export type ReviewsUndoReply = { decision_id: string; undone: number; messages: Message[] };

/** What messages.preview takes. */
export type MessagesPreviewBody = { workspace_id: string; campaign_id: string; message_id: string; limit?: number | undefined };

/** What messages.preview answers. */
export type MessagesPreviewReply = {
  message_id: string;
  previews: {
    customer_id: string;
    subject: string | null;
    message: string;
    preheader: string | null;
    /** Why this customer was chosen. */
    reason: 'longest' | 'shortest' | 'missing_values' | 'next';
  }[];
  /** Whether sensitive values were masked. */
  masked: boolean;
  /** Fields whose rules in eligible_when were left out, because they compare values that are masked. */
  unapplied_rules: string[];
  /** Customers of the segment whose texts were compared: at most 2,000. */
  compared: number;
  /** Whether these were all. In a large group only the first 50,000 members are looked at. */
  whole_segment: boolean;
};

/** What campaigns.approve takes. */
export type CampaignsApproveBody = {
  workspace_id: string;
  campaign_id: string;
  /** approval.digest of POST /v1/campaign/review: refused when the content has another one by now. */
  digest?: string | undefined;
};

/** What campaigns.approve answers. */
export type CampaignsApproveReply = Campaign;

/** What campaigns.reopen takes. */
export type CampaignsReopenBody = { workspace_id: string; campaign_id: string };

/** What campaigns.reopen answers. */
export type CampaignsReopenReply = Campaign;

/** What publishing.publish takes. */
export type PublishingPublishBody = {
  workspace_id: string;
  campaign_id: string;
  /** Keep the files compressed: whoever accepts gzip gets them so, others as text. Default false. */
  gzip?: boolean | undefined;
  /** Also make files of what changed since the publication before: rows that are new or say something else, and the identifiers of those removed, with a column `change`. Fetched with delta true. Default false. */
  delta?: boolean | undefined;
};

/** What publishing.publish answers. */
export type PublishingPublishReply = { message: string; campaign_id: string; run_number: number; status: 'queued'; job_id: string };

/** What publishing.pages takes. */
export type PublishingPagesBody = {
  workspace_id: string;
  campaign_id: string;
  /** The current run when absent. */
  run_number?: number | undefined;
  /** The files of what changed, where they were asked for. Default false. */
  delta?: boolean | undefined;
};

/** What publishing.pages answers. */
export type PublishingPagesReply = { campaign_id: string; run_number: number; pages: number };

/** What publishing.fetch takes. */
export type PublishingFetchBody = {
  workspace_id: string;
  campaign_id: string;
  page: number;
  format: 'csv' | 'json' | 'url';
  /** The current run when absent. */
  run_number?: number | undefined;
  /** The files of what changed, where they were asked for. Default false. */
  delta?: boolean | undefined;
};

/** What publishing.fetch answers. A string is the text/csv answer. */
export type PublishingFetchReply = {
  page: number;
  rows: (Record<string, string | number | boolean>)[];
  row_count: number;
  truncated: boolean;
} | { page: number; url: string; expires_in: number } | { page: number; content_type: string; content: string } | string;

/** What publishing.manifest takes. */
export type PublishingManifestBody = {
  workspace_id: string;
  campaign_id: string;
  /** The current run when absent. */
  run_number?: number | undefined;
  /** The files of what changed, where they were asked for. Default false. */
  delta?: boolean | undefined;
};

/** What publishing.manifest answers. */
export type PublishingManifestReply = Manifest;

/** What reruns.initiate takes. */
export type RerunsInitiateBody = { workspace_id: string; campaign_id: string; customer_group_id: string };

/** What reruns.initiate answers. */
export type RerunsInitiateReply = {
  message: string;
  campaign_id: string;
  run_id: string;
  run_number: number;
  customer_group_id: string;
  campaign_status: 'Draft' | 'Generating' | 'Ready for review' | 'Ready to publish' | 'Published' | 'Failed';
  segments: { total: number; matched: number; new: number };
  archived_messages: number;
  job_id: string | null;
};

/** What reruns.history takes. */
export type RerunsHistoryBody = { workspace_id: string; campaign_id: string };

/** What reruns.history answers. */
export type RerunsHistoryReply = {
  run_id: string;
  campaign_id: string;
  run_number: number;
  status: 'Draft' | 'Generating' | 'Ready for review' | 'Ready to publish' | 'Published' | 'Failed';
  is_current: boolean;
  customer_group_id: string;
  customer_group_name: string;
  segment_count: number;
  message_summary: { reused: number; generated: number; archived: number };
  initiated_by: string;
  created_at: string;
  completed_at: string | null;
  /** Reused, new and retired against the run before; null for run 1. */
  ledger: {
    segments: { reused: number; new: number; retired: number };
    messages: { reused: number; new: number; retired: number };
    /** What writing the reused texts took when they were written. */
    saved: {
      model_calls: number;
      tokens: { input: number; output: number };
      cost: number;
      currency: string | null;
    };
  } | null;
}[];

/** What reruns.messages takes. */
export type RerunsMessagesBody = {
  workspace_id: string;
  campaign_id: string;
  run_number?: number | undefined;
  include_archived?: boolean | undefined;
  /** Starts at 1. Default 1. */
  page?: number | undefined;
  /** 1 to 1,000. Default 100. */
  page_size?: number | undefined;
};

/** What reruns.messages answers. */
export type RerunsMessagesReply = Message[];

/** What jobs.get takes. */
export type JobsGetBody = { workspace_id?: string | undefined; job_id: string };

/** What jobs.get answers. */
export type JobsGetReply = Job;

/** What jobs.cancel takes. */
export type JobsCancelBody = { workspace_id?: string | undefined; job_id: string };

/** What jobs.cancel answers. */
export type JobsCancelReply = Job;

/** What audit.list takes. */
export type AuditListBody = {
  /** Such as "campaign.approved", or "campaign." for all of them. */
  action?: string | undefined;
  outcome?: 'done' | 'refused' | undefined;
  /** A user's id. */
  actor?: string | undefined;
  /** A workspace's id. */
  workspace?: string | undefined;
  /** An id that the event names in object_ids. */
  object?: string | undefined;
  /** From this moment on. */
  since?: string | undefined;
  /** Before this moment. */
  until?: string | undefined;
  /** The last event_id of the page before. */
  before?: string | undefined;
  /** 1 to 1,000. Default 100. */
  page_size?: number | undefined;
};

/** What audit.list answers. */
export type AuditListReply = AuditEvent[];

/** What audit.verify takes. */
export type AuditVerifyBody = {
  /** Ends that were told before. */
  known?: string[] | undefined;
};

/** What audit.verify answers. */
export type AuditVerifyReply = AuditTrail;

/** What usage.get takes. */
export type UsageGetBody = {
  /** An earlier month, yyyy-MM. */
  month?: string | undefined;
};

/** What usage.get answers. */
export type UsageGetReply = Usage;

/** One method for every call, grouped by capability. */
export function createCalls(send: Send) {
  return {
    auth: {
      /**
       * Sign in with API key, email and password (`POST /v1/auth`).
       *
       * A wrong key, an unknown email and a wrong password get one and the same answer. Who has a second factor is asked for `otp` (401) once the password is right.
       *
       * Needs the header x-api-key instead of a token.
       */
      signIn: (body: AuthSignInBody, options: CallOptions = {}): Promise<AuthSignInReply> =>
        send<AuthSignInReply>({ name: 'auth.sign_in', method: 'POST', path: '/v1/auth', credentials: 'api_key', reads: false, answer: 'json' }, { body }, options),
      /**
       * Exchange a refresh token, or look at an access token (`GET /v1/auth`).
       *
       * With a refresh token: a new pair; the old refresh token is spent. With an access token: whose it is and how long it is good for.
       *
       * Takes an access token or a refresh token.
       */
      refresh: (options: CallOptions = {}): Promise<AuthRefreshReply> =>
        send<AuthRefreshReply>({ name: 'auth.refresh', method: 'GET', path: '/v1/auth', credentials: 'refresh', reads: false, answer: 'json' }, {}, options),
    },
    sessions: {
      /**
       * Sign in to the console (`PUT /v1/session`).
       *
       * Sets an HttpOnly, SameSite=Strict cookie that every call takes in place of a token. Calls that change something also need the header `x-csrf-token`. The session ends after 12 hours, or 30 minutes without a call. An unknown email and a wrong password get one and the same answer. Who has a second factor is asked for `otp` (401) once the password is right.
       *
       * Open to everybody.
       */
      begin: (body: SessionsBeginBody, options: CallOptions = {}): Promise<SessionsBeginReply> =>
        send<SessionsBeginReply>({ name: 'sessions.begin', method: 'PUT', path: '/v1/session', credentials: 'none', reads: false, answer: 'json' }, { body }, options),
      /**
       * Look at the running session (`GET /v1/session`).
       *
       * Who is signed in, what they may do and where. A console asks this first when its page is loaded.
       *
       * Any signed-in user may call it.
       */
      get: (options: CallOptions = {}): Promise<SessionsGetReply> =>
        send<SessionsGetReply>({ name: 'sessions.get', method: 'GET', path: '/v1/session', credentials: 'token', reads: true, answer: 'json' }, {}, options),
      /**
       * List where you are signed in (`POST /v1/session`).
       *
       * The newest first, at most 1,000. The sessions of another user need the permission users.read. A limited key sees the session in use only.
       *
       * Any signed-in user may call it.
       */
      list: (body: SessionsListBody = {}, options: CallOptions = {}): Promise<SessionsListReply> =>
        send<SessionsListReply>({ name: 'sessions.list', method: 'POST', path: '/v1/session', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Sign out, here or elsewhere (`DELETE /v1/session`).
       *
       * Ends the session in use: its cookie and its tokens are refused from the next call on, on every process. With `session_id` that one instead, which for another user takes the permission users.write; with `others` every other session of yours. A limited key ends the session in use only.
       *
       * Any signed-in user may call it.
       *
       * Written to the audit log as `auth.signed_out`.
       */
      end: (body: SessionsEndBody = {}, options: CallOptions = {}): Promise<SessionsEndReply> =>
        send<SessionsEndReply>({ name: 'sessions.end', method: 'DELETE', path: '/v1/session', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    secondFactor: {
      /**
       * Begin to set up a second factor (`PUT /v1/otp`).
       *
       * Answers with a secret for an authenticator app (TOTP: SHA-1, six digits, 30 seconds). It counts once PATCH /v1/otp has been given a first code; until then a new call begins again.
       *
       * Any signed-in user may call it.
       */
      begin: (body: SecondFactorBeginBody, options: CallOptions = {}): Promise<SecondFactorBeginReply> =>
        send<SecondFactorBeginReply>({ name: 'second_factor.begin', method: 'PUT', path: '/v1/otp', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Turn the second factor on (`PATCH /v1/otp`).
       *
       * Takes a first code of the app. From now on signing in needs a code too; every other session of yours ends.
       *
       * Any signed-in user may call it.
       */
      confirm: (body: SecondFactorConfirmBody, options: CallOptions = {}): Promise<SecondFactorConfirmReply> =>
        send<SecondFactorConfirmReply>({ name: 'second_factor.confirm', method: 'PATCH', path: '/v1/otp', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Look at your second factor (`POST /v1/otp`).
       *
       * Any signed-in user may call it.
       */
      get: (body: SecondFactorGetBody = {}, options: CallOptions = {}): Promise<SecondFactorGetReply> =>
        send<SecondFactorGetReply>({ name: 'second_factor.get', method: 'POST', path: '/v1/otp', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Turn your second factor off (`DELETE /v1/otp`).
       *
       * Not where the account demands one of everybody.
       *
       * Any signed-in user may call it.
       */
      turnOff: (body: SecondFactorTurnOffBody, options: CallOptions = {}): Promise<SecondFactorTurnOffReply> =>
        send<SecondFactorTurnOffReply>({ name: 'second_factor.turn_off', method: 'DELETE', path: '/v1/otp', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Get new recovery codes (`PUT /v1/otp/recovery-codes`).
       *
       * Those you had are good no more.
       *
       * Any signed-in user may call it.
       */
      renewRecoveryCodes: (body: SecondFactorRenewRecoveryCodesBody, options: CallOptions = {}): Promise<SecondFactorRenewRecoveryCodesReply> =>
        send<SecondFactorRenewRecoveryCodesReply>({ name: 'second_factor.renew_recovery_codes', method: 'PUT', path: '/v1/otp/recovery-codes', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Take away a user's second factor (`DELETE /v1/user/otp`).
       *
       * For somebody who lost the app and the recovery codes. Every session of theirs ends.
       *
       * Needs the permission `users.write` in the account.
       *
       * Written to the audit log as `second_factor.reset`.
       */
      reset: (body: SecondFactorResetBody, options: CallOptions = {}): Promise<SecondFactorResetReply> =>
        send<SecondFactorResetReply>({ name: 'second_factor.reset', method: 'DELETE', path: '/v1/user/otp', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    users: {
      /**
       * Change your own password (`PATCH /v1/user/password`).
       *
       * Every other session of yours ends, with its tokens. The session in use goes on.
       *
       * Any signed-in user may call it.
       */
      changePassword: (body: UsersChangePasswordBody, options: CallOptions = {}): Promise<UsersChangePasswordReply> =>
        send<UsersChangePasswordReply>({ name: 'users.change_password', method: 'PATCH', path: '/v1/user/password', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Make a one-time link for choosing a password (`PUT /v1/user/link`).
       *
       * For somebody new, or who has forgotten the password: hand it over yourself, as the server sends no mail. It is shown in this answer only, works once, and takes the place of an earlier one. A second factor stays as it is.
       *
       * Needs the permission `users.write` in the account.
       *
       * Written to the audit log as `user.invited`.
       */
      invite: (body: UsersInviteBody, options: CallOptions = {}): Promise<UsersInviteReply> =>
        send<UsersInviteReply>({ name: 'users.invite', method: 'PUT', path: '/v1/user/link', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Create a user (`PUT /v1/user`).
       *
       * Without a password nobody can sign in as this user until one is chosen by a link of PUT /v1/user/link.
       *
       * Needs the permission `users.write` in the account.
       */
      create: (body: UsersCreateBody, options: CallOptions = {}): Promise<UsersCreateReply> =>
        send<UsersCreateReply>({ name: 'users.create', method: 'PUT', path: '/v1/user', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * List users, oldest first (`POST /v1/user`).
       *
       * The call is audited.
       *
       * Needs the permission `users.read` in the account.
       */
      list: (body: UsersListBody = {}, options: CallOptions = {}): Promise<UsersListReply> =>
        send<UsersListReply>({ name: 'users.list', method: 'POST', path: '/v1/user', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Change, disable or enable a user (`PATCH /v1/user`).
       *
       * Takes effect at the next call of the user. Disabling ends all sessions. `workspaces: null` lets role_code hold everywhere again.
       *
       * Needs the permission `users.write` in the account.
       *
       * Written to the audit log as `user.changed`.
       */
      change: (body: UsersChangeBody, options: CallOptions = {}): Promise<UsersChangeReply> =>
        send<UsersChangeReply>({ name: 'users.change', method: 'PATCH', path: '/v1/user', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Delete a user (`DELETE /v1/user`).
       *
       * The user's name, email, sessions and second factor are gone; what the user made stays, with the user's id. Disable a user instead to keep them.
       *
       * Needs the permission `users.write` in the account.
       *
       * Written to the audit log as `user.deleted`.
       */
      delete: (body: UsersDeleteBody, options: CallOptions = {}): Promise<UsersDeleteReply> =>
        send<UsersDeleteReply>({ name: 'users.delete', method: 'DELETE', path: '/v1/user', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    passwordLink: {
      /**
       * Look at a one-time link (`POST /v1/password-link`).
       *
       * Whose password it lets choose, and until when. Needs no sign-in: the token is the proof.
       *
       * Open to everybody.
       */
      get: (body: PasswordLinkGetBody, options: CallOptions = {}): Promise<PasswordLinkGetReply> =>
        send<PasswordLinkGetReply>({ name: 'password_link.get', method: 'POST', path: '/v1/password-link', credentials: 'none', reads: false, answer: 'json' }, { body }, options),
      /**
       * Choose a password by a one-time link (`PATCH /v1/password-link`).
       *
       * Then sign in with it. Every session the user had ends.
       *
       * Open to everybody.
       */
      redeem: (body: PasswordLinkRedeemBody, options: CallOptions = {}): Promise<PasswordLinkRedeemReply> =>
        send<PasswordLinkRedeemReply>({ name: 'password_link.redeem', method: 'PATCH', path: '/v1/password-link', credentials: 'none', reads: false, answer: 'json' }, { body }, options),
    },
    roles: {
      /**
       * Make a role of your own (`PUT /v1/role`).
       *
       * Its code follows from its name. It may be given to users for the account or for single workspaces. Nobody can make, change or delete a role of more than they hold themselves, nor can who works in some workspaces only.
       *
       * Needs the permission `roles.write` in the account.
       *
       * Written to the audit log as `role.created`.
       */
      create: (body: RolesCreateBody, options: CallOptions = {}): Promise<RolesCreateReply> =>
        send<RolesCreateReply>({ name: 'roles.create', method: 'PUT', path: '/v1/role', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * List roles and what they may do (`POST /v1/role`).
       *
       * The built-in ones, then those of the account, oldest first; by a limited key the own one of those only.
       *
       * Any signed-in user may call it.
       */
      list: (body: RolesListBody = {}, options: CallOptions = {}): Promise<RolesListReply> =>
        send<RolesListReply>({ name: 'roles.list', method: 'POST', path: '/v1/role', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Rename a role of your own, or change what it lets do (`PATCH /v1/role`).
       *
       * Holds at the next call of everybody who has the role. Its code stays.
       *
       * Needs the permission `roles.write` in the account.
       *
       * Written to the audit log as `role.changed`.
       */
      change: (body: RolesChangeBody, options: CallOptions = {}): Promise<RolesChangeReply> =>
        send<RolesChangeReply>({ name: 'roles.change', method: 'PATCH', path: '/v1/role', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Delete a role of your own (`DELETE /v1/role`).
       *
       * Refused while somebody holds it.
       *
       * Needs the permission `roles.write` in the account.
       *
       * Written to the audit log as `role.deleted`.
       */
      delete: (body: RolesDeleteBody, options: CallOptions = {}): Promise<RolesDeleteReply> =>
        send<RolesDeleteReply>({ name: 'roles.delete', method: 'DELETE', path: '/v1/role', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    apiKeys: {
      /**
       * Create an API key (`PUT /v1/api-key`).
       *
       * The key is shown in this answer and never again. Nobody makes a key that lets do more than they may do themselves.
       *
       * Needs the permission `api_keys.write` in the account.
       *
       * Written to the audit log as `api_key.created`.
       */
      create: (body: ApiKeysCreateBody, options: CallOptions = {}): Promise<ApiKeysCreateReply> =>
        send<ApiKeysCreateReply>({ name: 'api_keys.create', method: 'PUT', path: '/v1/api-key', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * List API keys, oldest first (`POST /v1/api-key`).
       *
       * Needs the permission `api_keys.read` in the account.
       */
      list: (body: ApiKeysListBody = {}, options: CallOptions = {}): Promise<ApiKeysListReply> =>
        send<ApiKeysListReply>({ name: 'api_keys.list', method: 'POST', path: '/v1/api-key', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Rename an API key, or change its limits (`PATCH /v1/api-key`).
       *
       * Holds at the next call of every session that was begun with it. null takes a limit away. What this sets free, also by a later end, takes holding it where the key reaches.
       *
       * Needs the permission `api_keys.write` in the account.
       *
       * Written to the audit log as `api_key.changed`.
       */
      change: (body: ApiKeysChangeBody, options: CallOptions = {}): Promise<ApiKeysChangeReply> =>
        send<ApiKeysChangeReply>({ name: 'api_keys.change', method: 'PATCH', path: '/v1/api-key', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Revoke an API key (`DELETE /v1/api-key`).
       *
       * Sessions that were begun with it end at their next call.
       *
       * Needs the permission `api_keys.write` in the account.
       *
       * Written to the audit log as `api_key.revoked`.
       */
      revoke: (body: ApiKeysRevokeBody, options: CallOptions = {}): Promise<ApiKeysRevokeReply> =>
        send<ApiKeysRevokeReply>({ name: 'api_keys.revoke', method: 'DELETE', path: '/v1/api-key', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    account: {
      /**
       * Look at the account and its rules (`POST /v1/account`).
       *
       * Needs the permission `users.read` in the account.
       */
      get: (body: AccountGetBody = {}, options: CallOptions = {}): Promise<AccountGetReply> =>
        send<AccountGetReply>({ name: 'account.get', method: 'POST', path: '/v1/account', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Change the account's rules (`PATCH /v1/account`).
       *
       * second_factor_required takes effect at the next call of everybody, also of those who are signed in: who has no second factor gets 403 `second_factor_demanded` from every call but those that set one up. Service users are not concerned. Whoever turns it on needs a second factor.
       *
       * Needs the permission `account.configure` in the account.
       *
       * Written to the audit log as `account.changed`.
       */
      change: (body: AccountChangeBody, options: CallOptions = {}): Promise<AccountChangeReply> =>
        send<AccountChangeReply>({ name: 'account.change', method: 'PATCH', path: '/v1/account', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    workspaces: {
      /**
       * Create a workspace (`PUT /v1/workspace`).
       *
       * Needs the permission `workspaces.write` in the account.
       *
       * Written to the audit log as `workspace.created`.
       */
      create: (body: WorkspacesCreateBody, options: CallOptions = {}): Promise<WorkspacesCreateReply> =>
        send<WorkspacesCreateReply>({ name: 'workspaces.create', method: 'PUT', path: '/v1/workspace', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * List the workspaces you may see, oldest first (`POST /v1/workspace`).
       *
       * Needs the permission `workspaces.read` in the account.
       */
      list: (body: WorkspacesListBody = {}, options: CallOptions = {}): Promise<WorkspacesListReply> =>
        send<WorkspacesListReply>({ name: 'workspaces.list', method: 'POST', path: '/v1/workspace', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Rename a workspace, or change what its approvals need (`PATCH /v1/workspace`).
       *
       * review: two_person keeps whoever shaped a campaign from approving it; quorum is how many different approvers the same content needs. Both are for administrators of the workspace or the account, and the event of a change tells whether it asks less than before. Renaming is for administrators of the account.
       *
       * Needs the permission `workspaces.configure` in the workspace.
       *
       * Written to the audit log as `workspace.changed`.
       */
      change: (body: WorkspacesChangeBody, options: CallOptions = {}): Promise<WorkspacesChangeReply> =>
        send<WorkspacesChangeReply>({ name: 'workspaces.change', method: 'PATCH', path: '/v1/workspace', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Delete an empty workspace (`DELETE /v1/workspace`).
       *
       * Refused while it has fields, groups, customers or campaigns.
       *
       * Needs the permission `workspaces.write` in the workspace.
       *
       * Written to the audit log as `workspace.deleted`.
       */
      delete: (body: WorkspacesDeleteBody, options: CallOptions = {}): Promise<WorkspacesDeleteReply> =>
        send<WorkspacesDeleteReply>({ name: 'workspaces.delete', method: 'DELETE', path: '/v1/workspace', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    groups: {
      /**
       * Create a customer group (`PUT /v1/cg`).
       *
       * Needs the permission `groups.write` in the workspace.
       *
       * Written to the audit log as `group.created`.
       */
      create: (body: GroupsCreateBody, options: CallOptions = {}): Promise<GroupsCreateReply> =>
        send<GroupsCreateReply>({ name: 'groups.create', method: 'PUT', path: '/v1/cg', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * List customer groups, oldest first (`POST /v1/cg`).
       *
       * Needs the permission `groups.read` in the workspace.
       */
      list: (body: GroupsListBody, options: CallOptions = {}): Promise<GroupsListReply> =>
        send<GroupsListReply>({ name: 'groups.list', method: 'POST', path: '/v1/cg', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
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
        send<GroupsRenameReply>({ name: 'groups.rename', method: 'PATCH', path: '/v1/cg', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Take customers out of a group (`DELETE /v1/cg/members`).
       *
       * Nobody is erased.
       *
       * Needs the permission `groups.write` in the workspace.
       *
       * Written to the audit log as `group.members_removed`.
       */
      removeMembers: (body: GroupsRemoveMembersBody, options: CallOptions = {}): Promise<GroupsRemoveMembersReply> =>
        send<GroupsRemoveMembersReply>({ name: 'groups.removeMembers', method: 'DELETE', path: '/v1/cg/members', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Delete a customer group (`DELETE /v1/cg`).
       *
       * Removes the assignments; with delete_customers also erases the customers who are in no other group. Refused while a campaign or an export still needs the group.
       *
       * Needs the permission `groups.write` in the workspace.
       *
       * Written to the audit log as `group.deleted`.
       */
      delete: (body: GroupsDeleteBody, options: CallOptions = {}): Promise<GroupsDeleteReply> =>
        send<GroupsDeleteReply>({ name: 'groups.delete', method: 'DELETE', path: '/v1/cg', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    fields: {
      /**
       * Create a customer profile field (`PUT /v1/cpf`).
       *
       * Date and currency require field_format. Unique fields are the identifiers records match by. Sensitive fields (the default) are sealed and are never segment attributes; values of fields that are neither sensitive nor unique also stand in clear, for segments.
       *
       * Needs the permission `fields.write` in the workspace.
       *
       * Written to the audit log as `field.created`.
       */
      create: (body: FieldsCreateBody, options: CallOptions = {}): Promise<FieldsCreateReply> =>
        send<FieldsCreateReply>({ name: 'fields.create', method: 'PUT', path: '/v1/cpf', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * List customer profile fields, oldest first (`POST /v1/cpf`).
       *
       * Needs the permission `fields.read` in the workspace.
       */
      list: (body: FieldsListBody, options: CallOptions = {}): Promise<FieldsListReply> =>
        send<FieldsListReply>({ name: 'fields.list', method: 'POST', path: '/v1/cpf', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Change a customer profile field (`PATCH /v1/cpf`).
       *
       * Stored data is kept. Name, type, is_unique and a currency format never change. A change of is_sensitive moves stored values in a job (job_id); until it ends segments by the field are refused. Turning it off lets whoever may read segments read stored values, and so takes the permission customers.decrypt too.
       *
       * Needs the permission `fields.write` in the workspace.
       *
       * Written to the audit log as `field.changed`.
       */
      change: (body: FieldsChangeBody, options: CallOptions = {}): Promise<FieldsChangeReply> =>
        send<FieldsChangeReply>({ name: 'fields.change', method: 'PATCH', path: '/v1/cpf', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Delete customer profile fields and their stored values (`DELETE /v1/cpf`).
       *
       * The fields are gone at once; the job takes their values out of the stored profiles. Refused while a campaign that is not published uses one of them.
       *
       * Needs the permission `fields.write` in the workspace.
       *
       * Written to the audit log as `field.deleted`.
       */
      delete: (body: FieldsDeleteBody, options: CallOptions = {}): Promise<FieldsDeleteReply> =>
        send<FieldsDeleteReply>({ name: 'fields.delete', method: 'DELETE', path: '/v1/cpf', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Date formats and currency codes that fields may have (`POST /v1/cpf/formats`).
       *
       * Needs the permission `fields.read` in the workspace.
       */
      formats: (body: FieldsFormatsBody, options: CallOptions = {}): Promise<FieldsFormatsReply> =>
        send<FieldsFormatsReply>({ name: 'fields.formats', method: 'POST', path: '/v1/cpf/formats', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Propose fields for a CSV sample (`POST /v1/cpf/infer`).
       *
       * Reads up to 1 MB of CSV text and proposes a field for every column. Stores nothing. Refused with header_missing where a header is an email address, a phone number or a date, or a number and nothing shows that the line is one of names.
       *
       * Needs the permission `fields.read` in the workspace.
       */
      infer: (body: FieldsInferBody, options: CallOptions = {}): Promise<FieldsInferReply> =>
        send<FieldsInferReply>({ name: 'fields.infer', method: 'POST', path: '/v1/cpf/infer', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
    },
    customers: {
      /**
       * How many pages a group fills (`POST /v1/customer/pages`).
       *
       * Needs the permission `customers.read` in the workspace.
       */
      pages: (body: CustomersPagesBody, options: CallOptions = {}): Promise<CustomersPagesReply> =>
        send<CustomersPagesReply>({ name: 'customers.pages', method: 'POST', path: '/v1/customer/pages', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * One page of a group, in joining order (`POST /v1/customer`).
       *
       * Walking the pages 1…N shows everyone who stays exactly once. Pages may be short after deletions; past the end is []. decrypt needs the permission customers.decrypt and is audited.
       *
       * Needs the permission `customers.read` in the workspace.
       */
      list: (body: CustomersListBody, options: CallOptions = {}): Promise<CustomersListReply> =>
        send<CustomersListReply>({ name: 'customers.list', method: 'POST', path: '/v1/customer', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Find customers by their identifiers (`POST /v1/customer/find`).
       *
       * An identifier that names nobody is left out of the answer. The call is audited.
       *
       * Needs the permission `customers.read` in the workspace.
       */
      find: (body: CustomersFindBody, options: CallOptions = {}): Promise<CustomersFindReply> =>
        send<CustomersFindReply>({ name: 'customers.find', method: 'POST', path: '/v1/customer/find', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Erase customers for good (`DELETE /v1/customer`).
       *
       * Exactly one of customer_ids and identifiers. Up to 1,000 are erased at once; more are queued and the answer is { status: "queued", job_id }.
       *
       * Needs the permission `customers.delete` in the workspace.
       *
       * Written to the audit log as `customers.deleted`.
       */
      delete: (body: CustomersDeleteBody, options: CallOptions = {}): Promise<CustomersDeleteReply> =>
        send<CustomersDeleteReply>({ name: 'customers.delete', method: 'DELETE', path: '/v1/customer', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Everything held on one person (`POST /v1/customer/export`).
       *
       * Name the person by customer_id or by an identifier. The call is audited.
       *
       * Needs the permission `customers.export` in the workspace.
       *
       * Written to the audit log as `customer.exported`.
       */
      export: (body: CustomersExportBody, options: CallOptions = {}): Promise<CustomersExportReply> =>
        send<CustomersExportReply>({ name: 'customers.export', method: 'POST', path: '/v1/customer/export', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Validate customers and store them (`POST /v1/customer/check`).
       *
       * Exactly one of customer_data, data_file, or the file itself: as multipart part data_file, or as a raw text/csv or application/x-ndjson body with the parameters in the query. Up to 1,000 rows (and 16 MiB) are answered at once, more are queued. Existing customers are matched by unique fields.
       *
       * Needs the permission `customers.write` in the workspace.
       *
       * Written to the audit log as `customers.imported`.
       */
      check: (body: CustomersCheckBody, options: CallOptions = {}): Promise<CustomersCheckReply> =>
        send<CustomersCheckReply>({ name: 'customers.check', method: 'POST', path: '/v1/customer/check', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Validate customers and store them, from a file of any size (`POST /v1/customer/check`).
       *
       * Exactly one of customer_data, data_file, or the file itself: as multipart part data_file, or as a raw text/csv or application/x-ndjson body with the parameters in the query. Up to 1,000 rows (and 16 MiB) are answered at once, more are queued. Existing customers are matched by unique fields.
       *
       * Needs the permission `customers.write` in the workspace.
       *
       * Written to the audit log as `customers.imported`.
       */
      upload: (parameters: CustomersCheckParameters, file: FileBody, options: UploadOptions): Promise<CustomersCheckReply> =>
        send<CustomersCheckReply>({ name: 'customers.check', method: 'POST', path: '/v1/customer/check', credentials: 'token', reads: false, answer: 'json' }, { parameters, file }, options),
      /**
       * Update existing customers by their unique fields (`PATCH /v1/customer`).
       *
       * As a check in update_only, at most 1,000 records. updated counts every customer found and accepted, also those that were so already.
       *
       * Needs the permission `customers.write` in the workspace.
       *
       * Written to the audit log as `customers.updated`.
       */
      update: (body: CustomersUpdateBody, options: CallOptions = {}): Promise<CustomersUpdateReply> =>
        send<CustomersUpdateReply>({ name: 'customers.update', method: 'PATCH', path: '/v1/customer', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    suppressions: {
      /**
       * Suppress customers: they get no messages (`PUT /v1/suppression`).
       *
       * By identifiers (also of people who are not customers yet) or customer_ids. A suppression by identifier outlives the erasure of the customer, as a keyed hash. Publishing leaves suppressed customers out and counts them.
       *
       * Needs the permission `suppression.write` in the workspace.
       *
       * Written to the audit log as `suppression.added`.
       */
      add: (body: SuppressionsAddBody, options: CallOptions = {}): Promise<SuppressionsAddReply> =>
        send<SuppressionsAddReply>({ name: 'suppressions.add', method: 'PUT', path: '/v1/suppression', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * List suppressions, newest first (`POST /v1/suppression`).
       *
       * Who asked for no messages, and why: reading it is an event of the audit log.
       *
       * Needs the permission `customers.read` in the workspace.
       *
       * Written to the audit log as `suppression.read`.
       */
      list: (body: SuppressionsListBody, options: CallOptions = {}): Promise<SuppressionsListReply> =>
        send<SuppressionsListReply>({ name: 'suppressions.list', method: 'POST', path: '/v1/suppression', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Lift suppressions (`DELETE /v1/suppression`).
       *
       * Needs the permission `suppression.write` in the workspace.
       *
       * Written to the audit log as `suppression.removed`.
       */
      remove: (body: SuppressionsRemoveBody, options: CallOptions = {}): Promise<SuppressionsRemoveReply> =>
        send<SuppressionsRemoveReply>({ name: 'suppressions.remove', method: 'DELETE', path: '/v1/suppression', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    imports: {
      /**
       * An import, the list of imports, or a repair file (`POST /v1/customer/imports`).
       *
       * With import_id the import, or with format "csv" its failed rows in the original columns with the reasons. The repair file needs the permission customers.write, is audited, and is kept for 90 days unless the operator says otherwise. Without import_id the list, newest first.
       *
       * Needs the permission `customers.read` in the workspace.
       */
      get: (body: ImportsGetBody, options: CallOptions = {}): Promise<ImportsGetReply> =>
        send<ImportsGetReply>({ name: 'imports.get', method: 'POST', path: '/v1/customer/imports', credentials: 'token', reads: true, answer: 'text' }, { body }, options),
      /**
       * An import, the list of imports, or a repair file, the answer as a stream of bytes (`POST /v1/customer/imports`).
       *
       * With import_id the import, or with format "csv" its failed rows in the original columns with the reasons. The repair file needs the permission customers.write, is audited, and is kept for 90 days unless the operator says otherwise. Without import_id the list, newest first.
       *
       * Needs the permission `customers.read` in the workspace.
       */
      getStream: (body: ImportsGetBody, options: CallOptions = {}): Promise<ReadableStream<Uint8Array>> =>
        send<ReadableStream<Uint8Array>>({ name: 'imports.get', method: 'POST', path: '/v1/customer/imports', credentials: 'token', reads: true, answer: 'stream' }, { body }, options),
      /**
       * Cancel a queued or running import (`DELETE /v1/customer/imports`).
       *
       * Under on_error "skip" what was stored by then stays, as the counters tell. Written to the audit log as `customers.import_cancelled`, or as `customers.import_cancel_requested` while it runs: its end is an event of its own.
       *
       * Needs the permission `customers.write` in the workspace.
       */
      cancel: (body: ImportsCancelBody, options: CallOptions = {}): Promise<ImportsCancelReply> =>
        send<ImportsCancelReply>({ name: 'imports.cancel', method: 'DELETE', path: '/v1/customer/imports', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    campaigns: {
      /**
       * Create a campaign as a Draft (`PUT /v1/campaign`).
       *
       * Needs the permission `campaigns.write` in the workspace.
       *
       * Written to the audit log as `campaign.created`.
       */
      create: (body: CampaignsCreateBody, options: CallOptions = {}): Promise<CampaignsCreateReply> =>
        send<CampaignsCreateReply>({ name: 'campaigns.create', method: 'PUT', path: '/v1/campaign', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * One campaign, or all of the workspace (`POST /v1/campaign`).
       *
       * With campaign_id: that campaign. Without: an array, oldest first.
       *
       * Needs the permission `campaigns.read` in the workspace.
       */
      get: (body: CampaignsGetBody, options: CallOptions = {}): Promise<CampaignsGetReply> =>
        send<CampaignsGetReply>({ name: 'campaigns.get', method: 'POST', path: '/v1/campaign', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Change or rename a campaign (`PATCH /v1/campaign`).
       *
       * Name and budget may change at any time. Everything that shapes the text can change only while the campaign is a Draft. Reopen it first otherwise.
       *
       * Needs the permission `campaigns.write` in the workspace.
       *
       * Written to the audit log as `campaign.changed`.
       */
      change: (body: CampaignsChangeBody, options: CallOptions = {}): Promise<CampaignsChangeReply> =>
        send<CampaignsChangeReply>({ name: 'campaigns.change', method: 'PATCH', path: '/v1/campaign', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Delete a campaign that has never been published (`DELETE /v1/campaign`).
       *
       * Needs the permission `campaigns.write` in the workspace.
       *
       * Written to the audit log as `campaign.deleted`.
       */
      delete: (body: CampaignsDeleteBody, options: CallOptions = {}): Promise<CampaignsDeleteReply> =>
        send<CampaignsDeleteReply>({ name: 'campaigns.delete', method: 'DELETE', path: '/v1/campaign', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Preview the segments of a group (`POST /v1/campaign/segments`).
       *
       * Sizes of all segments these attributes would make, which small ones would be merged into which, which attribute makes most of the combinations, bands and aliases that would make them fewer, and what writing would take: for one email each unless channels, variants and writer say otherwise.
       *
       * Needs the permission `campaigns.read` in the workspace.
       */
      segments: (body: CampaignsSegmentsBody, options: CallOptions = {}): Promise<CampaignsSegmentsReply> =>
        send<CampaignsSegmentsReply>({ name: 'campaigns.segments', method: 'POST', path: '/v1/campaign/segments', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * All campaigns of the workspaces you may see (`POST /v1/campaign/all`).
       *
       * With start_date or end_date only campaigns published within, both inclusive. Workspaces without campaigns stand with an empty array.
       *
       * Needs the permission `campaigns.read_all` in the account.
       */
      all: (body: CampaignsAllBody = {}, options: CallOptions = {}): Promise<CampaignsAllReply> =>
        send<CampaignsAllReply>({ name: 'campaigns.all', method: 'POST', path: '/v1/campaign/all', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Have the messages of a campaign written (`POST /v1/campaign/generate`).
       *
       * Freezes the segments and queues the writing. The campaign is Generating until the job ends, then Ready for review, or Failed with a reason.
       *
       * Needs the permission `campaigns.generate` in the workspace.
       *
       * Written to the audit log as `campaign.generation_started`.
       */
      generate: (body: CampaignsGenerateBody, options: CallOptions = {}): Promise<CampaignsGenerateReply> =>
        send<CampaignsGenerateReply>({ name: 'campaigns.generate', method: 'POST', path: '/v1/campaign/generate', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Approve a campaign for publishing (`POST /v1/campaign/approve`).
       *
       * Needs every message decided, none Rejected, and no finding that is an error, also with the values of the first 2,000 customers in the texts (too_long_rendered, empty_rendered). In a larger group a job (full_check) then looks at the texts of all customers; where one does not hold it rejects the text and takes the campaign back to "Ready for review". The approval is bound to the content by a digest: any later edit or decision voids it. Where the workspace asks for several approvers (review.quorum) the campaign stays "Ready for review", with the approvals given so far, until the last of them; under review.two_person nobody who shaped the campaign can approve it.
       *
       * Needs the permission `campaigns.approve` in the workspace.
       *
       * Written to the audit log as `campaign.approved`.
       */
      approve: (body: CampaignsApproveBody, options: CallOptions = {}): Promise<CampaignsApproveReply> =>
        send<CampaignsApproveReply>({ name: 'campaigns.approve', method: 'POST', path: '/v1/campaign/approve', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Take a campaign back to Draft (`POST /v1/campaign/reopen`).
       *
       * From "Ready for review" or "Failed". Its unpublished texts are dropped.
       *
       * Needs the permission `campaigns.write` in the workspace.
       *
       * Written to the audit log as `campaign.reopened`.
       */
      reopen: (body: CampaignsReopenBody, options: CallOptions = {}): Promise<CampaignsReopenReply> =>
        send<CampaignsReopenReply>({ name: 'campaigns.reopen', method: 'POST', path: '/v1/campaign/reopen', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    messages: {
      /**
       * Have messages written anew (`POST /v1/campaign/messages/regenerate`).
       *
       * Guidance tells the writer what to heed. The messages are Pending again afterwards; approval waits for the job.
       *
       * Needs the permission `messages.edit` in the workspace.
       *
       * Written to the audit log as `message.rewriting_started`.
       */
      regenerate: (body: MessagesRegenerateBody, options: CallOptions = {}): Promise<MessagesRegenerateReply> =>
        send<MessagesRegenerateReply>({ name: 'messages.regenerate', method: 'POST', path: '/v1/campaign/messages/regenerate', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Check the messages of the current run as they stand now (`POST /v1/campaign/messages/lint`).
       *
       * Runs every check of docs/checks.md over the active messages of the current run (or over message_ids) with the fields of today and the values of the first 2,000 customers of the group, and compares segments with each other (duplicate_text). Nothing is stored. Errors block approval, warnings do not.
       *
       * Needs the permission `messages.read` in the workspace.
       */
      lint: (body: MessagesLintBody, options: CallOptions = {}): Promise<MessagesLintReply> =>
        send<MessagesLintReply>({ name: 'messages.lint', method: 'POST', path: '/v1/campaign/messages/lint', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Messages of a campaign, largest segments first (`POST /v1/campaign/messages`).
       *
       * The active messages of the current run, or of run_number; archived ones too with include_archived.
       *
       * Needs the permission `messages.read` in the workspace.
       */
      list: (body: MessagesListBody, options: CallOptions = {}): Promise<MessagesListReply> =>
        send<MessagesListReply>({ name: 'messages.list', method: 'POST', path: '/v1/campaign/messages', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Edit, decide or annotate messages (`PATCH /v1/campaign/messages`).
       *
       * `all: true` means the Pending ones. A new subject, preheader (emails only) or message belongs to exactly one message and sets it back to Pending, unless the same call decides it. In a campaign that is ready to publish an edit or a different decision takes it back to review. A decision (review_status) needs the permission messages.review.
       *
       * Needs the permission `messages.edit` in the workspace.
       *
       * Written to the audit log as `message.changed`.
       */
      change: (body: MessagesChangeBody, options: CallOptions = {}): Promise<MessagesChangeReply> =>
        send<MessagesChangeReply>({ name: 'messages.change', method: 'PATCH', path: '/v1/campaign/messages', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * A message as real customers would get it (`POST /v1/campaign/messages/preview`).
       *
       * Customers who would get it: of its segment in the group of its run, eligible and not suppressed. Those first whose texts tell most: the longest, the shortest, the one with most values missing. Who may not decrypt customers (customers.decrypt) sees values of sensitive and unique fields masked, about as long as they are, and customers chosen without the rules that compare such values (unapplied_rules). Every preview is audited with the customers it showed.
       *
       * Needs the permission `messages.preview` in the workspace.
       *
       * Written to the audit log as `message.previewed`.
       */
      preview: (body: MessagesPreviewBody, options: CallOptions = {}): Promise<MessagesPreviewReply> =>
        send<MessagesPreviewReply>({ name: 'messages.preview', method: 'POST', path: '/v1/campaign/messages/preview', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    modelCalls: {
      /**
       * What language models were asked and answered (`POST /v1/campaign/model-calls`).
       *
       * Every question that writing and rewriting has sent to a language model, oldest first, with its answer, tokens and cost. Prompts hold the brief, clear attributes of segments and names of fields, never a value of a customer. Reading them is audited.
       *
       * Needs the permission `model_calls.read` in the workspace.
       *
       * Written to the audit log as `campaign.model_calls_read`.
       */
      list: (body: ModelCallsListBody, options: CallOptions = {}): Promise<ModelCallsListReply> =>
        send<ModelCallsListReply>({ name: 'modelCalls.list', method: 'POST', path: '/v1/campaign/model-calls', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    reviews: {
      /**
       * What is to be reviewed: near-identical messages together, the riskiest first (`POST /v1/campaign/review`).
       *
       * Clusters of the current run with a message that is Pending or Rejected; with include_decided all of them. Order: errors, warnings, size of the audience, what no earlier run has published, what was taken over. Messages are together when they share channel, findings, numbers, amounts, links, merge tags and negations, and at least four fifths of their word pairs; the segment’s own values count as one word. A cluster is decided by PATCH /v1/campaign/messages with its message_ids and its content_hash.
       *
       * Needs the permission `messages.read` in the workspace.
       */
      queue: (body: ReviewsQueueBody, options: CallOptions = {}): Promise<ReviewsQueueReply> =>
        send<ReviewsQueueReply>({ name: 'reviews.queue', method: 'POST', path: '/v1/campaign/review', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Take back your last decision, before the campaign is approved (`DELETE /v1/campaign/review`).
       *
       * Without decision_id your last decision of the current run, with it that one. Messages that still have the decision, on the text it was made on, get the state and note they had before; what was decided, edited or rewritten since stays. Approvals given towards a quorum are void.
       *
       * Needs the permission `messages.review` in the workspace.
       *
       * Written to the audit log as `review.undone`.
       */
      undo: (body: ReviewsUndoBody, options: CallOptions = {}): Promise<ReviewsUndoReply> =>
        send<ReviewsUndoReply>({ name: 'reviews.undo', method: 'DELETE', path: '/v1/campaign/review', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    publishing: {
      /**
       * Publish the messages of a campaign as files (`POST /v1/messages/publish`).
       *
       * The campaign and its messages become Published at once; the files are made by the job. In "Published" it exports again. While an export is queued or running, the same job is given back.
       *
       * Needs the permission `messages.publish` in the workspace.
       *
       * Written to the audit log as `campaign.published`.
       */
      publish: (body: PublishingPublishBody, options: CallOptions = {}): Promise<PublishingPublishReply> =>
        send<PublishingPublishReply>({ name: 'publishing.publish', method: 'POST', path: '/v1/messages/publish', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * How many files a run has (`POST /v1/messages/pages`).
       *
       * Needs the permission `messages.fetch` in the workspace.
       */
      pages: (body: PublishingPagesBody, options: CallOptions = {}): Promise<PublishingPagesReply> =>
        send<PublishingPagesReply>({ name: 'publishing.pages', method: 'POST', path: '/v1/messages/pages', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Fetch one file (`POST /v1/messages/fetch`).
       *
       * csv: the file. json: its first 1,000 rows. url: a link to the file, good for 15 minutes, for the current run only.
       *
       * Needs the permission `messages.fetch` in the workspace.
       *
       * Written to the audit log as `file.fetched`.
       */
      fetch: (body: PublishingFetchBody, options: CallOptions = {}): Promise<PublishingFetchReply> =>
        send<PublishingFetchReply>({ name: 'publishing.fetch', method: 'POST', path: '/v1/messages/fetch', credentials: 'token', reads: false, answer: 'text' }, { body }, options),
      /**
       * Fetch one file, the answer as a stream of bytes (`POST /v1/messages/fetch`).
       *
       * csv: the file. json: its first 1,000 rows. url: a link to the file, good for 15 minutes, for the current run only.
       *
       * Needs the permission `messages.fetch` in the workspace.
       *
       * Written to the audit log as `file.fetched`.
       */
      fetchStream: (body: PublishingFetchBody, options: CallOptions = {}): Promise<ReadableStream<Uint8Array>> =>
        send<ReadableStream<Uint8Array>>({ name: 'publishing.fetch', method: 'POST', path: '/v1/messages/fetch', credentials: 'token', reads: false, answer: 'stream' }, { body }, options),
      /**
       * The manifest of a run: parts, rows, hashes (`POST /v1/messages/manifest`).
       *
       * Needs the permission `messages.fetch` in the workspace.
       */
      manifest: (body: PublishingManifestBody, options: CallOptions = {}): Promise<PublishingManifestReply> =>
        send<PublishingManifestReply>({ name: 'publishing.manifest', method: 'POST', path: '/v1/messages/manifest', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
    },
    reruns: {
      /**
       * Begin a new run of a published campaign (`POST /v1/campaign/rerun/initiate`).
       *
       * Segments met before keep their published texts; only new ones are written. With none new the campaign is ready to publish at once and job_id is null.
       *
       * Needs the permission `reruns.write` in the workspace.
       *
       * Written to the audit log as `campaign.rerun_initiated`.
       */
      initiate: (body: RerunsInitiateBody, options: CallOptions = {}): Promise<RerunsInitiateReply> =>
        send<RerunsInitiateReply>({ name: 'reruns.initiate', method: 'POST', path: '/v1/campaign/rerun/initiate', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * All runs of a campaign, newest first (`POST /v1/campaign/rerun/history`).
       *
       * Needs the permission `reruns.read` in the workspace.
       */
      history: (body: RerunsHistoryBody, options: CallOptions = {}): Promise<RerunsHistoryReply> =>
        send<RerunsHistoryReply>({ name: 'reruns.history', method: 'POST', path: '/v1/campaign/rerun/history', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Messages of a run, or of the current one (`POST /v1/campaign/rerun/messages`).
       *
       * With run_number that run's messages, archived ones included. Without, only active ones of the current run; with include_archived the messages of all runs.
       *
       * Needs the permission `reruns.read` in the workspace.
       */
      messages: (body: RerunsMessagesBody, options: CallOptions = {}): Promise<RerunsMessagesReply> =>
        send<RerunsMessagesReply>({ name: 'reruns.messages', method: 'POST', path: '/v1/campaign/rerun/messages', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
    },
    jobs: {
      /**
       * Progress and outcome of background work (`POST /v1/job`).
       *
       * Needs the permission `jobs.read` in the workspace.
       */
      get: (body: JobsGetBody, options: CallOptions = {}): Promise<JobsGetReply> =>
        send<JobsGetReply>({ name: 'jobs.get', method: 'POST', path: '/v1/job', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
      /**
       * Cancel background work (`DELETE /v1/job`).
       *
       * Queued work ends at once, running work at its next safe point. What it had committed by then stays. Written to the audit log as `job.cancelled`, or as `job.cancel_requested` while it runs: its end is an event of its own.
       *
       * Needs the permission `jobs.write` in the workspace.
       */
      cancel: (body: JobsCancelBody, options: CallOptions = {}): Promise<JobsCancelReply> =>
        send<JobsCancelReply>({ name: 'jobs.cancel', method: 'DELETE', path: '/v1/job', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    audit: {
      /**
       * Search the audit log, newest first (`POST /v1/audit`).
       *
       * Events that fit everything named. For the next page name the last event_id as `before`: events that come meanwhile move nothing. `actor`, `workspace` and `object` are words to search by, not references: they may name what was deleted since, and what never was finds nothing. Reading the log is an event itself.
       *
       * Needs the permission `audit.read` in the account.
       *
       * Written to the audit log as `audit.read`.
       */
      list: (body: AuditListBody = {}, options: CallOptions = {}): Promise<AuditListReply> =>
        send<AuditListReply>({ name: 'audit.list', method: 'POST', path: '/v1/audit', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
      /**
       * Check that the audit log is as it was written (`POST /v1/audit/verify`).
       *
       * Reads all of it in one snapshot: the seals of the events, their chain, the signed checkpoints and the anchor outside the database. Keep `end` elsewhere and send it as `known` later: a log that was cut back together with its anchor is then found too.
       *
       * Needs the permission `audit.read` in the account.
       */
      verify: (body: AuditVerifyBody = {}, options: CallOptions = {}): Promise<AuditVerifyReply> =>
        send<AuditVerifyReply>({ name: 'audit.verify', method: 'POST', path: '/v1/audit/verify', credentials: 'token', reads: false, answer: 'json' }, { body }, options),
    },
    usage: {
      /**
       * What the account has used this month, and may use (`POST /v1/usage`).
       *
       * Imports and their rows (dry runs count as imports, and rows that were not stored do not count), messages written, exports and their rows. Publishing, importing and writing beyond a quota is 400 quota_exceeded.
       *
       * Needs the permission `usage.read` in the account.
       */
      get: (body: UsageGetBody = {}, options: CallOptions = {}): Promise<UsageGetReply> =>
        send<UsageGetReply>({ name: 'usage.get', method: 'POST', path: '/v1/usage', credentials: 'token', reads: true, answer: 'json' }, { body }, options),
    },
  };
}
