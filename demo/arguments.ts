import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Told } from './told.ts';

export const USAGE = `Usage: npm run demo -- [--csv FILE] [--exit]

  --csv FILE     use this file of customers in place of the made-up bank
  --exit         stop the server at the end
  --output DIR   where the published files go (demo-output)

NUDGESCRIBE_PORT and NUDGESCRIBE_DATA_DIR say where the server listens and keeps its data (8787 and demo-data).`;

export type Wish = {
  csv: string | null;
  exit: boolean;
  outputDir: string;
  dataDir: string;
  /** Null when nobody asked for one: then any free port will do. */
  port: number | null;
};

/** Reads what the caller wants; null: only the help. Throws Told. */
export function readWish(args: string[], environment: Record<string, string | undefined>): Wish | null {
  let values: {
    csv?: string | undefined;
    exit?: boolean | undefined;
    output?: string | undefined;
    help?: boolean | undefined;
  };
  try {
    ({ values } = parseArgs({
      args,
      options: {
        csv: { type: 'string' },
        exit: { type: 'boolean' },
        output: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new Told(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
  if (values.help === true) return null;
  const portText = environment.NUDGESCRIBE_PORT?.trim() ?? '';
  const port = portText === '' ? null : Number(portText);
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new Told('NUDGESCRIBE_PORT must be a whole number from 0 to 65535.');
  const dataText = environment.NUDGESCRIBE_DATA_DIR?.trim() ?? '';
  return {
    csv: values.csv === undefined ? null : resolve(values.csv),
    exit: values.exit ?? false,
    outputDir: resolve(values.output ?? 'demo-output'),
    dataDir: resolve(dataText === '' ? 'demo-data' : dataText),
    port,
  };
}
