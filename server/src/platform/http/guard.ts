import type { Reads, Transaction } from '../database/database.ts';
import type { Failure } from '../errors/failure.ts';
import type { Access, Actor } from './endpoint.ts';

/** What the HTTP layer asks of whoever knows identities. Every refusal is thrown as a Failure. */
export type Guard = {
  /**
   * Checks the credentials that `access` asks for, before the body is read. A refusal is recorded where the account is
   * known. A session is looked up once `admission` lets it be, which hears of it only where the credentials are well formed.
   */
  authenticate(
    headers: Readonly<Record<string, string | undefined>>,
    access: Access,
    facts: CallFacts,
    admission: Admission,
  ): Promise<Actor>;
  /** Whether a refusal that authenticate threw is in the audit log. */
  hasRecorded(refusal: Failure): boolean;
  /** Checks the permission; for workspace access in the named workspace, which may be anything a caller sent. */
  permit(reads: Reads, actor: Actor, access: Access, workspaceId: unknown): Promise<void>;
  /** Writes the event of a call into its transaction. */
  record(tx: Transaction, event: AuditEvent): Promise<void>;
  /** Writes the event of a call that was refused to a caller who is known, in a transaction of its own. */
  recordRefusal(actor: Actor, facts: CallFacts, refusal: { code: string; workspaceId: unknown }): Promise<void>;
};

/** What is known of a call before anything of it is read. `call` is the endpoint's name. */
export type CallFacts = { call: string; mayChange: boolean; address: string; requestId: string };

/** How credentials are let come before the database. */
export type Admission = {
  /** Counts a call of a session that its caller has shown to hold, or to have held. Throws too_many_calls (429). */
  count(sessionId: string): void;
  /** Waits for the claim's turn to be looked up; gives what ends it. Throws too_many_calls and too_many_at_once (429). */
  lookUp(claim: Claim): Promise<() => void>;
};

/**
 * Who a caller says they are, before the database was asked. `line`: in which such callers wait; that of an account only
 * where a signature shows that they belong to it, so that nobody else can fill it. `isCounted`: against the session, already.
 */
export type Claim = { line: string; accountId: string; sessionId: string; isCounted: boolean };

export type AuditEvent = {
  action: string;
  actor: Actor;
  workspaceId: string | null;
  objectIds: Record<string, unknown>;
  address: string;
  requestId: string;
};
