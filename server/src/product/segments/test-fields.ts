import type { FieldType } from '../fields/field.ts';
import type { LoadedField } from '../fields/load-fields.ts';

/** A clear field for tests of segments; its id is its name. */
export function clearField(slot: number, name: string, type: FieldType, more: Partial<LoadedField> = {}): LoadedField {
  return {
    field_id: name,
    slot,
    field_name: name,
    display_name: name,
    field_type: type,
    field_format: type === 'Date' ? 'dd/MM/yyyy' : type === 'currency' ? 'EUR' : null,
    is_required: false,
    is_unique: false,
    is_sensitive: false,
    options: null,
    validation_rules: null,
    is_moving: false,
    ...more,
  };
}

/** Numbers between 0 and 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
