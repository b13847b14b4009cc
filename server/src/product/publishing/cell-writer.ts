import type { FieldDefinition } from '../fields/field.ts';
import { type Cell, compileParts, type Render } from '../merge-tags/compile.ts';
import { csvCell, mayRunAsFormula, needsQuotes } from './csv-cell.ts';
import { type TextPage, writeBytes, writeText } from './text-page.ts';

/** Writes a cell of one customer's line, as csvCell would have it. */
export type CellWriter = (page: TextPage, cell: Cell) => void;

const QUOTE = Buffer.from('"');
const doubled = (text: string) => text.replaceAll('"', '""');

/** Writes a value as a cell: most values are their own cell, which is found out while they are written. */
export function writeCell(page: TextPage, text: string, isIdentifier: boolean): void {
  writeText(page, mayRunAsFormula(text) || needsQuotes(text) ? csvCell(text, isIdentifier) : text);
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

  return (page, cell) => {
    let quoted = isQuoted;
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] as string | Render;
      if (typeof part === 'string') continue;
      const value = part(cell);
      values[index] = value;
      quoted ||= needsQuotes(value);
    }
    const begins = values[0] ?? '';
    if (beginsWithFormula || (beginsWithValue && (begins === '' || mayRunAsFormula(begins)))) {
      const whole = parts.map((part, index) => (typeof part === 'string' ? part : (values[index] ?? ''))).join('');
      writeText(page, csvCell(whole));
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
