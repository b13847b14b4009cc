/**
 * One-dimensional arrays in Postgres' binary format (src/backend/utils/adt/arrayfuncs.c, array_send), for statements that
 * carry thousands of rows: the driver sends a Buffer as a binary parameter, which neither side has to escape or parse.
 *   dimensions (4, 1) | has nulls (4, 0) | element type (4) | length (4) | lower bound (4, 1) | each: length (4), bytes
 */
const HEADER_BYTES = 20;
const UUID = { oid: 2950, bytes: 16 };
const BYTEA_OID = 17;
const JSONB_OID = 3802;
const JSONB_VERSION = 1;

function begin(oid: number, count: number, elementBytes: number): Buffer {
  const array = Buffer.allocUnsafe(HEADER_BYTES + 4 * count + elementBytes);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(0, 4);
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(count, 12);
  array.writeInt32BE(1, 16);
  return array;
}

/** A uuid[] parameter. Throws TypeError for what is no uuid. */
export function uuidArray(ids: readonly string[]): Buffer {
  const array = begin(UUID.oid, ids.length, UUID.bytes * ids.length);
  let at = HEADER_BYTES;
  for (const id of ids) {
    at = array.writeInt32BE(UUID.bytes, at);
    if (id.length !== 36 || array.write(id.replaceAll('-', ''), at, 'hex') !== UUID.bytes)
      throw new TypeError('An id must be a uuid.');
    at += UUID.bytes;
  }
  return array;
}

/** A bytea[] parameter. */
export function byteaArray(values: readonly Buffer[]): Buffer {
  const array = begin(
    BYTEA_OID,
    values.length,
    values.reduce((sum, value) => sum + value.length, 0),
  );
  let at = HEADER_BYTES;
  for (const value of values) {
    at = array.writeInt32BE(value.length, at);
    at += value.copy(array, at);
  }
  return array;
}

/** A jsonb[] parameter of JSON texts, as text or as its UTF-8 bytes. */
export function jsonbArray(texts: readonly (string | Buffer)[]): Buffer {
  const array = begin(
    JSONB_OID,
    texts.length,
    texts.reduce((sum, text) => sum + 1 + Buffer.byteLength(text), 0),
  );
  let at = HEADER_BYTES;
  for (const text of texts) {
    const bytes = typeof text === 'string' ? array.write(text, at + 5, 'utf8') : text.copy(array, at + 5);
    array.writeInt32BE(bytes + 1, at);
    array[at + 4] = JSONB_VERSION;
    at += 5 + bytes;
  }
  return array;
}
