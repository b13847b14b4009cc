import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { isUuid } from '../platform/ids/ids.ts';
import { everyAccount } from '../product/audit/every-account.ts';
import { vanishedAccounts } from '../product/audit/vanished-accounts.ts';
import { readKnownLink, reportText, verifyAccount } from '../product/audit/verify-account.ts';
import { UsageMistake } from './usage-mistake.ts';
import { withServices } from './with-services.ts';

/** `audit verify`: every account's audit trail, or one's. False when something is wrong. */
export async function verifyAuditCommand(
  args: string[],
  environment: NodeJS.ProcessEnv,
  print: (text: string) => void,
): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { account: { type: 'string' }, known: { type: 'string', multiple: true } },
  });
  const { account } = values;
  if (account !== undefined && !isUuid(account)) throw new UsageMistake('--account needs an id.');
  if (values.known !== undefined && account === undefined)
    throw new UsageMistake('--known needs --account: a point belongs to one chain.');
  const known = (values.known ?? []).map((text) => {
    const link = readKnownLink(text);
    if (link === null) throw new UsageMistake('--known needs POSITION:HASH as "audit verify" prints it.');
    return link;
  });
  return withServices(readConfig(environment), async (services) => {
    const isMeant = (accountId: string) => account === undefined || accountId === account.toLowerCase();
    const accounts = (await everyAccount(services)).filter(isMeant);
    const vanished = (await vanishedAccounts(services)).filter(isMeant);
    if (accounts.length + vanished.length === 0) {
      if (account !== undefined) throw new UsageMistake('There is no such account.');
      print('There is no account: this database is a new one, or was emptied, or is not the one you mean.');
      return false;
    }
    let isIntact = vanished.length === 0;
    for (const accountId of accounts) {
      const report = await verifyAccount(services, accountId, known);
      print(reportText(accountId, report));
      if (!report.intact) isIntact = false;
    }
    for (const accountId of vanished)
      print(`${accountId}  NOT INTACT  the account is gone from the database: only its keys and its anchor are left`);
    return isIntact;
  });
}
