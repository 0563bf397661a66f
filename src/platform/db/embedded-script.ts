import type { EmbeddedClient, EmbeddedQueries } from "./embedded-client.ts";

/** Receives the parts of a script in order, and resolves when it can take the next one. */
type WriteScript = (text: string) => Promise<void>;

const batchRows = 500;

const tableNames = `select format('%I', c.relname) as name,
    coalesce(array_agg(format('%I', r.relname)) filter (where r.oid <> c.oid), '{}') as "references"
  from pg_class c left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f'
  left join pg_class r on r.oid = f.confrelid
  where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.oid, c.relname order by c.relname`;

const sequences = `select format('%I', sequencename) as name, last_value::text as value
  from pg_sequences where schemaname = 'public' and last_value is not null`;

/**
 * Writes an SQL script that fills a database with all rows of this one. The other one has the same schema and no users, or the script
 * changes nothing. It needs the rights of the tables' owner, none of a superuser. No other statement is executed meanwhile.
 */
export function writeScript(client: EmbeddedClient, write: WriteScript): Promise<void> {
  return client.transaction(async (queries) => {
    const tables = await readTables(queries);
    const all = <Line>(line: (name: string) => Line): Line[] => tables.map(line);
    await write(await opening(queries));
    await write(
      all((name) => `alter table ${name} disable trigger user;\n`).join("") +
        `truncate ${tables.join(", ")};\n`,
    );
    for (const table of tables) await writeRows(queries, table, write);
    await write(all((name) => `alter table ${name} enable trigger user;\n`).join(""));
    for (const { name, value } of (await queries.query<{ name: string; value: string }>(sequences))
      .rows) {
      await write(`select setval(${quoted(name)}, ${value});\n`);
    }
    await write("commit;\n");
  });
}

async function opening(queries: EmbeddedQueries): Promise<string> {
  const latest = "select max(created_at)::text as latest from drizzle.__drizzle_migrations";
  const [row] = (await queries.query<{ latest: string }>(latest)).rows;
  return `-- All rows of a Gatehouse database, for a Postgres server that "gatehouse migrate" of the same version has migrated.
begin;
set local client_encoding = 'UTF8';
set local standard_conforming_strings = on;
set local statement_timeout = 0;
do $$ begin
  if (select max(created_at) from drizzle.__drizzle_migrations) is distinct from ${row?.latest ?? "null"} then
    raise exception 'the schema is another one: run "gatehouse migrate" of the version that wrote this script';
  end if;
  if exists (select from users) then
    raise exception 'the database has users: this script is for one that has none';
  end if;
end $$;
`;
}

async function writeRows(
  { query }: EmbeddedQueries,
  table: string,
  write: WriteScript,
): Promise<void> {
  await query(
    `declare stored no scroll cursor for select row_to_json(one)::text as row from ${table} as one`,
  );
  for (;;) {
    const { rows } = await query<{ row: string }>(`fetch ${batchRows} from stored`);
    if (rows.length === 0) break;
    const values = quoted(`[${rows.map(({ row }) => row).join(",\n")}]`);
    await write(
      `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, ${values});\n`,
    );
  }
  await query("close stored");
}

/** Every table after those that it references. */
async function readTables({ query }: EmbeddedQueries): Promise<string[]> {
  const { rows } = await query<{ name: string; references: string[] }>(tableNames);
  const ordered: string[] = [];
  while (ordered.length < rows.length) {
    const next = rows.find(
      ({ name, references }) =>
        !ordered.includes(name) && references.every((table) => ordered.includes(table)),
    );
    if (!next) throw new Error("tables reference each other in a circle");
    ordered.push(next.name);
  }
  return ordered;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
