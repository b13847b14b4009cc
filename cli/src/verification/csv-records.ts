/** What a file that is no CSV of ours did wrong. */
export class BrokenCsv extends Error {
  override readonly name = 'BrokenCsv';
}

/**
 * Reads published CSV files piece by piece (RFC 4180 as Nudgescribe writes it: CRLF behind every record, quotes around
 * cells that need them). Holds one record at a time. Throws BrokenCsv for anything else: a checker does not guess.
 */
export class CsvRecords {
  #cells: string[] = [];
  #cell = '';
  #state: 'cell start' | 'plain' | 'quoted' | 'quote in quoted' | 'carriage return' = 'cell start';
  readonly #onRecord: (cells: string[]) => void;

  constructor(onRecord: (cells: string[]) => void) {
    this.#onRecord = onRecord;
  }

  push(text: string): void {
    let from = 0;
    const take = (to: number) => {
      this.#cell += text.slice(from, to);
    };
    for (let at = 0; at < text.length; at += 1) {
      const character = text[at];
      switch (this.#state) {
        case 'quoted':
          if (character === '"') {
            take(at);
            this.#state = 'quote in quoted';
          }
          break;
        case 'carriage return':
          if (character !== '\n') throw new BrokenCsv('a carriage return stands alone');
          this.#endRecord();
          from = at + 1;
          break;
        case 'quote in quoted':
          if (character === '"') {
            this.#state = 'quoted';
            from = at;
            break;
          }
          from = at;
          this.#separator(character, at, take);
          from = at + 1;
          break;
        default:
          if (this.#state === 'cell start' && character === '"') {
            this.#state = 'quoted';
            from = at + 1;
          } else if (character === ',' || character === '\r') {
            this.#separator(character, at, take);
            from = at + 1;
          } else if (character === '"' || character === '\n')
            throw new BrokenCsv('a quote or line break stands in a cell without quotes');
          else this.#state = 'plain';
      }
    }
    if (this.#state === 'plain' || this.#state === 'quoted') take(text.length);
  }

  /** Says that the file has ended. Throws BrokenCsv when it ends inside a record. */
  end(): void {
    if (this.#state !== 'cell start' || this.#cells.length > 0) throw new BrokenCsv('the file ends inside a record');
  }

  #separator(character: string | undefined, at: number, take: (to: number) => void): void {
    if (character !== ',' && character !== '\r') throw new BrokenCsv('something stands behind a closing quote');
    take(at);
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = character === ',' ? 'cell start' : 'carriage return';
  }

  #endRecord(): void {
    const cells = this.#cells;
    this.#cells = [];
    this.#state = 'cell start';
    this.#onRecord(cells);
  }
}
