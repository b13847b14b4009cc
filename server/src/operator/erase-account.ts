import { type FileHandle, open, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { isUuid } from '../platform/ids/ids.ts';
import { eraseAccount, isOfNothing, lookAtAccount } from '../product/accounts/erase-account.ts';
import { UsageMistake } from './usage-mistake.ts';
import { withServices } from './with-services.ts';

type Print = (text: string) => void;

/** The file for the receipt, made before anything is erased: afterwards nothing could be taken back. */
function newFile(path: string): Promise<FileHandle> {
  return open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new UsageMistake(
      error.code === 'EEXIST'
        ? `${path} is there already, and nothing was erased: a receipt writes over nothing. Name a new file with --receipt.`
        : `${path} cannot be made (${error.code}), and nothing was erased. Name another file with --receipt.`,
    );
  });
}

/**
 * `account erase`: destroys an account's keys and deletes what it has. Prints the receipt, then writes it into a new file, if
 * one is named.
 */
export async function eraseAccountCommand(args: string[], environment: NodeJS.ProcessEnv, print: Print): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { account: { type: 'string' }, name: { type: 'string' }, receipt: { type: 'string' } },
  });
  const { account, name, receipt: path } = values;
  if (!isUuid(account)) throw new UsageMistake('--account needs an id.');
  await withServices(readConfig(environment), async (services) => {
    const found = await lookAtAccount(services, account);
    if (found === null) throw new UsageMistake('There is no such account.');
    // Begun again after a kill, the name is gone already.
    if (found.erased_at === null && found.account_name !== name)
      throw new UsageMistake(
        `This cannot be taken back. Say the account's name with --name to show that you mean it: it is "${found.account_name}".`,
      );
    const file = path === undefined ? null : await newFile(path);
    let isWritten = false;
    try {
      const receipt = await eraseAccount(services, account);
      if (found.erased_at !== null && isOfNothing(receipt)) {
        print(
          `This account was erased already, at ${found.erased_at.toISOString()}. Nothing was left to erase, so there is no receipt. Its audit log ends at ${receipt.audit_end}.`,
        );
        return;
      }
      const text = JSON.stringify(receipt, null, 2);
      // Before the file is written: nobody can make the receipt anew.
      print(text);
      await file?.writeFile(`${text}\n`);
      await file?.sync();
      isWritten = true;
    } finally {
      await file?.close();
      // An empty one would be taken for a receipt, and would stand in the way of another try.
      if (path !== undefined && !isWritten) await rm(path, { force: true });
    }
  });
}
