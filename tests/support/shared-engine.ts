import type { EmbeddedClient } from "../../src/platform/db/embedded-client.ts";
import type { EmbeddedPostgres } from "../../src/platform/db/embedded-postgres.ts";

/** A running engine of the embedded database, which the tests of a process use one after the other. */
interface SharedEngine {
  readonly postgres: EmbeddedPostgres;
  /** Every table of the service with its rows after the migrations, as a JSON array. */
  readonly tables: readonly { readonly name: string; readonly rows: string }[];
  /** What the database consists of, but for its rows. */
  readonly schema: string;
}

/** The use of an engine by one test. */
export interface EngineLease {
  /** Takes the place of `startEmbeddedPostgres`. After a `close` it may be called again, as a restart on the same files. */
  start(): Promise<EmbeddedPostgres>;
  /** Gives the engine to the next test, with the rows and the session of a database that was only migrated. */
  end(): Promise<void>;
}

/** Engines that no test uses now. With one, an application starts and stops in a fifth of the CPU time. */
const idle: SharedEngine[] = [];

/** `startNew` starts an engine on a migrated database of its own; it is called when no other one is free. */
export function leaseEngine(startNew: () => Promise<EmbeddedPostgres>): EngineLease {
  let leased: Promise<SharedEngine> | null = null;
  let isOpen = false;

  return {
    async start() {
      if (isOpen) throw new Error("the database of this test is already open");
      isOpen = true;
      leased ??= takeEngine(startNew);
      const { postgres } = await leased;
      const { client } = postgres;
      return {
        ...postgres,
        client: { ...client, close: () => endSession(client) },
        async close() {
          if (!isOpen) return;
          await endSession(client);
          isOpen = false;
        },
      };
    },
    async end() {
      const engine = await leased?.catch(() => null);
      if (!engine) return;
      if (await reset(engine).catch(() => false)) idle.push(engine);
      else await engine.postgres.close();
    },
  };
}

async function takeEngine(startNew: () => Promise<EmbeddedPostgres>): Promise<SharedEngine> {
  const free = idle.pop();
  if (free) return free;
  const postgres = await startNew();
  const { client } = postgres;
  const names = await client.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'",
  );
  const tables = await Promise.all(
    names.rows.map(async ({ name }) => ({ name, rows: await rowsOf(client, name) })),
  );
  return { postgres, tables, schema: await schemaOf(client) };
}

async function rowsOf(client: EmbeddedClient, table: string): Promise<string> {
  const { rows } = await client.query<{ found: string }>(
    `select coalesce(json_agg(one), '[]')::text as found from ${table} as one`,
  );
  return rows[0]?.found ?? "[]";
}

/** Waits for the statements in progress, and ends what belongs to a connection: settings, locks, notifications. */
function endSession(client: EmbeddedClient): Promise<void> {
  return client.execute("discard all");
}

/** Gives whether it is as new: a test that has changed the schema has used it up. */
async function reset({ postgres, tables, schema }: SharedEngine): Promise<boolean> {
  const { client } = postgres;
  await endSession(client);
  if ((await schemaOf(client)) !== schema) return false;
  const filled = await client.query<{ name: string }>(
    tables
      .map(({ name }) => `select '${name}' as name where exists (select from ${name})`)
      .join(" union all "),
  );
  const changed = tables.filter(
    ({ name, rows }) => rows !== "[]" || filled.rows.some((table) => table.name === name),
  );
  const names = changed.map(({ name }) => name);
  await client.execute(
    [
      // Neither triggers nor references.
      "set session_replication_role = replica",
      ...names.map((name) => `delete from ${name}`),
      ...changed.map(({ name, rows }) => insertion(name, rows)),
      "select setval(sequencename::regclass, start_value, false) from pg_sequences where schemaname = 'public' and last_value is not null",
      "reset session_replication_role",
    ].join("; "),
  );
  await client.execute(`vacuum ${names.join(", ")}`);
  return true;
}

function insertion(table: string, rows: string): string {
  const text = `'${rows.replaceAll("'", "''")}'`;
  return rows === "[]"
    ? "select"
    : `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, ${text})`;
}

async function schemaOf(client: EmbeddedClient): Promise<string> {
  const { rows } = await client.query<{ digest: string }>(`
    select md5(string_agg(part, ';' order by part)) as digest from (
      select concat_ws(',', 'class', oid, relname, relkind, reloptions, relchecks) as part from pg_class
        where oid >= 16384 and relnamespace <> 'pg_toast'::regnamespace
      union all select concat_ws(',', 'column', attrelid, attname, atttypid, attnotnull) from pg_attribute
        where attrelid >= 16384
      union all select concat_ws(',', 'trigger', oid, tgrelid, tgname, tgenabled, tgfoid) from pg_trigger
      union all select concat_ws(',', 'function', oid, proname, prosrc) from pg_proc where oid >= 16384
      union all select concat_ws(',', 'constraint', oid, conname, convalidated) from pg_constraint where oid >= 16384
      union all select concat_ws(',', 'schema', oid, nspname) from pg_namespace
      union all select concat_ws(',', 'role', oid, rolname) from pg_roles
      union all select concat_ws(',', 'setting', setdatabase, setrole, setconfig) from pg_db_role_setting
      union all select concat_ws(',', 'migration', id, hash) from drizzle.__drizzle_migrations
    ) as parts`);
  return rows[0]?.digest ?? "";
}
