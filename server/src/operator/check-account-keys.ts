import { join } from 'node:path';
import { accountsInUse } from '../product/accounts/erase-account.ts';
import { AccountKeysDestroyed, AccountKeysMissing } from '../product/sealing/account-keys.ts';
import type { Services } from '../product/services.ts';
import { bad, type Finding, good } from './finding.ts';

type State = 'opens' | 'missing' | 'destroyed' | 'closed';

/** What comes of opening all keys of an account, as whoever works for it does. */
async function stateOf({ keyring }: Services, accountId: string): Promise<State> {
  try {
    await keyring.forAccount(accountId);
    return 'opens';
  } catch (error) {
    if (error instanceof AccountKeysDestroyed) return 'destroyed';
    return error instanceof AccountKeysMissing ? 'missing' : 'closed';
  }
}

/** Whether the keys of every account in use are there and open: one that does not closes its account, and no other. */
export async function checkAccountKeys(services: Services): Promise<Finding[]> {
  const accounts = await accountsInUse(services);
  const found: Record<State, string[]> = { opens: [], missing: [], destroyed: [], closed: [] };
  for (const accountId of accounts) found[await stateOf(services, accountId)].push(accountId);
  const { missing, destroyed, closed } = found;
  const keys = join(services.config.dataDir, 'keys');
  const findings: Finding[] = [];
  if (missing.length > 0)
    findings.push(
      bad(
        `The keys of ${missing.length} accounts are missing in ${keys}, such as those of ${missing[0]}.`,
        `Nothing of them opens without. Copy each one's folder from the newest copy of the keys ("keys" in what "backup --keys" wrote) into ${keys}.`,
      ),
    );
  if (closed.length > 0)
    findings.push(
      bad(
        `The keys of ${closed.length} accounts do not open, such as those of ${closed[0]}.`,
        'Run "npm run operator -- keys status". Where it names a root key that is not in the settings, put that one behind the others there and run "keys rotate-root". Otherwise they are damaged or cannot be read: put their folders from the newest copy of the keys in place of them.',
      ),
    );
  if (destroyed.length > 0)
    findings.push(
      bad(
        `${destroyed.length} accounts that were erased are in the database, such as ${destroyed[0]}.`,
        'Start the server again: it erases them anew.',
      ),
    );
  return findings.length > 0 ? findings : [good(`The keys of all ${accounts.length} accounts in use open.`)];
}
