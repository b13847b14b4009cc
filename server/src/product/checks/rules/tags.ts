import type { FieldDefinition } from '../../fields/field.ts';
import { tagErrors, tagsWithoutFallback } from '../../merge-tags/check-tags.ts';
import { error, type Finding, type Piece } from '../finding.ts';

type Field = Pick<FieldDefinition, 'field_name' | 'is_required'>;

const MENDED_BY_REMOVAL = new Set(['unknown_tag', 'unknown_filter', 'bad_argument']);

/** Tags that cannot be filled in, and tags that would leave a gap for some customers. */
export function tagFindings({ part, raw }: Piece, fields: readonly Field[]): Finding[] {
  const broken = tagErrors(raw, fields).map(({ code, message, position }) => {
    const end = raw.indexOf('}}', position);
    // A whole tag can be taken out; where a tag is not closed nobody knows what belongs to it.
    const whole = MENDED_BY_REMOVAL.has(code) && end !== -1 && raw.startsWith('{{', position);
    const edit = whole ? { part, from: position, to: end + 2, replacement: '' } : null;
    return error(code, message, { fix: 'Correct the tag, or take it out.', edit });
  });
  const gaps = tagsWithoutFallback(raw, fields).map(({ code, message }) =>
    error(code, message, { fix: 'Add a fallback to the tag.' }),
  );
  return [...broken, ...gaps];
}
