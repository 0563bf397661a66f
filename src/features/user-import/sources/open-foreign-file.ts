import type { Platform } from "../../../platform/platform.ts";
import type { Content, Entry, Members, UsersFile } from "../entries.ts";
import { readJsonLines, type Row, type Rows, readTable, readUsersDocument } from "../files/rows.ts";
import { type Auth0Hashes, convertAuth0User, readAuth0Hashes } from "./auth0.ts";
import { convertFastApiUser } from "./fastapi-users.ts";
import { convertFirebaseUser, type FirebaseHashConfig } from "./firebase.ts";
import { convertKeycloakUser } from "./keycloak.ts";
import { convertSupabaseUser } from "./supabase.ts";

type Chunks = AsyncIterable<Uint8Array>;

/** The services whose exports can be imported. */
export const foreignSources = [
  "auth0",
  "supabase",
  "keycloak",
  "fastapi-users",
  "firebase",
] as const;

/** One of these services, and what its export needs beside the file. */
export type ForeignSource =
  | { readonly name: "supabase" | "keycloak" | "fastapi-users" }
  | { readonly name: "auth0"; readonly passwordHashes: Chunks | null }
  | { readonly name: "firebase"; readonly hashConfig: FirebaseHashConfig };

/** The users in a file of another service. Throws `VALIDATION_ERROR` for a file of another format. */
export async function readForeignUsers(
  { clock }: Platform,
  source: ForeignSource,
  file: Chunks,
): Promise<UsersFile> {
  switch (source.name) {
    case "auth0": {
      const hashes = await hashesIn(source.passwordHashes);
      return converted(readJsonLines(file), (row) => convertAuth0User(row, hashes));
    }
    case "supabase":
      return converted(await readTable(file), (row) => convertSupabaseUser(row, clock.now()));
    case "keycloak":
      return converted(await readUsersDocument(file), convertKeycloakUser);
    case "fastapi-users":
      return converted(await readTable(file), convertFastApiUser);
    case "firebase":
      return converted(await readUsersDocument(file), (row) =>
        convertFirebaseUser(row, source.hashConfig),
      );
  }
}

async function hashesIn(file: Chunks | null): Promise<Auth0Hashes> {
  return file === null ? new Map<string, string>() : readAuth0Hashes(readJsonLines(file));
}

function converted({ unit, rows }: Rows, convert: (row: Members) => Content): UsersFile {
  return { unit, entries: entriesOf(rows, convert) };
}

async function* entriesOf(
  rows: AsyncIterable<Row>,
  convert: (row: Members) => Content,
): AsyncGenerator<Entry> {
  for await (const { number, row } of rows) {
    const content: Content =
      "issue" in row ? { faults: [{ field: "line", issue: row.issue }] } : convert(row);
    yield { number, content };
  }
}
