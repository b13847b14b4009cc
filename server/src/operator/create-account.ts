import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Config, ConfigMistakes, readConfig } from '../config.ts';
import { createAccount } from '../product/accounts/create-account.ts';
import { UsageMistake } from './usage-mistake.ts';
import { withServices } from './with-services.ts';

/** What the checks of the first start call what this command is told in its own way. */
const OWN_WORDS = {
  NUDGESCRIBE_BOOTSTRAP_EMAIL: '--email',
  NUDGESCRIBE_BOOTSTRAP_PASSWORD: 'The password in the first line',
  NUDGESCRIBE_BOOTSTRAP_API_KEY: 'The API key in the second line',
};

/**
 * The settings, with what the account is to get in the place of what the first one got: the same is asked of both. Whatever
 * the environment has for the first one is left out, as two accounts must not get the same password unnoticed.
 */
function withCredentials(environment: NodeJS.ProcessEnv, email: string, secrets: readonly string[]): Config {
  const [password = '', apiKey = ''] = secrets;
  try {
    return readConfig({
      ...environment,
      NUDGESCRIBE_BOOTSTRAP_EMAIL: email,
      NUDGESCRIBE_BOOTSTRAP_PASSWORD: password,
      NUDGESCRIBE_BOOTSTRAP_API_KEY: apiKey,
    });
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error;
    throw new ConfigMistakes(
      error.mistakes.map((mistake) =>
        Object.entries(OWN_WORDS).reduce((told, [name, words]) => told.replace(name, words), mistake),
      ),
    );
  }
}

/** `account create`: a further account. Secrets come by `input`: arguments stand in lists of processes and histories. */
export async function createAccountCommand(
  args: string[],
  environment: NodeJS.ProcessEnv,
  input: Readable,
): Promise<string> {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      email: { type: 'string' },
      workspace: { type: 'string' },
      'secrets-from-stdin': { type: 'boolean', default: false },
    },
  });
  const { name, email, workspace } = values;
  if (!name || !email) throw new UsageMistake('account create needs --name and --email.');
  const secrets = values['secrets-from-stdin'] ? (await text(input)).trimEnd().split(/\r?\n/) : [];
  if (secrets.length > 2) throw new UsageMistake('Standard input has two lines: the password, and the API key.');
  const config = withCredentials(environment, email, secrets);
  const { password, apiKey } = config.bootstrap;
  const made = await withServices(config, (services) =>
    createAccount(services, { accountName: name, email, password, apiKey, workspaceName: workspace ?? 'Main' }),
  );
  const told = {
    account_id: made.accountId,
    workspace_id: made.workspaceId,
    email: made.email,
    password: made.password,
    api_key: made.apiKey,
  };
  return JSON.stringify(told, null, 2);
}
