import { styleText } from "node:util";

/** Formats rows as `tableLines` does. The first has the headings, which are bold on a terminal. */
export function tableWithHeadings(rows: readonly (readonly string[])[]): string[] {
  const [headings = "", ...lines] = tableLines(rows);
  return [styleText("bold", headings, { stream: process.stdout }), ...lines];
}

/** Formats rows as lines of a table with two spaces between the columns. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const printable = rows.map((row) => row.map(oneLine));
  return printable.map((row) =>
    row
      .map((cell, column) =>
        padded(cell, Math.max(...printable.map((other) => Bun.stringWidth(other[column] ?? "")))),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** Padded by what a terminal shows: a Chinese character has the width of two letters. */
function padded(cell: string, width: number): string {
  return cell + " ".repeat(width - Bun.stringWidth(cell));
}

/** Replaces control characters: text from other systems, such as a mail server's errors, must not control the terminal. */
function oneLine(cell: string): string {
  return cell.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
