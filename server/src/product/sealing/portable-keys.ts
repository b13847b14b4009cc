import type { KeyObject } from 'node:crypto';
import type { AccountKeys } from './account-keys.ts';

/** The keys that sealing profiles and indexing identifiers take, in a form that may be handed to a thread of this process. */
export type PortableKeys = {
  accountId: string;
  version: number;
  commitment: Uint8Array;
  profileKey: KeyObject;
  profileTagKey: KeyObject;
  indexKey: KeyObject;
  digestKey: KeyObject;
};

export function portableKeys(keys: AccountKeys): PortableKeys {
  const { version, commitment, profileKey, profileTagKey } = keys.current;
  const { accountId, indexKey, digestKey } = keys;
  return { accountId, version, commitment, profileKey, profileTagKey, indexKey, digestKey };
}

/** Keys that seal as those they came from. They open nothing: neither older versions nor objects are handed over. */
export function portedKeys(ported: PortableKeys): AccountKeys {
  const { accountId, version, profileKey, profileTagKey, indexKey, digestKey } = ported;
  const commitment = Buffer.from(ported.commitment);
  return {
    accountId,
    current: { version, commitment, profileKey, profileTagKey, objectSecret: Buffer.alloc(0) },
    version: () => undefined,
    versions: [],
    indexKey,
    digestKey,
  };
}

/** The keys that open an account's profiles, whichever version sealed them, for a thread of this process. They open nothing else and seal nothing. */
export type OpeningKeys = {
  versions: { version: number; commitment: Uint8Array; profileKey: KeyObject; profileTagKey: KeyObject }[];
};

export function openingKeys(keys: AccountKeys): OpeningKeys {
  return {
    versions: keys.versions.map(({ version, commitment, profileKey, profileTagKey }) => ({
      version,
      commitment,
      profileKey,
      profileTagKey,
    })),
  };
}

export function portedOpeningKeys(ported: OpeningKeys): Pick<AccountKeys, 'version'> {
  const versions = new Map(
    ported.versions.map(({ version, commitment, ...keys }) => [
      version,
      { version, commitment: Buffer.from(commitment), objectSecret: Buffer.alloc(0), ...keys },
    ]),
  );
  return { version: (version) => versions.get(version) };
}
