import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { isUuid } from '../platform/ids/ids.ts';
import { linkByOperator } from '../product/identity/link-by-operator.ts';
import { UsageMistake } from './usage-mistake.ts';
import { withServices } from './with-services.ts';

/** `account password-link`: a one-time link for a user whom no administrator can help. Returns the text to print. */
export async function passwordLinkCommand(args: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const { values } = parseArgs({
    args,
    options: {
      email: { type: 'string' },
      account: { type: 'string' },
      'without-second-factor': { type: 'boolean', default: false },
    },
  });
  const { email, account } = values;
  if (email === undefined || email === '') throw new UsageMistake('--email needs an email.');
  if (account !== undefined && !isUuid(account)) throw new UsageMistake('--account needs an id.');
  const config = readConfig(environment);
  const wish = { email, accountId: account ?? null, dropSecondFactor: values['without-second-factor'] };
  const made = await withServices(config, (services) => linkByOperator(services, wish));
  switch (made.kind) {
    case 'unknown':
      throw new UsageMistake('No user has this email.');
    case 'several':
      throw new UsageMistake(
        `Several accounts have a user with this email. Add --account with one of ${made.accounts.join(', ')}.`,
      );
    case 'disabled':
      throw new UsageMistake('This user is disabled. An administrator can enable the user.');
    case 'made': {
      const address = config.publicUrl ?? `http://127.0.0.1:${config.port}`;
      return `Open this once, until ${made.expiresAt.toISOString()}, to choose a new password:\n${address}${made.path}`;
    }
  }
}
