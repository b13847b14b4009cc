import { readFile, stat } from 'node:fs/promises';
import { type CountryResponse, Reader } from 'maxmind';
import type { Geography } from './geography.ts';

const LOOK_EVERY_MS = 60_000;

/** The file is not there, or is no database of addresses in MaxMind's format. */
export class CountryFileRefused extends Error {
  override readonly name = 'CountryFileRefused';
}

async function read(path: string): Promise<{ reader: Reader<CountryResponse>; changedMs: number }> {
  try {
    const { mtimeMs } = await stat(path);
    return { reader: new Reader<CountryResponse>(await readFile(path)), changedMs: mtimeMs };
  } catch (cause) {
    throw new CountryFileRefused(
      `NUDGESCRIBE_GEOIP_FILE names ${path}, which cannot be read as a .mmdb database of countries.`,
      { cause },
    );
  }
}

/**
 * Countries from a file of the operator's in the MMDB format, such as GeoLite2-Country. A file that takes its place is
 * taken up within a minute; one that cannot be read is told of, and the earlier one stays in use. Throws CountryFileRefused.
 */
export async function openCountryFile(path: string, onTrouble: (error: unknown) => void): Promise<Geography> {
  let held = await read(path);
  let refusedMs = 0;
  const look = async () => {
    const { mtimeMs } = await stat(path);
    if (mtimeMs === held.changedMs || mtimeMs === refusedMs) return;
    refusedMs = mtimeMs;
    held = await read(path);
  };
  const timer = setInterval(() => look().catch(onTrouble), LOOK_EVERY_MS);
  timer.unref();
  return {
    countryOf: (address) => {
      try {
        const found = held.reader.get(address);
        return found?.country?.iso_code ?? found?.registered_country?.iso_code ?? null;
      } catch {
        // Not an address: then nothing is known of where it is.
        return null;
      }
    },
    close: () => clearInterval(timer),
  };
}
