import { meetsTarget, type Result } from "./measurement.ts";

/** The results as one table for a terminal. */
export function renderTable(results: readonly Result[]): string {
  const header = ["", "what", "median", "target", "", "rounds"];
  const rows = results.map((result) => [
    result.id,
    result.note === undefined ? result.what : `${result.what} (${result.note})`,
    withUnit(result.value, result.unit),
    renderTarget(result),
    meetsTarget(result) ? "ok" : "MISSED",
    result.rounds.map(round).join(" "),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  return [header, widths.map((width) => "-".repeat(width)), ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

function renderTarget({ target, unit }: Result): string {
  if (target === null) return "";
  return "atMost" in target
    ? `<= ${withUnit(target.atMost, unit)}`
    : `>= ${withUnit(target.atLeast, unit)}`;
}

function withUnit(value: number, unit: string): string {
  return unit === "" ? round(value) : `${round(value)} ${unit}`;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 0);
}
