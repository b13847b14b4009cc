import { z } from 'zod';

export const MODES = ['upsert', 'create_only', 'update_only'] as const;
export const DELIMITERS = [',', ';', '\t', '|'] as const;
const MAX_MAPPED_HEADERS = 1_000;

/** What a caller may choose about an import. */
export type ImportOptions = {
  validate_only: boolean;
  on_error: 'reject' | 'skip';
  mode: (typeof MODES)[number];
  blank_cells: 'keep' | 'clear';
  field_map: Record<string, string | null>;
  delimiter: (typeof DELIMITERS)[number] | null;
};

/**
 * What of that is stored with an import, so that every chunk is decided alike. The names that `field_map` maps are taken
 * from the file and may be somebody's values, so it is sealed; it stands here where an older version queued the import.
 */
export type StoredOptions = Omit<ImportOptions, 'field_map'> & Partial<Pick<ImportOptions, 'field_map'>>;

export const optionFields = {
  validate_only: z.boolean().optional().describe('Checks everything and stores nothing. Default false.'),
  on_error: z
    .enum(['reject', 'skip'])
    .optional()
    .describe('reject (default): one bad row and nothing is stored. skip: bad rows are left out.'),
  mode: z.enum(MODES).optional().describe('Default upsert. Rows that the mode excludes count as skipped.'),
  blank_cells: z.enum(['keep', 'clear']).optional().describe('What a blank cell does to a stored value. Default keep.'),
  field_map: z
    .record(z.string().max(1_000), z.string().max(100).nullable())
    .refine((map) => Object.keys(map).length <= MAX_MAPPED_HEADERS, 'maps more than 1,000 headers')
    .optional()
    .describe('From header to field_name; null drops the column. Other headers keep their name.'),
  delimiter: z.enum(DELIMITERS).optional().describe('Detected when left out.'),
};

type Given = { [Key in keyof typeof optionFields]?: z.output<(typeof optionFields)[Key]> };

/** The options with the contract's defaults in place. */
export function importOptions(given: Given): ImportOptions {
  return {
    validate_only: given.validate_only ?? false,
    on_error: given.on_error ?? 'reject',
    mode: given.mode ?? 'upsert',
    blank_cells: given.blank_cells ?? 'keep',
    field_map: given.field_map ?? {},
    delimiter: given.delimiter ?? null,
  };
}
