/** Formats rows, the headings first, as lines of a table with two spaces between the columns. */
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

/** Replaces control characters: text from other systems, such as a mail server's errors, must not control the terminal. */
function oneLine(cell: string): string {
  return cell.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
