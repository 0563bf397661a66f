/** Rows, the headings first, as lines of a table: columns are as wide as they must be, two spaces apart. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const printable = rows.map((row) => row.map(oneLine));
  return printable.map((row) =>
    row
      .map((cell, column) =>
        cell.padEnd(Math.max(...printable.map((other) => other[column]?.length ?? 0))),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** What others sent, such as a mail server's words, must neither break a line nor command the terminal. */
function oneLine(cell: string): string {
  return cell.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
