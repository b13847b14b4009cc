import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config.ts';
import type { Database } from './platform/database/database.ts';
import { brokeReference } from './platform/database/database-errors.ts';
import { recordByOperator } from './product/audit/record-by-operator.ts';
import { holdRootKey } from './product/keys/store.ts';
import type { AccountKeyring } from './product/sealing/account-keys.ts';
import { doesNotOpen } from './product/sealing/key-records.ts';
import type { KeyStore } from './providers/key-store/key-store.ts';
import { parseKeys, readRootKeyFile, replaceRootKeyFile, rootKeyFileOf } from './root-key.ts';

/**
 * Told before it is done, as the key store takes part in no transaction: killed in between, the rotation that goes on tells
 * it again. The other way round it would find the keys wrapped and tell nothing.
 */
async function recordRewrap(database: Database, accountId: string): Promise<void> {
  await database
    .tenant(accountId, (tx) =>
      recordByOperator(tx, {
        accountId,
        action: 'keys.rewrapped',
        objectIds: {},
      }),
    )
    .catch((error: unknown) => {
      // Keys of an account that is being made just now, or never was: there is no log to write to.
      if (!brokeReference(error)) throw error;
    });
}

/** A rotation of the root key that cannot be made as it was asked for; the message says what to do. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused';
}

type Parts = { database: Database; keyring: AccountKeyring; keyStore: KeyStore; settleMs?: number };

/** An account that is made meanwhile may have been wrapped just before the keys changed; storing it takes far less. */
const SETTLE_MS = 3_000;

/**
 * Wraps every key in the store by the root key that wraps now, beside running servers and again after a crash. Where the
 * root key lies in a file, a new one is made and put in front of it first, and the old one is taken away at the end; no
 * process need be started again. Elsewhere the settings name the new key and then the old one. Each account's audit log tells of it.
 * Returns how many records were wrapped anew, the names of those that do not open and stayed as they are, and the root key's
 * file if it lies in one; the old key stays there while such records do. Throws RotationRefused while another rotation is under
 * way, and where the settings have no second key to go over to.
 */
export async function rotateRootKey(
  config: Config,
  parts: Parts,
): Promise<{ rewrapped: number; closed: string[]; file: string | null }> {
  const path = config.rootKey === null && config.rootKeyProgram === null ? rootKeyFileOf(config) : null;
  const set = config.rootKey === null ? [] : parseKeys(config.rootKey).map((key) => key.toString('hex'));
  if (path === null && config.rootKeyProgram === null && new Set(set).size < 2)
    throw new RotationRefused(
      'NUDGESCRIBE_ROOT_KEY has one key only, so there is none to go over to. Set it to NEW,OLD for all servers and workers ' +
        '(after OLD,NEW, as README.md says) and for this command.',
    );
  return parts.database.acrossAccounts(async (tx) => {
    // Of two, each would put a key of its own into the file, and one take the other's away, which has wrapped by then.
    const hold = async () => {
      if (!(await holdRootKey(tx)))
        throw new RotationRefused('Another rotation of the root key is under way: wait until it has ended.');
    };
    await hold();
    return { ...(await rotateAlone(path, parts, hold)), file: path };
  });
}

/** Begun again it goes on. `hold` throws when somebody else may be at it. */
async function rotateAlone(path: string | null, parts: Parts, hold: () => Promise<void>) {
  const keys = path === null ? null : await readRootKeyFile(path);
  // Two keys in the file: a rotation was stopped in the middle and goes on.
  if (path !== null && keys?.length === 1) await replaceRootKeyFile(path, [randomBytes(32), ...keys]);
  const closed = new Set<string>();
  const pass = async () => {
    let rewrapped = 0;
    for (const name of await parts.keyStore.names()) {
      try {
        if (await parts.keyring.rewrap(name, () => recordRewrap(parts.database, name))) rewrapped += 1;
      } catch (error) {
        if (!doesNotOpen(error)) throw error;
        closed.add(name);
      }
    }
    return rewrapped;
  };
  let rewrapped = 0;
  for (let found = await pass(); ; found = await pass()) {
    rewrapped += found;
    await sleep(parts.settleMs ?? SETTLE_MS);
    const late = await pass();
    rewrapped += late;
    if (late === 0) break;
  }
  // What some of their keys may open by still must not go.
  if (path !== null && closed.size === 0) {
    await hold();
    const [first] = (await readRootKeyFile(path)) ?? [];
    if (first !== undefined) await replaceRootKeyFile(path, [first]);
  }
  return { rewrapped, closed: [...closed] };
}
