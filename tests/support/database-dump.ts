import type { TestApp } from "./test-app.ts";

/** Every row of every table as one text: what the thief of a backup reads. */
export async function databaseDump(app: TestApp): Promise<string> {
  const tables = await app.rows(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  const dumps = tables.map(async ({ name }) => {
    const rows = await app.rows(`select to_jsonb(t)::text as row from "${String(name)}" t`);
    return rows.map(({ row }) => `${String(name)} ${String(row)}`);
  });
  return (await Promise.all(dumps)).flat().join("\n");
}
