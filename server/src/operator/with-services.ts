import type { Config } from '../config.ts';
import { openServices } from '../open-services.ts';
import type { Services } from '../product/services.ts';

/**
 * Does an operator's work with the services of this installation, beside a running server or alone, and closes them.
 * Throws MigrationsPending where the installation is of an older version, unless the work `migrates` it.
 */
export async function withServices<T>(
  config: Config,
  work: (services: Services) => Promise<T>,
  migrates = false,
): Promise<T> {
  const { services, close } = await openServices({ ...config, logLevel: 'warn' }, { database: 'either', migrates });
  try {
    return await work(services);
  } finally {
    await close();
  }
}
