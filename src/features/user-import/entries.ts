import type { FieldFault } from "../../kernel/errors.ts";
import { type Line, readLines } from "./files/lines.ts";

/** The members of a JSON object, or the columns of a row. */
export type Members = ReadonlyMap<string, unknown>;

/** What a user of another service has that is not imported, such as `a second factor`. */
export type Loss = string;

/** A user of a file, whose fields are not checked yet. */
export interface Entry {
  /** The line, or the position in a list, from 1. */
  readonly number: number;
  readonly content: Content;
}

/** The fields of an export of this service; or faults; or the words for a kind of account that is not imported. */
export type Content =
  | { readonly members: Members; readonly losses: readonly Loss[] }
  | { readonly faults: readonly FieldFault[] }
  | { readonly leftOut: string };

/** A file of users: how its entries are called in reports, and the entries. */
export interface UsersFile {
  readonly unit: "line" | "user";
  readonly entries: AsyncIterable<Entry>;
}

/** The users in a file of this service's format: one JSON object per line. */
export function readUsers(chunks: AsyncIterable<Uint8Array>): UsersFile {
  return { unit: "line", entries: entriesOf(readLines(chunks, longestLineBytes)) };
}

const longestLineBytes = 64 * 1024;

async function* entriesOf(lines: AsyncIterable<Line>): AsyncGenerator<Entry> {
  for await (const { number, text } of lines) {
    if (text?.trim() === "") continue;
    const members = text === null ? null : findMembers(text);
    const issue = text === null ? "Is not UTF-8, or longer than 64 KiB." : "Is not a JSON object.";
    yield {
      number,
      content: members ? { members, losses: [] } : { faults: [{ field: "line", issue }] },
    };
  }
}

/** The members of the JSON object in a text, or null for any other text. */
export function findMembers(text: string): Members | null {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The members of an object, or null for any other value. */
export function membersOf(value: unknown): Members | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return new Map(Object.entries(value));
}
