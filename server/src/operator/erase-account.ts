import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { isUuid } from '../platform/ids/ids.ts';
import { eraseAccount, lookAtAccount } from '../product/accounts/erase-account.ts';
import { UsageMistake } from './usage-mistake.ts';
import { withServices } from './with-services.ts';

/** `account erase`: destroys an account's keys and deletes what it has. Returns the receipt as text to print. */
export async function eraseAccountCommand(args: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const { values } = parseArgs({
    args,
    options: { account: { type: 'string' }, name: { type: 'string' }, receipt: { type: 'string' } },
  });
  const { account, name } = values;
  if (!isUuid(account)) throw new UsageMistake('--account needs an id.');
  return withServices(readConfig(environment), async (services) => {
    const found = await lookAtAccount(services, account);
    if (found === null) throw new UsageMistake('There is no such account.');
    // Begun again after a kill, the name is gone already.
    if (found.erased_at === null && found.account_name !== name)
      throw new UsageMistake(
        `This cannot be taken back. Say the account's name with --name to show that you mean it: it is "${found.account_name}".`,
      );
    const receipt = `${JSON.stringify(await eraseAccount(services, account), null, 2)}\n`;
    if (values.receipt !== undefined) await writeFile(values.receipt, receipt, { mode: 0o600 });
    return receipt;
  });
}
