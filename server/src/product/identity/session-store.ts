import { prepared, type Reads, type Transaction } from '../../platform/database/database.ts';

export type SessionRow = {
  session_id: string;
  user_id: string;
  refresh_jti: string | null;
  spent_jti: string | null;
  spent_at: Date | null;
  issued_at: Date;
  created_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
};

export type NewSession = {
  accountId: string;
  sessionId: string;
  userId: string;
  issuedAt: Date;
  expiresAt: Date;
  address: string;
  client: string;
  country: string | null;
} & ({ kind: 'api'; apiKeyId: string; refreshJti: string } | { kind: 'console'; secretHash: Buffer });

export async function insertSession(tx: Transaction, session: NewSession): Promise<void> {
  const { accountId, sessionId, userId, kind, issuedAt, expiresAt } = session;
  const [apiKeyId, refreshJti] = session.kind === 'api' ? [session.apiKeyId, session.refreshJti] : [null, null];
  const secretHash = session.kind === 'console' ? session.secretHash : null;
  await tx.run(
    'insert into sessions (account_id, session_id, user_id, api_key_id, kind, refresh_jti, secret_hash, seen_at, issued_at, created_at, expires_at, address, client, country) values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9, $10, $11, $12)',
    [
      accountId,
      sessionId,
      userId,
      apiKeyId,
      kind,
      refreshJti,
      secretHash,
      issuedAt,
      expiresAt,
      session.address,
      session.client,
      session.country,
    ],
  );
}

/** The user of a session that still holds: their role, and what the key that it was begun with lets do. */
export type SessionUser = {
  role_code: string;
  /** Of a role that the account made. */
  role_permissions: string[] | null;
  key_permissions: string[] | null;
  key_workspace_ids: string[] | null;
  /** The account demands a second factor of people, and this user has none. */
  lacks_second_factor: boolean;
  seen_at: Date | null;
  /** In which the session was begun, where that is known. */
  country: string | null;
};

const LACKS_SECOND_FACTOR = `a.second_factor_required and not exists
         (select 1 from second_factors f where f.account_id = u.account_id and f.user_id = u.user_id and f.confirmed_at is not null)
         as lacks_second_factor`;

const FIND_LIVE_SESSION = prepared(
  `select u.role_code, r.permissions as role_permissions, k.permissions as key_permissions, k.workspace_ids as key_workspace_ids,
       ${LACKS_SECOND_FACTOR}, s.seen_at, s.country
     from sessions s
     join accounts a on a.account_id = s.account_id
     join users u on u.account_id = s.account_id and u.user_id = s.user_id
     left join custom_roles r on r.account_id = u.account_id and r.role_code = u.role_code
     left join api_keys k on k.account_id = s.account_id and k.api_key_id = s.api_key_id
     where s.account_id = $1 and s.session_id = $2 and s.user_id = $3
       and s.revoked_at is null and s.expires_at > $4 and u.disabled_at is null and k.revoked_at is null
       and (k.expires_at is null or k.expires_at > $4)`,
);

/** The user behind a session that still holds: neither revoked nor over, user not disabled, its API key neither revoked nor over. */
export function findLiveSession(
  reads: Reads,
  accountId: string,
  sessionId: string,
  userId: string,
  now: Date,
): Promise<SessionUser | undefined> {
  return reads.row<SessionUser>(FIND_LIVE_SESSION, [accountId, sessionId, userId, now]);
}

const FIND_CONSOLE_SESSION = prepared(
  `select s.user_id, u.role_code, r.permissions as role_permissions, null as key_permissions, null as key_workspace_ids,
       ${LACKS_SECOND_FACTOR}, s.secret_hash, s.seen_at, s.expires_at, s.country
     from sessions s
     join accounts a on a.account_id = s.account_id
     join users u on u.account_id = s.account_id and u.user_id = s.user_id
     left join custom_roles r on r.account_id = u.account_id and r.role_code = u.role_code
     where s.account_id = $1 and s.session_id = $2 and s.kind = 'console'
       and s.revoked_at is null and u.disabled_at is null`,
);

export type ConsoleSessionRow = SessionUser & {
  user_id: string;
  secret_hash: Buffer;
  seen_at: Date;
  expires_at: Date;
};

/** A console's session that was not revoked, of a user who is not disabled. Secret and times are the caller's to check. */
export function findConsoleSession(
  reads: Reads,
  accountId: string,
  sessionId: string,
): Promise<ConsoleSessionRow | undefined> {
  return reads.row<ConsoleSessionRow>(FIND_CONSOLE_SESSION, [accountId, sessionId]);
}

/** Whose console session it is or was, whatever has become of it. */
export function findCookieOwner(
  reads: Reads,
  accountId: string,
  sessionId: string,
): Promise<{ user_id: string; secret_hash: Buffer } | undefined> {
  return reads.row(
    `select user_id, secret_hash from sessions where account_id = $1 and session_id = $2 and kind = 'console'`,
    [accountId, sessionId],
  );
}

/** Notes that the session is in use, never back in time, and in which country when that was not known yet. */
export async function touchSession(
  tx: Transaction,
  accountId: string,
  sessionId: string,
  seenAt: Date,
  country: string | null,
): Promise<void> {
  await tx.run(
    `update sessions set seen_at = greatest(seen_at, $3), country = coalesce(country, $4)
     where account_id = $1 and session_id = $2 and (seen_at is null or seen_at < $3)`,
    [accountId, sessionId, seenAt, country],
  );
}

export type ListedSession = {
  session_id: string;
  user_id: string;
  kind: 'api' | 'console';
  api_key_id: string | null;
  address: string | null;
  client: string | null;
  country: string | null;
  created_at: Date;
  seen_at: Date | null;
  expires_at: Date;
};
const MAX_SESSIONS_LISTED = 1_000;

/** A user's sessions that may still be in use, the newest first. `idleSince`: consoles not seen since then are over. */
export function listSessions(
  tx: Transaction,
  accountId: string,
  userId: string,
  now: Date,
  idleSince: Date,
): Promise<ListedSession[]> {
  return tx.rows<ListedSession>(
    `select session_id, user_id, kind, api_key_id, address, client, country, created_at, seen_at, expires_at from sessions
     where account_id = $1 and user_id = $2 and revoked_at is null and expires_at > $3 and (kind = 'api' or seen_at > $4)
     order by created_at desc, session_id limit ${MAX_SESSIONS_LISTED}`,
    [accountId, userId, now, idleSince],
  );
}

export function findSession(
  tx: Transaction,
  accountId: string,
  sessionId: string,
): Promise<{ kind: 'api' | 'console'; created_at: Date; expires_at: Date } | undefined> {
  return tx.row('select kind, created_at, expires_at from sessions where account_id = $1 and session_id = $2', [
    accountId,
    sessionId,
  ]);
}

export function lockSession(tx: Transaction, accountId: string, sessionId: string): Promise<SessionRow | undefined> {
  return tx.row<SessionRow>(
    'select session_id, user_id, refresh_jti, spent_jti, spent_at, issued_at, created_at, expires_at, revoked_at from sessions where account_id = $1 and session_id = $2 for update',
    [accountId, sessionId],
  );
}

/** Spends the refresh token and names its successor. */
export async function rotateSession(
  tx: Transaction,
  accountId: string,
  sessionId: string,
  next: { spentJti: string; refreshJti: string; issuedAt: Date; expiresAt: Date },
): Promise<void> {
  await tx.run(
    'update sessions set spent_jti = $3, spent_at = $5, refresh_jti = $4, issued_at = $5, expires_at = $6 where account_id = $1 and session_id = $2',
    [accountId, sessionId, next.spentJti, next.refreshJti, next.issuedAt, next.expiresAt],
  );
}

/** Returns whether it was still to be revoked. */
export async function revokeSession(
  tx: Transaction,
  accountId: string,
  sessionId: string,
  reason: string,
): Promise<boolean> {
  const revoked = await tx.run(
    'update sessions set revoked_at = now(), revoked_reason = $3 where account_id = $1 and session_id = $2 and revoked_at is null',
    [accountId, sessionId, reason],
  );
  return revoked > 0;
}

/** Every session of the user, but the one that is kept if any is. Returns how many. */
export function revokeSessionsOf(
  tx: Transaction,
  accountId: string,
  userId: string,
  reason: string,
  keptSessionId: string | null = null,
): Promise<number> {
  return tx.run(
    `update sessions set revoked_at = now(), revoked_reason = $3
     where account_id = $1 and user_id = $2 and revoked_at is null and ($4::uuid is null or session_id <> $4)`,
    [accountId, userId, reason, keptSessionId],
  );
}
