/** One account's keys as they are kept: wrapped by the root key, so that this store alone opens nothing. */
export type KeyRecord = {
  account_id: string;
  /** The secret behind blind indexes and digests; it stays when profile keys rotate, because both must still match. */
  wrapped_index_secret: string;
  /** Profile keys, oldest first; the last one seals. */
  versions: { version: number; wrapped_key: string }[];
};

/** Where account keys live: apart from the database, so that a dump or an old backup of it opens nothing. */
export type KeyStore = {
  get(accountId: string): Promise<KeyRecord | null>;
  /** Stores the record of a new account. Throws KeyRecordExists when there is one. */
  create(record: KeyRecord): Promise<void>;
  /** Destroys the record: everything sealed under it stays closed for ever. */
  delete(accountId: string): Promise<void>;
};

export class KeyRecordExists extends Error {
  override readonly name = 'KeyRecordExists';
}
