import type { FieldDefinition } from '../fields/field.ts';
import { type Cell, compileParts, type Render } from '../merge-tags/compile.ts';
import { csvCell, harmlessCell, mayBeginWithin, mayRunAsFormula, needsQuotes } from './csv-cell.ts';
import { type TextPage, writeBytes, writeText } from './text-page.ts';

/** Writes a cell of one customer's line, as csvCell would have the whole of it. */
export type CellWriter = (page: TextPage, cell: Cell) => void;

const QUOTE = Buffer.from('"');
/** Behind it a value stands at the beginning of a cell for a spreadsheet that does not go by commas. */
const ENDS_CELL = /[;\t\r\n]"*'*$/;
const doubled = (text: string) => text.replaceAll('"', '""');

/** Writes a value as a cell: most values are their own cell, which is found out while they are written. */
export function writeCell(page: TextPage, text: string, isIdentifier: boolean): void {
  const isPlain = !mayRunAsFormula(text) && !needsQuotes(text) && !mayBeginWithin(text);
  writeText(page, isPlain ? text : csvCell(text, isIdentifier));
}

/**
 * Compiles a checked text to what writes it for one customer: what stands between the tags is encoded once, and only values
 * are looked at. Throws TemplateBroken.
 */
export function compileCell(text: string, fields: readonly FieldDefinition[]): CellWriter {
  const parts = compileParts(text, fields).filter((part) => part !== '');
  const fixed = parts.map((part) => (typeof part === 'string' ? Buffer.from(doubled(part)) : null));
  const isQuoted = parts.some((part) => typeof part === 'string' && needsQuotes(part));
  const [first] = parts;
  // Which character a cell begins with is not known before where a value stands first, and may be empty.
  const beginsWithFormula = typeof first === 'string' && mayRunAsFormula(first);
  const beginsWithValue = typeof first === 'function';
  const values: string[] = new Array(parts.length).fill('');
  const texts = parts.filter((part) => typeof part === 'string');
  const textsChange = texts.some((part) => harmlessCell(part, false, () => true) !== part);
  const endsCell = parts.map((part) => typeof part === 'string' && ENDS_CELL.test(part));

  /** The cell by the plain way, which knows what of it people have approved. */
  function wholeCell(): string {
    let whole = '';
    const pieces = parts.map((part, index) => {
      whole += typeof part === 'string' ? part : (values[index] ?? '');
      return { end: whole.length, isText: typeof part === 'string' };
    });
    return csvCell(whole, false, (at) => pieces.find(({ end }) => at < end)?.isText === true);
  }

  return (page, cell) => {
    let quoted = isQuoted;
    let mayChange = textsChange;
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] as string | Render;
      if (typeof part === 'string') continue;
      const value = part(cell);
      values[index] = value;
      quoted ||= needsQuotes(value);
      mayChange ||=
        mayBeginWithin(value) ||
        (endsCell[index - 1] === true && (value === '' || mayRunAsFormula(value) || needsQuotes(value)));
    }
    const begins = values[0] ?? '';
    if (mayChange || beginsWithFormula || (beginsWithValue && (begins === '' || mayRunAsFormula(begins)))) {
      writeText(page, wholeCell());
      return;
    }
    if (quoted) writeBytes(page, QUOTE);
    for (let index = 0; index < parts.length; index += 1) {
      const bytes = fixed[index];
      const value = values[index] ?? '';
      if (bytes != null) writeBytes(page, bytes);
      else writeText(page, quoted && value.includes('"') ? doubled(value) : value);
    }
    if (quoted) writeBytes(page, QUOTE);
  };
}
