import type { Config } from '../config.ts';
import { openServices } from '../open-services.ts';
import type { Services } from '../product/services.ts';

/** Does an operator's work with the services of this installation, beside a running server or alone, and closes them. */
export async function withServices<T>(config: Config, work: (services: Services) => Promise<T>): Promise<T> {
  const { services, close } = await openServices({ ...config, logLevel: 'warn' }, { database: 'either' });
  try {
    return await work(services);
  } finally {
    await close();
  }
}
