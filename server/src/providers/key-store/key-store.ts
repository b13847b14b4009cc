/** One version of an account's profile key, wrapped by the root key. It seals from that moment on, and opens at once. */
export type WrappedVersion = { version: number; wrapped_key: string; seals_from: string };

/** One account's keys as they are kept: wrapped by the root key, so that this store alone opens nothing. */
export type AccountKeyRecord = {
  kind: 'account';
  account_id: string;
  /** The secret behind blind indexes and digests; it stays when profile keys rotate, because both must still match. */
  wrapped_index_secret: string;
  /** Profile keys, oldest first. */
  versions: WrappedVersion[];
};

/** What is left of an account whose keys were destroyed. It stays for ever: keys that come back from a copy do not count. */
export type DestroyedRecord = {
  kind: 'destroyed';
  account_id: string;
  destroyed_at: string;
  /** Which keys those were: the commitment stands in everything they sealed; null when they would not open any more. */
  versions: { version: number; commitment: string | null }[];
};

/** The secret that the server's own keys are derived from: tokens, links, audit seals, passwords of database roles. */
export type ServerKeyRecord = { kind: 'server'; wrapped_secret: string };

export type KeyRecord = AccountKeyRecord | DestroyedRecord | ServerKeyRecord;
/** A record and how often it has been replaced: who wants to replace it names what it saw. */
export type KeptRecord = { record: KeyRecord; generation: number };

/** Customers that were erased: ids and keyed hashes, by which a restored older database is told to forget them again. */
export type ErasureNote = {
  /** A time-ordered uuid. */
  erasure_id: string;
  account_id: string;
  workspace_id: string;
  customer_ids: string[];
  blind_indexes: string[];
};

/** The name of the server's own record; every other one has an account's id for a name. */
export const SERVER_RECORD = 'server';

/**
 * Where keys live, and what was destroyed and erased: apart from the database, with a life of its own, so that a dump or
 * an old backup of the database opens nothing, and brings nobody back who was erased since.
 */
export type KeyStore = {
  get(name: string): Promise<KeptRecord | null>;
  /** Stores a new record. Throws KeyRecordExists when there is one. */
  create(name: string, record: KeyRecord): Promise<void>;
  /** Replaces the record that was seen, and destroys it. Throws KeyRecordChanged when it is another one by now. */
  replace(name: string, seen: KeptRecord, record: KeyRecord): Promise<void>;
  /** Takes away a record that nobody has used, without a trace. */
  discard(name: string): Promise<void>;
  /** Every record's name, sorted. */
  names(): Promise<string[]>;
  /** Keeps the note; keeping the same one again changes nothing. */
  noteErasure(note: ErasureNote): Promise<void>;
  /** The accounts of which there are notes, sorted. */
  accountsWithErasures(): Promise<string[]>;
  /** The ids of an account's notes in the order of time, and one of them. */
  erasures(accountId: string): Promise<string[]>;
  erasure(accountId: string, erasureId: string): Promise<ErasureNote>;
};

export class KeyRecordExists extends Error {
  override readonly name = 'KeyRecordExists';
}

/** It is there and cannot be read: never the same as keys that are missing. */
export class KeyRecordDamaged extends Error {
  override readonly name = 'KeyRecordDamaged';
}

export class KeyRecordChanged extends Error {
  override readonly name = 'KeyRecordChanged';
}
