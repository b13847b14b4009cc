const GAP = '  ';

export const thousands = (value: number) => value.toLocaleString('en-US');

/** Control characters of data must not steer the terminal. */
export const printable = (text: string) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�');

/** A plain table; columns of which every cell is a number stand to the right. */
export function tableText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map((cell) => printable(cell).replaceAll('\n', ' ')));
  const widths = header.map((name, column) => Math.max(name.length, ...clean.map((row) => (row[column] ?? '').length)));
  const isNumeric = header.map(
    (_, column) => clean.length > 0 && clean.every((row) => /^[\d,. %]*$/.test(row[column] ?? '')),
  );
  const render = (row: readonly string[]) =>
    widths
      .map((width, column) =>
        isNumeric[column] ? (row[column] ?? '').padStart(width) : (row[column] ?? '').padEnd(width),
      )
      .join(GAP)
      .trimEnd();
  return [render(header), widths.map((width) => '-'.repeat(width)).join(GAP), ...clean.map(render)].join('\n');
}
