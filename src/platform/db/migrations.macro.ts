import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { readMigrationFiles } from "drizzle-orm/migrator";

/** The members of drizzle-kit's journal that are read. */
const journalSchema = Type.Object({ entries: Type.Array(Type.Object({ tag: Type.String() })) });

/** The migrations in `drizzle/`. A Bun macro: it runs while the executable is built, and its result is part of the bundle. */
export function readMigrations(): ReturnType<typeof readMigrationFiles> {
  return readMigrationFiles({ migrationsFolder: `${import.meta.dir}/../../../drizzle` });
}

/** The names of the same migrations, in the same order. */
export async function readMigrationNames(): Promise<string[]> {
  const path = `${import.meta.dir}/../../../drizzle/meta/_journal.json`;
  return Value.Parse(journalSchema, await Bun.file(path).json()).entries.map(({ tag }) => tag);
}
