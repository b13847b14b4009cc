import { readConfig } from '../../src/config.ts';
import { withServices } from '../../src/operator/with-services.ts';
import { rotateRootKey } from '../../src/rotate-root-key.ts';

// `keys rotate-root` as an operator runs it, but that it kills itself when it has wrapped so many records anew.

let left = Number(process.argv[2]);
const config = readConfig(process.env);
await withServices(config, async ({ database, keyring, keyStore }) => {
  const rewrap: typeof keyring.rewrap = async (name, first) => {
    const isNew = await keyring.rewrap(name, first);
    if (isNew) left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return isNew;
  };
  await rotateRootKey(config, { database, keyring: { ...keyring, rewrap }, keyStore });
});
