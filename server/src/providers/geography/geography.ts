/** In which country an address is. */
export type Geography = {
  /** The country's ISO 3166 code in capital letters; null where it is not known. */
  countryOf(address: string): string | null;
  close(): void;
};

/** Where the operator supplies no database: nothing is known of any address. */
export const nowhere: Geography = { countryOf: () => null, close: () => undefined };
