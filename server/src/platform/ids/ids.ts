import { randomFillSync } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const POOL_BYTES = 10 * 512;
const pool = Buffer.alloc(POOL_BYTES);
let poolUsed = POOL_BYTES;
let lastMs = 0;
let sequence = 0;

/** True for a lower-case uuid in its canonical text form. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/** An id from its 16 bytes. */
export function idFromBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of an id. */
export const bytesOfId = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

/**
 * A new id: UUID version 7 (RFC 9562, section 5.7), time-ordered so that index pages fill in order. The 12 bits behind
 * the millisecond count up within it (method 1 of section 6.2), so ids made by one process are strictly increasing.
 */
export function newId(): string {
  if (poolUsed + 8 > POOL_BYTES) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = 0;
  } else if (++sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
  const time = lastMs.toString(16).padStart(12, '0');
  const at = poolUsed;
  poolUsed += 8;
  const byte = (index: number) => HEX[(pool[at + index] ?? 0) & 0xff] ?? '00';
  const variant = HEX[((pool[at] ?? 0) & 0x3f) | 0x80] ?? '80';
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${variant}${byte(1)}-` +
    `${byte(2)}${byte(3)}${byte(4)}${byte(5)}${byte(6)}${byte(7)}`
  );
}

/** The moment in a time-ordered id (UUID version 7), to the millisecond. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** The smallest id that a moment may have: ids from then on are not below it. */
export function firstIdAt(moment: Date): string {
  const time = Math.min(Math.max(0, moment.getTime()), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
