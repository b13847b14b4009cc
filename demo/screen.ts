const BAR_WIDTH = 24;

export const thousands = (value: number) => value.toLocaleString('en-US');

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Where the demo writes: a terminal gets a bar that moves, everything else gets plain lines. */
export type Screen = {
  line(text?: string): void;
  /** Shows how far a step is; `done` and `total` in any one unit. */
  progress(label: string, done: number, total: number): void;
  /** Takes a bar off the terminal again. */
  clear(): void;
};

export function createScreen(output: NodeJS.WriteStream): Screen {
  let shown = false;
  // Whoever reads along may stop ("| head"); the demo must still end its server.
  output.on('error', () => undefined);
  const clear = () => {
    if (shown) output.write('\r\x1b[2K');
    shown = false;
  };
  return {
    line: (text = '') => {
      clear();
      output.write(`${text}\n`);
    },
    progress: (label, done, total) => {
      if (!output.isTTY || total <= 0) return;
      const part = Math.min(1, done / total);
      const filled = Math.round(part * BAR_WIDTH);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
      const text = `  ${label.padEnd(11)} ${bar} ${Math.floor(part * 100)
        .toString()
        .padStart(3)} %`;
      output.write(`\r\x1b[2K${text.slice(0, (output.columns ?? 80) - 1)}`);
      shown = true;
    },
    clear,
  };
}

/** Lines of a table; columns of which every cell is a number stand to the right. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)));
  const isNumeric = header.map((_, column) => rows.every((row) => /^[\d,. %–-]*$/.test(row[column] ?? '')));
  const render = (row: readonly string[]) =>
    `  ${row
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()}`;
  return [render(header), `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`, ...rows.map(render)];
}

/** Text in lines of at most `width` characters, each behind the same beginning. */
export function wrapped(text: string, width: number, beginning: string): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line) => `${beginning}${line}`.trimEnd());
}
