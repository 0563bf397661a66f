import { findMembers, type Members, membersOf } from "../entries.ts";
import { type CsvRecord, readCsv } from "./csv.ts";
import { peekFirstByte } from "./first-byte.ts";
import { readLines } from "./lines.ts";
import { unreadableFile } from "./unreadable-file.ts";
import { readDocument } from "./whole-file.ts";

/** A row of another service's export: its columns, or why it cannot be read. */
export interface Row {
  readonly number: number;
  readonly row: Members | { readonly issue: string };
}

/** The rows of a file, and how one is called in reports. */
export interface Rows {
  readonly unit: "line" | "user";
  readonly rows: AsyncIterable<Row>;
}

/** Other services' users may have much data of applications. */
const longestLineBytes = 2 ** 20;

const openBracket = 0x5b;
const openBrace = 0x7b;

/** The rows of a database table as CSV with a line of names, a JSON list of objects, or one JSON object per line. */
export async function readTable(file: AsyncIterable<Uint8Array>): Promise<Rows> {
  const { first, chunks } = await peekFirstByte(file);
  if (first === openBracket) return rowsOfList(await readDocument(chunks));
  if (first === openBrace) return readJsonLines(chunks);
  return { unit: "line", rows: rowsOfCsv(readCsv(chunks)) };
}

/** One JSON object per line. */
export function readJsonLines(chunks: AsyncIterable<Uint8Array>): Rows {
  return { unit: "line", rows: rowsOfLines(chunks) };
}

/** The objects in `users` of a JSON document, or of each object of a list. Throws `VALIDATION_ERROR` if it has none. */
export async function readUsersDocument(chunks: AsyncIterable<Uint8Array>): Promise<Rows> {
  const document = await readDocument(chunks);
  const parts = (Array.isArray(document) ? document : [document]).map((part) =>
    membersOf(part)?.get("users"),
  );
  const lists = parts.filter((part) => Array.isArray(part));
  if (lists.length === 0) throw unreadableFile("it has no list of users.");
  return rowsOfList(lists.flat());
}

function rowsOfList(list: unknown): Rows {
  if (!Array.isArray(list)) throw unreadableFile("it is not a list.");
  return { unit: "user", rows: rowsOfValues(list) };
}

async function* rowsOfValues(values: readonly unknown[]): AsyncGenerator<Row> {
  for (const [index, value] of values.entries()) {
    yield { number: index + 1, row: membersOf(value) ?? { issue: "Is not a JSON object." } };
  }
}

async function* rowsOfLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Row> {
  for await (const { number, text } of readLines(chunks, longestLineBytes)) {
    if (text?.trim() === "") continue;
    if (text === null) yield { number, row: { issue: "Is not UTF-8, or longer than 1 MiB." } };
    else yield { number, row: findMembers(text) ?? { issue: "Is not a JSON object." } };
  }
}

async function* rowsOfCsv(records: AsyncIterable<CsvRecord>): AsyncGenerator<Row> {
  let names: readonly string[] | null = null;
  for await (const { number, values } of records) {
    if (names === null) names = values;
    else if (values.length !== names.length) {
      yield { number, row: { issue: "Does not have as many values as the first line." } };
    } else {
      yield { number, row: new Map(names.map((name, index) => [name, values[index]])) };
    }
  }
}
