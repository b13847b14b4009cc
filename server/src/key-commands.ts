import { parseArgs } from 'node:util';
import type { Config } from './config.ts';
import { UsageMistake } from './operator/usage-mistake.ts';
import { withServices } from './operator/with-services.ts';
import { isUuid } from './platform/ids/ids.ts';
import { accountsInUse } from './product/accounts/erase-account.ts';
import { beginRotation, lastRotation } from './product/keys/rotate-account-keys.ts';
import { doesNotOpen, wrappedKeys } from './product/sealing/key-records.ts';
import type { Services } from './product/services.ts';
import { readWrapped } from './providers/root-key/root-key.ts';
import { loadRootKey } from './root-key.ts';
import { RotationRefused, rotateRootKey } from './rotate-root-key.ts';

type Print = (text: string) => void;

async function rotateAccounts(config: Config, args: string[], print: Print): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false } },
  });
  if (values.all === positionals.length > 0 || !positionals.every(isUuid))
    throw new UsageMistake('keys rotate needs the ids of accounts, or --all.');
  await withServices(config, async (services) => {
    for (const accountId of values.all ? await accountsInUse(services) : positionals) {
      const jobId = await beginRotation(services, accountId);
      print(`${accountId}  ${jobId === null ? 'has nothing sealed' : `job ${jobId}`}`);
    }
  });
  print('A server or worker does it, while everything is served: `keys status` tells how far it is.');
}

/** How far the account's last rotation is; nothing when there was none. */
async function rotationText(services: Services, accountId: string): Promise<string> {
  const job = await lastRotation(services, accountId);
  if (job === undefined) return '';
  const { job_id, status, progress_done: done, progress_total: total, error_message: error } = job;
  const what = `${status} at ${done} of ${total} customers, ${job.updated_at.toISOString()}`;
  const next = status === 'failed' ? ' Begin again with `keys rotate`.' : '';
  return `  rotation ${job_id} ${what}${error === null ? '' : `: ${error}${next}`}`;
}

/** Which root keys there are, in the settings or only in the store, and how much each has wrapped. */
async function printRootKeys(config: Config, wrapped: ReadonlyMap<string, number>, print: Print): Promise<void> {
  const set = await (await loadRootKey(config)).names();
  print('Root keys, those of the settings first and in their order:');
  for (const name of new Set([...set, ...wrapped.keys()])) {
    const place = set.indexOf(name);
    const role = place === 0 ? 'wraps and opens' : place > 0 ? 'opens' : 'is not in the settings and opens nothing';
    print(`${name}  ${role}; ${wrapped.get(name) ?? 0} keys are wrapped by it`);
  }
}

/** What is told of one record, and counted by root key; null when it has gone meanwhile. */
async function recordText(services: Services, name: string, wrapped: Map<string, number>): Promise<string | null> {
  const record = (await services.keyStore.get(name))?.record;
  if (record === undefined) return null;
  if (record.kind === 'destroyed') return `${name}  destroyed ${record.destroyed_at}`;
  const by = wrappedKeys(record).map((one) => readWrapped(one).keyName);
  for (const keyName of by) wrapped.set(keyName, (wrapped.get(keyName) ?? 0) + 1);
  const wrapping = `wrapped by ${[...new Set(by)].join(', ')}`;
  if (record.kind === 'server') return `${name}  ${wrapping}`;
  const versions = record.versions.map((one) => one.version).join(', ');
  return `${name}  versions ${versions}  ${wrapping}${await rotationText(services, name)}`;
}

async function keysStatus(config: Config, print: Print): Promise<void> {
  await withServices(config, async (services) => {
    const wrapped = new Map<string, number>();
    for (const name of await services.keyStore.names()) {
      const text = await recordText(services, name, wrapped).catch((error: unknown) => {
        if (doesNotOpen(error)) return `${name}  cannot be read`;
        throw error;
      });
      if (text !== null) print(text);
    }
    await printRootKeys(config, wrapped, print);
  });
}

const NEW_BACKUP =
  'Copies of the keys from before open under the old root key only: make a new backup, with a new --keys folder, before you ' +
  'destroy them or that key.';

async function rotateRoot(config: Config, print: Print): Promise<void> {
  await withServices(config, async ({ database, keyring, keyStore }) => {
    const { rewrapped, closed, file } = await rotateRootKey(config, { database, keyring, keyStore });
    const [now = ''] = await (await loadRootKey(config)).names();
    if (file === null && rewrapped === 0 && closed.length === 0) {
      print(`Everything is wrapped by the first root key already, ${now}: nothing was changed. Is the new one first?`);
      print('`keys status` tells which keys are set, and whether the other one still wraps anything.');
      return;
    }
    print(`${rewrapped} records of the key store were wrapped anew, by the root key ${now}.`);
    if (file === null)
      print(
        'Servers and workers that do not wrap by that key first may have added keys under the old one: start them again with ' +
          'it first, and give this command again. Take the old one out of the settings once `keys status` shows that it wraps 0 keys.',
      );
    else if (closed.length === 0) print(`It alone is left in ${file}: copy it to where you keep it.`);
    else print(`It stands first in ${file}, and the old one behind it: copy both to where you keep them.`);
    print(NEW_BACKUP);
    if (closed.length > 0)
      throw new RotationRefused(
        `These do not open and stayed as they are: ${closed.join(', ')}. Put their folders from a copy of the keys in place of ` +
          'them, with the root key of that time behind the others, or erase their accounts; and give this command again.',
      );
  });
}

/** `keys status | rotate | rotate-root`. */
export async function keysCommand(config: Config, [what, ...args]: string[], print: Print): Promise<void> {
  if (what === 'rotate') return rotateAccounts(config, args, print);
  if (what !== 'status' && what !== 'rotate-root') throw new UsageMistake('keys needs status, rotate or rotate-root.');
  // These take no options: one that is mistyped must not be left unread.
  parseArgs({ args, options: {} });
  return what === 'status' ? keysStatus(config, print) : rotateRoot(config, print);
}
