import { describe, expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { findContractions, type MigrationFile } from "./expand-only.ts";

const directory = join(import.meta.dir, "../../drizzle");

async function readFiles(): Promise<MigrationFile[]> {
  const paths = (await readdir(directory)).filter((path) => path.endsWith(".sql")).toSorted();
  return Promise.all(
    paths.map(async (path) => ({
      name: path.slice(0, -".sql".length),
      text: await readFile(join(directory, path), "utf8"),
    })),
  );
}

const planted = (...statements: string[]): MigrationFile[] => [
  {
    name: "0100_planted",
    text: `-- schema version 3\n${statements.join(";\n--> statement-breakpoint\n")};\n`,
  },
];

// A replica of the previous version that is restarted during an upgrade must serve on the new schema.
// security 141
test("no migration takes away what the previous version uses", async () => {
  expect(findContractions(await readFiles())).toEqual([]);
});

describe("statements on tables of the previous version", () => {
  test.each([
    'DROP TABLE "users"',
    'ALTER TABLE "users" DROP COLUMN "name"',
    'ALTER TABLE "users" DROP "name"',
    'ALTER TABLE "users" RENAME COLUMN "name" TO "full_name"',
    'ALTER TABLE "users" ALTER COLUMN "name" SET NOT NULL',
    'ALTER TABLE "users" ADD COLUMN "kind" text NOT NULL',
    'ALTER TABLE "users" ADD "kind" text NOT NULL',
    'ALTER TABLE "users" ALTER COLUMN "name" SET DATA TYPE integer USING 1',
    'ALTER TABLE "users" ADD CONSTRAINT "short" CHECK (length(name) < 9)',
    'CREATE UNIQUE INDEX "one" ON "users" ("name")',
    'DROP INDEX "users_email_unique"',
    'CREATE TRIGGER "late" BEFORE INSERT ON "users" EXECUTE FUNCTION later()',
    'CREATE OR REPLACE TRIGGER "late" BEFORE INSERT ON "users" EXECUTE FUNCTION later()',
    'DELETE FROM "users"',
    '-- version 1: another version than the previous one\nDROP TABLE "users"',
    '-- version 2:\nDROP TABLE "users"',
  ])("%s is found", (statement) => {
    expect(findContractions(planted(statement))).toHaveLength(1);
  });

  test.each([
    'ALTER TABLE "users" ADD COLUMN "kind" text',
    `ALTER TABLE "users" ADD COLUMN "kind" text DEFAULT 'a' NOT NULL`,
    'CREATE INDEX "quick" ON "users" ("name")',
    'ALTER TABLE "users" ALTER COLUMN "name" DROP NOT NULL',
    "UPDATE users SET name = 'drop table users; rename'",
    "CREATE OR REPLACE FUNCTION later() RETURNS trigger AS $$ begin delete from users; end $$ LANGUAGE plpgsql",
    '-- version 2: it reads no such column since its first release\nALTER TABLE "users" DROP COLUMN "name"',
  ])("%s is allowed", (statement) => {
    expect(findContractions(planted(statement))).toEqual([]);
  });

  test("a table of the same version may have constraints", () => {
    const statements = [
      'CREATE TABLE "devices" ("id" uuid PRIMARY KEY)',
      'ALTER TABLE "devices" ADD CONSTRAINT "known" FOREIGN KEY ("id") REFERENCES "users"("id")',
      'CREATE UNIQUE INDEX "one_device" ON "devices" ("id")',
    ];
    expect(findContractions(planted(...statements))).toEqual([]);
  });

  test("a migration without its version is found", () => {
    expect(findContractions([{ name: "0100_planted", text: "SELECT 1;" }])).toHaveLength(1);
  });
});
