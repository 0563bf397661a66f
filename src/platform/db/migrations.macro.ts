import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { readMigrationFiles } from "drizzle-orm/migrator";

/** The part of drizzle-kit's journal that we read. */
const journalSchema = Type.Object({ entries: Type.Array(Type.Object({ tag: Type.String() })) });

/** Reads `drizzle/` while the executable is built (a Bun macro): what it returns is part of the bundle. */
export function readMigrations(): ReturnType<typeof readMigrationFiles> {
  return readMigrationFiles({ migrationsFolder: `${import.meta.dir}/../../../drizzle` });
}

/** The names of the same migrations, in the same order. */
export async function readMigrationNames(): Promise<string[]> {
  const path = `${import.meta.dir}/../../../drizzle/meta/_journal.json`;
  return Value.Parse(journalSchema, await Bun.file(path).json()).entries.map(({ tag }) => tag);
}
