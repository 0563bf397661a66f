import { expect, test } from "bun:test";

import { retentionKinds } from "../../src/app/jobs/retention.ts";
import { useTestDatabase } from "../support/test-database.ts";

const database = useTestDatabase("postgres");

async function names(query: string): Promise<string[]> {
  const rows: unknown = await database.database.db.execute(query);
  return Array.isArray(rows) ? rows.map((row) => String(Reflect.get(Object(row), "name"))) : [];
}

/** The names in code spans of a column of the document's table. */
async function namesInColumn(column: number): Promise<string[]> {
  const text = await Bun.file("docs/retention.md").text();
  return text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[column] ?? "").matchAll(/`(\w+)`/g)])
    .map(([, name]) => name ?? "");
}

// Failure: a new table grows without limit, and nothing says so.
test("docs/retention.md says of every table how long its rows are kept", async () => {
  const tables = await names(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  expect((await namesInColumn(1)).toSorted()).toEqual(tables.toSorted());
});

test("docs/retention.md names every kind of rows that retention deletes", async () => {
  expect((await namesInColumn(4)).toSorted()).toEqual(retentionKinds.toSorted());
});

// Failure: deleting one row reads a whole table for those that reference it.
test("every reference to another table has an index", async () => {
  const missing = await names(`
    select conrelid::regclass || ' ' || conname as name from pg_constraint
    where contype = 'f' and not exists (
      select from pg_index where indrelid = conrelid and indisvalid
        and (indkey::int2[])[0:array_length(conkey, 1) - 1] @> conkey)`);
  expect(missing).toEqual([]);
});
