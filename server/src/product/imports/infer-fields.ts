import { z } from 'zod';
import { EXAMPLE_ID, idSchema } from '../../platform/http/schemas.ts';
import { rulesSchema } from '../fields/definition-schemas.ts';
import { FIELD_TYPES } from '../fields/field.ts';
import { inferFields } from '../fields/infer.ts';
import { valueInHeader } from '../fields/value-as-header.ts';
import { endpoint } from '../services.ts';
import { type CsvRow, createCsvParser } from './csv-parser.ts';
import { importFailures } from './errors.ts';
import { ParseFault } from './parse-fault.ts';

const SAMPLE_BYTES = 1024 * 1024;
const MAX_SAMPLE_COLUMNS = 200;

const proposalSchema = z
  .object({
    field_name: z.string(),
    display_name: z.string(),
    field_type: z.enum(FIELD_TYPES),
    field_format: z.string().nullable(),
    is_required: z.boolean(),
    is_unique: z.boolean(),
    is_sensitive: z.boolean(),
    options: z.array(z.string()).nullable(),
    validation_rules: rulesSchema.nullable(),
    samples: z.array(z.string()).describe('A few different values of the column.'),
    is_ambiguous: z.boolean().describe('More than one date format fits every value; the first one is proposed.'),
  })
  .meta({ id: 'ProposedField' });

/** The sample's records; a last line that the sample cuts off is left out. Throws sample_unreadable (400). */
function readSample(text: string): { rows: CsvRow[]; delimiter: string } {
  const parser = createCsvParser();
  try {
    const rows = parser.write(Buffer.from(text));
    // The end of the sample need not be the end of the file: an open quote there is no fault of the file.
    try {
      rows.push(...parser.end());
    } catch (error) {
      if (rows.length < 2) throw error;
    }
    return { rows, delimiter: parser.delimiter ?? ',' };
  } catch (error) {
    if (error instanceof ParseFault) throw importFailures.sample_unreadable({ message: error.message });
    throw error;
  }
}

export const inferEndpoints = [
  endpoint({
    name: 'fields.infer',
    method: 'POST',
    path: '/v1/cpf/infer',
    summary: 'Propose fields for a CSV sample',
    description:
      'Reads up to 1 MB of CSV text and proposes a field for every column. Stores nothing. Refused with header_missing where a header is an email address, a phone number or a date, or a number and nothing shows that the line is one of names.',
    access: { kind: 'workspace', permission: 'fields.read' },
    // JSON may write one byte of the sample as six (\\u0000).
    maxBodyBytes: 8 * SAMPLE_BYTES,
    body: z.strictObject({
      workspace_id: idSchema,
      sample: z
        .string()
        .min(1, 'must not be empty')
        .refine((text) => Buffer.byteLength(text) <= SAMPLE_BYTES, 'must be at most 1 MB'),
    }),
    reply: z.object({
      fields: z.array(proposalSchema),
      field_map: z.record(z.string(), z.string().nullable()),
      delimiter: z.string(),
    }),
    example: { workspace_id: EXAMPLE_ID, sample: 'customer_number,plan\nC-1,basic\nC-2,plus\n' },
    failures: [importFailures],
    handle: async ({ services, body }) => {
      const { rows, delimiter } = readSample(body.sample);
      const good = rows.filter((row) => row.fault === null).map((row) => row.cells);
      const header = good[0];
      if (header === undefined || good.length < 2)
        throw importFailures.sample_unreadable({ message: 'The sample needs a header line and at least one row.' });
      if (header.length > MAX_SAMPLE_COLUMNS)
        throw importFailures.sample_unreadable({
          message: `The sample has ${header.length} columns; a workspace has at most ${MAX_SAMPLE_COLUMNS} fields.`,
        });
      const table = good.filter((cells) => cells.length === header.length);
      const message = valueInHeader(header, table[1] ?? []);
      if (message !== null) throw importFailures.header_missing({ message });
      return { ...inferFields(table, services.clock.now().getUTCFullYear()), delimiter };
    },
  }),
];
