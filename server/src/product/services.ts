import type { Config } from '../config.ts';
import type { Clock } from '../platform/clock/clock.ts';
import type { Database } from '../platform/database/database.ts';
import { type AnyBody, type Call, defineEndpoint, type Endpoint } from '../platform/http/endpoint.ts';
import type { Turns } from '../platform/http/turns.ts';
import type { JobQueue } from '../platform/jobs/queue.ts';
import type { Log } from '../platform/log/log.ts';
import type { Geography } from '../providers/geography/geography.ts';
import type { KeyStore } from '../providers/key-store/key-store.ts';
import type { ObjectStorage } from '../providers/object-storage/object-storage.ts';
import type { AuditKeys } from './audit/chain.ts';
import type { CookieRules } from './identity/console-cookie.ts';
import type { Tokens } from './identity/tokens.ts';
import type { JobKind } from './jobs/job.ts';
import type { AccountKeyring } from './sealing/account-keys.ts';
import type { Writer } from './writing/writer.ts';

/** What the composition root builds once and every handler and job may use. */
export type Services = {
  config: Config;
  clock: Clock;
  log: Log;
  database: Database;
  queue: JobQueue;
  objects: ObjectStorage;
  keyring: AccountKeyring;
  /** Beside the keys it keeps what was erased, out of the database's reach. */
  keyStore: KeyStore;
  tokens: Tokens;
  /** How browsers reach this installation, for the console's cookie. */
  cookies: CookieRules;
  /** Seals audit events and signs the ends of their chain. */
  auditKeys: AuditKeys;
  /** In which countries callers are, where the operator supplies that. */
  geography: Geography;
  /** Of an account's imports one at a time stores what it has read: the database is everybody's. */
  storing: Turns;
  /** Hashes who tries to sign in from where. */
  attemptKey: Buffer;
  /** Signs links to published files. */
  linkKey: Buffer;
  /** Signs lists of backups. */
  backupKey: Buffer;
  /** By the name that campaigns give; `offline` is always there. */
  writers: ReadonlyMap<string, Writer>;
  /** Every kind of background work, so that a cancelled job can tell its capability. */
  jobKinds: readonly JobKind<Services>[];
};

export type ProductCall<Body> = Call<Services, Body>;

/** defineEndpoint for this product's services. */
export function endpoint<Body extends AnyBody>(
  spec: Parameters<typeof defineEndpoint<Services, Body>>[0],
): Endpoint<Services> {
  return defineEndpoint<Services, Body>(spec);
}
