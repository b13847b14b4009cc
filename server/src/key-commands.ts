import { parseArgs } from 'node:util';
import type { Config } from './config.ts';
import { UsageMistake } from './operator/usage-mistake.ts';
import { withServices } from './operator/with-services.ts';
import { isUuid } from './platform/ids/ids.ts';
import { accountsInUse } from './product/accounts/erase-account.ts';
import { beginRotation } from './product/keys/rotate-account-keys.ts';
import { readWrapped } from './providers/root-key/root-key.ts';
import { rotateRootKey } from './rotate-root-key.ts';

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

async function keysStatus(config: Config, print: Print): Promise<void> {
  await withServices(config, async (services) => {
    for (const name of await services.keyStore.names()) {
      const kept = await services.keyStore.get(name);
      if (kept === null) continue;
      const { record } = kept;
      if (record.kind === 'destroyed') print(`${name}  destroyed ${record.destroyed_at}`);
      else if (record.kind === 'server') print(`${name}  wrapped by ${readWrapped(record.wrapped_secret).keyName}`);
      else
        print(
          `${name}  versions ${record.versions.map((one) => one.version).join(', ')}  wrapped by ${readWrapped(record.wrapped_index_secret).keyName}`,
        );
    }
  });
}

async function rotateRoot(config: Config, print: Print): Promise<void> {
  await withServices(config, async ({ database, keyring, keyStore }) => {
    const { rewrapped, inFile } = await rotateRootKey(config, { database, keyring, keyStore });
    print(`${rewrapped} records of the key store are wrapped by the new root key.`);
    if (!inFile)
      print('Take the old root key out of the settings of all servers and workers, and start them again one by one.');
  });
}

/** `keys status | rotate | rotate-root`. */
export async function keysCommand(config: Config, [what, ...args]: string[], print: Print): Promise<void> {
  if (what === 'status') return keysStatus(config, print);
  if (what === 'rotate') return rotateAccounts(config, args, print);
  if (what === 'rotate-root') return rotateRoot(config, print);
  throw new UsageMistake('keys needs status, rotate or rotate-root.');
}
