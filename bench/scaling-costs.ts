import postgres, { type Sql } from "postgres";

import { goodPassword } from "../tests/support/journey.ts";
import { fillLargeDatabase } from "../tests/support/large-database.ts";
import { allSealed } from "./all-sealed.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { postgresProcessorMilliseconds } from "./processor-time.ts";
import {
  type BenchServer,
  processorSeconds,
  register,
  signIn,
  startBenchServer,
  type Tokens,
  tokensOf,
} from "./server.ts";
import { wrk } from "./wrk.ts";

const userCount = 100;
const signInsPerUser = 10;
const refreshesPerSession = 20;
/** Fewer than the queue of sign-ins takes. */
const callers = 8;
const seconds = 4;
const sealedRows = 20_000;
const storedUsers = 20_000;
const notifySeconds = 3;
const notifyConnections = 20;

/** The lowest cost of hashing: what a sign-in takes besides is a thousandth of a hash of cost 12, and would not be seen. */
const settings = { ENVIRONMENT: "test", BCRYPT_COST: "4" };
const cheapCost = 4;
const usualCost = 12;

/** What one operation takes of the server process and of Postgres, in microseconds, and writes to its log, in bytes. */
interface Cost {
  readonly process: number;
  readonly postgres: number;
  readonly wal: number;
}

/**
 * The figures of docs/scaling.md: what a sign-in, a refresh, a check of a token and a row of the audit log take, how fast rows are
 * sealed and changes announced, and the size of rows. They are printed as lines of the table of that document too.
 */
export const scalingCosts: Measurement = {
  name: "scaling",
  async measure({ rounds }) {
    await using running = await startBenchServer("postgres", settings);
    const { home } = running;
    const databaseUrl = home.settings["DATABASE_URL"] ?? "";
    const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
    try {
      const results = [
        ...(await measureRequests(running, sql, rounds)),
        ...(await measureSealing(running, sql, rounds)),
        await measureAnnouncing(databaseUrl, sql, rounds),
        ...(await measureSizes(sql)),
      ];
      const lines = results.map(
        ({ what, value, unit }) => `| ${what} | ${show(value)} | ${unit} |`,
      );
      console.log(`For docs/scaling.md:\n\n${lines.join("\n")}\n`);
      return results;
    } finally {
      await sql.end();
    }
  },
};

async function measureRequests(running: BenchServer, sql: Sql, rounds: number): Promise<Result[]> {
  const { server } = running;
  const users = await inTurn([...Array(userCount).keys()], () => register(server));
  const signAllIn = (times: number) =>
    inTurn(Array.from({ length: times }, () => users).flat(), (user) => signIn(server, user));
  const use = (tokens: readonly Tokens[]) =>
    inTurn(tokens, async ({ access }) => {
      const { status, text } = await server.call("GET", "/api/v1/users/me", { bearer: access });
      if (status !== 200) throw new Error(`a token was refused: ${status} ${text}`);
    });
  const refreshAll = async (tokens: readonly Tokens[]) => {
    const path = "/api/v1/auth/refresh";
    await inTurn(tokens, async ({ refresh }) => {
      let token = refresh;
      for (let count = 0; count < refreshesPerSession; count += 1)
        token = tokensOf(await server.post(path, { refresh_token: token })).refresh;
    });
    return tokens.length * refreshesPerSession;
  };
  const validate = async (tokens: readonly Tokens[]) => {
    const bearer = tokens[0]?.access ?? "";
    const request = { url: `${server.url}/api/v1/auth/validate-token`, bearer };
    const body = JSON.stringify({ token: bearer });
    return (await wrk({ ...request, body }, { seconds })).requests;
  };
  await use(await signAllIn(2));
  const costs: Record<"signIn" | "use" | "refresh" | "check", Cost[]> = {
    signIn: [],
    use: [],
    refresh: [],
    check: [],
  };
  const hashes: number[] = [];
  const cheapHashes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    hashes.push(await hashMicroseconds(usualCost, 10));
    cheapHashes.push(await hashMicroseconds(cheapCost, 1000));
    let tokens: Tokens[] = [];
    const signInCost = await spend(running, sql, async () => {
      tokens = await signAllIn(signInsPerUser);
      await allSealed(sql);
      return tokens.length;
    });
    const hashing = cheapHashes[round] ?? Number.NaN;
    costs.signIn.push({ ...signInCost, process: signInCost.process - hashing });
    costs.use.push(await spend(running, sql, async () => (await use(tokens)).length));
    const refreshing = async () => {
      const count = await refreshAll(tokens.slice(0, userCount));
      await allSealed(sql);
      return count;
    };
    costs.refresh.push(await spend(running, sql, refreshing));
    costs.check.push(await spend(running, sql, () => validate(tokens.slice(-1))));
  }
  return [
    result("a password hash of cost 12", "µs, process", hashes),
    ...describe("a sign-in without its hash", costs.signIn),
    ...describe("a refresh", costs.refresh),
    ...describe("the first use of a session's token", costs.use),
    ...describe("a check of a token in the cache", costs.check).slice(0, 1),
  ];
}

/** Rows that another process wrote, sealed by this one: copies of a row of a sign-in. */
async function measureSealing(running: BenchServer, sql: Sql, rounds: number): Promise<Result[]> {
  const costs: Cost[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    running.server.signal("SIGSTOP");
    await sql`
      insert into audit_log
      select (jsonb_populate_record(original, jsonb_build_object('id', uuidv7(), 'sequence', null, 'hash', null))).*
      from audit_log as original, generate_series(1, ${sealedRows}::integer)
      where original.id = (select id from audit_log where action = 'user.login' and result = 'success' limit 1)`;
    const [chain] = await sql<
      { head: number }[]
    >`select head_sequence::integer as head from audit_chain`;
    const last = (chain?.head ?? 0) + sealedRows;
    const sealing = spend(running, sql, async () => {
      running.server.signal("SIGCONT");
      let [left, began] = [sealedRows, performance.now()];
      while (left > 0) {
        await Bun.sleep(10);
        const isBegun = left < sealedRows;
        const [row] = await sql<{ left: number }[]>`
          select ${last}::integer - head_sequence::integer as left from audit_chain`;
        left = row?.left ?? 0;
        if (!isBegun) began = performance.now();
      }
      rates.push((1000 * sealedRows) / (performance.now() - began));
      return sealedRows;
    });
    costs.push(await sealing);
  }
  const cost = describe("sealing a row of the audit log", costs);
  return [...cost, result("rows sealed by all replicas together", "a second", rates)];
}

/** Transactions that notify are committed one after the other: how many a second, where each is flushed to this disk. */
async function measureAnnouncing(databaseUrl: string, sql: Sql, rounds: number): Promise<Result> {
  const many = postgres(databaseUrl, { max: notifyConnections });
  const setFlushing = async (value: "on" | "off") => {
    for (const name of ["fsync", "synchronous_commit"])
      await sql.unsafe(`alter system set ${name} = ${value}`);
    await sql`select pg_reload_conf()`;
  };
  const rates: number[] = [];
  try {
    await setFlushing("on");
    for (let round = 0; round < rounds; round += 1) {
      const ends = performance.now() + 1000 * notifySeconds;
      let count = 0;
      const call = async () => {
        while (performance.now() < ends) {
          await many`select pg_notify('scaling', 'user:019c0000-0000-7000-8000-000000000000')`;
          count += 1;
        }
      };
      await Promise.all(Array.from({ length: notifyConnections }, call));
      rates.push(count / notifySeconds);
    }
  } finally {
    await setFlushing("off");
    await many.end();
  }
  return result("announced changes", "a second", rates);
}

/** Bytes with indexes, of rows as the service writes them, in tables without room for others. */
async function measureSizes(sql: Sql): Promise<Result[]> {
  await sql`set session_replication_role = replica`;
  await sql`
    insert into sessions
    select (jsonb_populate_record(original, jsonb_build_object('id', uuidv7(), 'refresh_token_hash', md5(n::text) || md5((-n)::text)))).*
    from sessions as original, generate_series(1, ${storedUsers}::integer) as n
    where original.id = (select id from sessions limit 1)`;
  await sql`reset session_replication_role`;
  const sizeOf = async (table: string) => {
    await sql`vacuum full ${sql(table)}`;
    const [row] = await sql<{ bytes: number; count: number }[]>`
      select pg_total_relation_size(${table}::regclass)::integer as bytes,
        (select count(*)::integer from ${sql(table)}) as count`;
    return row ?? { bytes: Number.NaN, count: 1 };
  };
  const [session, record] = [await sizeOf("sessions"), await sizeOf("audit_log")];
  await fillLargeDatabase(sql, { users: storedUsers, sessions: 0, dueRows: 0 });
  const ofUser = ["users", "usernames", "user_roles", "known_devices"];
  let userBytes = 0;
  for (const table of ofUser) {
    const { bytes, count } = await sizeOf(table);
    userBytes += bytes / count;
  }
  return [
    result("a user, with a role, a username and a known device", "bytes", [userBytes]),
    result("a session", "bytes", [session.bytes / session.count]),
    result("a row of the audit log", "bytes", [record.bytes / record.count]),
  ];
}

/** Calls for each, a few at a time. */
async function inTurn<Item, Output>(
  items: readonly Item[],
  call: (item: Item) => Promise<Output>,
): Promise<Output[]> {
  const waiting = [...items];
  const outputs: Output[] = [];
  const work = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop())
      outputs.push(await call(item));
  };
  await Promise.all(Array.from({ length: callers }, work));
  return outputs;
}

/** What each of the operations that `work` counts took. */
async function spend(
  { server }: BenchServer,
  sql: Sql,
  work: () => Promise<number>,
): Promise<Cost> {
  const read = async () => {
    const [row] = await sql<{ position: string }[]>`
      select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as position`;
    return {
      process: 1_000_000 * (await processorSeconds(server.pid)),
      postgres: 1000 * (await postgresProcessorMilliseconds(sql)),
      wal: Number(row?.position),
    };
  };
  const before = await read();
  const count = await work();
  const after = await read();
  return {
    process: (after.process - before.process) / count,
    postgres: (after.postgres - before.postgres) / count,
    wal: (after.wal - before.wal) / count,
  };
}

async function hashMicroseconds(cost: number, count: number): Promise<number> {
  const hash = await Bun.password.hash(goodPassword, { algorithm: "bcrypt", cost });
  const before = process.cpuUsage();
  for (let done = 0; done < count; done += 1) await Bun.password.verify(goodPassword, hash);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function describe(what: string, costs: readonly Cost[]): Result[] {
  return [
    result(
      what,
      "µs, process",
      costs.map((cost) => cost.process),
    ),
    result(
      what,
      "µs, Postgres",
      costs.map((cost) => cost.postgres),
    ),
    result(
      what,
      "bytes of WAL",
      costs.map((cost) => cost.wal),
    ),
  ];
}

function result(what: string, unit: string, rounds: readonly number[]): Result {
  return { id: "scaling", what, value: median(rounds), unit, target: null, rounds };
}

function show(value: number): string {
  return value < 100 ? value.toFixed(1) : String(Math.round(value));
}
