const QUOTE = '"';

/**
 * Calls `row` with every record of a CSV text that arrives in pieces, header included, and keeps one record at a time. For
 * looking at a file only: what is wrong with it, the server says.
 */
export function createCellReader(delimiter: string, row: (cells: string[]) => void) {
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let afterQuote = false;
  let started = false;

  const endRow = () => {
    if (started) row([...cells, cell]);
    cells = [];
    cell = '';
    quoted = false;
    afterQuote = false;
    started = false;
  };
  const readQuoted = (character: string): boolean => {
    if (afterQuote) {
      afterQuote = false;
      if (character === QUOTE) {
        cell += QUOTE;
        return true;
      }
      quoted = false;
      return false;
    }
    if (character === QUOTE) afterQuote = true;
    else cell += character;
    return true;
  };
  return {
    write(text: string): void {
      for (const character of text) {
        if (quoted && readQuoted(character)) continue;
        if (character === '\n') {
          endRow();
          continue;
        }
        if (character === '\r') continue;
        started = true;
        if (character === delimiter) {
          cells.push(cell);
          cell = '';
        } else if (character === QUOTE && cell === '') quoted = true;
        else cell += character;
      }
    },
    end: endRow,
  };
}
