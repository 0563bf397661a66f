import { readMigrationFiles } from "drizzle-orm/migrator";

/** Reads `drizzle/` while the executable is built (a Bun macro): what it returns is part of the bundle. */
export function readMigrations(): ReturnType<typeof readMigrationFiles> {
  return readMigrationFiles({ migrationsFolder: `${import.meta.dir}/../../../drizzle` });
}

/** The names of the same migrations, in the same order. */
export async function readMigrationNames(): Promise<string[]> {
  const journal: { entries: { tag: string }[] } = await Bun.file(
    `${import.meta.dir}/../../../drizzle/meta/_journal.json`,
  ).json();
  return journal.entries.map((entry) => entry.tag);
}
