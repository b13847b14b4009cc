import type { Services } from '../services.ts';
import { createAccount, type MadeAccount } from './create-account.ts';
import { lockFirstAccount } from './store.ts';

/** First start of a production server without the credentials it would have to print. */
export class BootstrapRefused extends Error {
  override readonly name = 'BootstrapRefused';
}

const DEFAULT_EMAIL = 'admin@nudgescribe.local';

/**
 * Makes the first account when there is none, once even if two servers start together. Outside production missing
 * credentials are made and given back to be printed once. Null when there was an account already.
 */
export async function bootstrap(services: Services): Promise<MadeAccount | null> {
  const { email, password, apiKey } = services.config.bootstrap;
  return services.database.acrossAccounts(async (tx) => {
    if (await lockFirstAccount(tx)) return null;
    if (services.config.mode === 'production' && (email === null || password === null || apiKey === null)) {
      throw new BootstrapRefused(
        'The first start in production needs NUDGESCRIBE_BOOTSTRAP_EMAIL, NUDGESCRIBE_BOOTSTRAP_PASSWORD and NUDGESCRIBE_BOOTSTRAP_API_KEY: secrets are never printed there.',
      );
    }
    // The account is made in a transaction of its own, under the lock that this one holds.
    return createAccount(services, {
      accountName: 'Account',
      workspaceName: 'Main',
      email: email ?? DEFAULT_EMAIL,
      password,
      apiKey,
    });
  });
}
