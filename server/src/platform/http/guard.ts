import type { Transaction } from '../database/database.ts';
import type { Access, Actor } from './endpoint.ts';

/** What the HTTP layer asks of whoever knows identities. Every refusal is thrown as a Failure. */
export type Guard = {
  /** Checks the credentials that `access` asks for, before the body is read. */
  authenticate(headers: Readonly<Record<string, string | undefined>>, access: Access): Promise<Actor>;
  /** Checks the permission; for workspace access in the named workspace, which may be anything a caller sent. */
  permit(tx: Transaction, actor: Actor, access: Access, workspaceId: unknown): Promise<void>;
  /** Writes the event of a call into its transaction. */
  record(tx: Transaction, event: AuditEvent): Promise<void>;
};

export type AuditEvent = {
  action: string;
  actor: Actor;
  workspaceId: string | null;
  objectIds: Record<string, unknown>;
  address: string;
  requestId: string;
};
