import { readMigrationFiles } from "drizzle-orm/migrator";

/** The migrations in `drizzle/`. A Bun macro: it runs while the executable is built, and its result is part of the bundle. */
export function readMigrations(): ReturnType<typeof readMigrationFiles> {
  return readMigrationFiles({ migrationsFolder: `${import.meta.dir}/../../../drizzle` });
}
