import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import postgres from "postgres";
import { codeOf } from "../support/error-code.ts";
import { startPostgresServer, type PostgresServer } from "../support/postgres-server.ts";
import { startTransactionLoad } from "../support/transaction-load.ts";

// The driver as published crashes or hangs at the first backend that ends inside a transaction; patches/ has the fix.
// `bun test` fails a test in which an error or rejection is not caught.

const poolSize = 5;
const longTestMs = 180_000;

let ownServer: PostgresServer | undefined;
let serverUrl = "";

beforeAll(async () => {
  const given = process.env["TEST_DATABASE_URL"];
  if (given === undefined || given === "") ownServer = await startPostgresServer();
  serverUrl = ownServer?.url ?? given ?? "";
});

afterAll(() => ownServer?.stop());

describe("the Postgres driver", () => {
  // security 139
  test(
    "survives backends that are killed under load",
    () =>
      withScratchDatabase(serverUrl, async ({ pool, admin, name }) => {
        const load = startTransactionLoad(pool);
        for (let killed = 0; killed < 40;) {
          await Bun.sleep(200);
          killed += await killBackends(admin, name, 3);
          await load.nextSuccess();
        }
        const outcome = await load.finish();

        expect(outcome.failures.size).toBeGreaterThan(0);
        expect(outcome.committed.length).toBeGreaterThan(0);
        await expectAllOrNothing(pool, outcome.committed);
        await expectEveryConnectionUsable(pool);
      }),
    longTestMs,
  );

  // security 139
  test(
    "survives restarts of the server under load",
    async () => {
      const server = await startPostgresServer();
      try {
        await withScratchDatabase(server.url, async ({ pool }) => {
          const load = startTransactionLoad(pool);
          for (const mode of ["immediate", "fast"] as const) {
            await load.nextSuccess();
            await server.restart(mode);
            await load.nextSuccess();
          }
          const outcome = await load.finish();

          expect(outcome.failures.size).toBeGreaterThan(0);
          await expectAllOrNothing(pool, outcome.committed);
          await expectEveryConnectionUsable(pool);
        });
      } finally {
        await server.stop();
      }
    },
    longTestMs,
  );

  // The attack: the pool reconnects the dead transaction's connection and lends it to another, and later statements of the dead one run there.
  test("refuses the later statements of a transaction whose connection died", () =>
    withScratchDatabase(serverUrl, async ({ pool, connect, admin, name }) => {
      const single = connect(1);
      const dead = Promise.withResolvers<void>();
      const replaced = Promise.withResolvers<void>();
      const refusals: unknown[] = [];
      const lost = single.begin(async (tx) => {
        await tx`insert into halves values (1, 1)`;
        dead.resolve();
        await replaced.promise;
        for (const statement of [tx`insert into late values (1)`, tx`commit`, tx`rollback`]) {
          refusals.push(await codeOf(statement));
        }
      });
      await dead.promise;
      expect(await killBackends(admin, name, 1, "insert into halves")).toBe(1);
      expect(await codeOf(lost)).toBe("CONNECTION_CLOSED");

      const replacement = single.begin(async (tx) => {
        await tx`insert into halves values (2, 1)`;
        replaced.resolve();
        while (refusals.length < 3) await Bun.sleep(1);
        await tx`insert into halves values (2, 2)`;
      });
      expect(await codeOf(replacement)).toBeNull();

      expect(refusals).toEqual(["CONNECTION_CLOSED", "CONNECTION_CLOSED", "CONNECTION_CLOSED"]);
      const stored = await pool<
        { id: number; half: number }[]
      >`select id, half from halves order by half`;
      expect(stored.map(({ id, half }) => [id, half])).toEqual([
        [2, 1],
        [2, 2],
      ]);
      await expectAllOrNothing(pool, [2]);
    }));

  test("settles the statements that a transaction had queued when its connection died", () =>
    withScratchDatabase(serverUrl, async ({ connect, admin, name }) => {
      // One statement at a time on the wire: the others wait inside the transaction.
      const single = connect(1, "max_pipeline=1");
      let statements: Promise<unknown>[] = [];
      const lost = single.begin((tx) => {
        statements = [tx`select pg_sleep(30)`, tx`select 1`, tx`select 2`, tx`select 3`].map(
          codeOf,
        );
        return Promise.all(statements);
      });
      const code = codeOf(lost);
      while ((await killBackends(admin, name, 1, "pg_sleep")) === 0) await Bun.sleep(5);

      expect(await code).toBe("CONNECTION_CLOSED");
      expect(await Promise.all(statements)).toEqual(Array(4).fill("CONNECTION_CLOSED"));
    }));

  test("takes a reserved connection back whose backend died", () =>
    withScratchDatabase(serverUrl, async ({ connect, admin, name }) => {
      const single = connect(1);
      const reserved = await single.reserve();
      const waiting = single.reserve();
      const running = codeOf(reserved`select pg_sleep(30)`);
      while ((await killBackends(admin, name, 1, "pg_sleep")) === 0) await Bun.sleep(5);

      expect(await running).toBe("CONNECTION_CLOSED");
      expect(await codeOf(reserved`select 1`)).toBe("CONNECTION_CLOSED");
      reserved.release();
      const next = await waiting;
      expect(await codeOf(next`select 1`)).toBeNull();
      next.release();
      expect(await codeOf(single`select 1`)).toBeNull();
    }));
});

type Scratch = {
  readonly name: string;
  readonly pool: postgres.Sql;
  readonly admin: postgres.Sql;
  connect(max: number, parameters?: string): postgres.Sql;
};

/** A database of its own with two tables, dropped afterwards with every client. */
async function withScratchDatabase(
  url: string,
  use: (scratch: Scratch) => Promise<void>,
): Promise<void> {
  const name = `driver_${crypto.randomUUID().replaceAll("-", "")}`;
  const scratchUrl = new URL(url);
  scratchUrl.pathname = `/${name}`;
  const clients: postgres.Sql[] = [];
  const open = (target: string, max: number): postgres.Sql => {
    // The test server may lose its last commits in a crash without this setting.
    const connection = { synchronous_commit: "on" };
    const client = postgres(target, {
      max,
      connection,
      connect_timeout: 5,
      backoff: () => 0.1,
      onnotice: () => {},
    });
    clients.push(client);
    return client;
  };
  const admin = open(url, 1);
  await admin`create database ${admin(name)}`;
  try {
    const connect: Scratch["connect"] = (max, parameters = "") =>
      open(`${scratchUrl.href}?${parameters}`, max);
    const pool = connect(poolSize);
    await pool`create table halves (id integer, half integer, primary key (id, half))`;
    await pool`create table late (id integer)`;
    await use({ name, pool, admin, connect });
  } finally {
    await Promise.all(
      clients.filter((client) => client !== admin).map((client) => client.end({ timeout: 0 })),
    );
    await admin`drop database ${admin(name)} with (force)`;
    await admin.end({ timeout: 0 });
  }
}

async function killBackends(
  admin: postgres.Sql,
  database: string,
  count: number,
  running = "",
): Promise<number> {
  const killed = await admin`
    select pg_terminate_backend(pid) from (
      select pid from pg_stat_activity
      where datname = ${database} and query like ${`%${running}%`} order by random() limit ${count}
    ) as victims`;
  return killed.length;
}

async function expectAllOrNothing(pool: postgres.Sql, committed: readonly number[]): Promise<void> {
  const stored = await pool`select distinct id from halves where id = any(${[...committed]})`;
  expect(stored.length).toBe(committed.length);
  expect(await pool`select id from halves group by id having count(*) <> 2`.values()).toHaveLength(
    0,
  );
  expect(await pool`select id from late`.values()).toHaveLength(0);
}

async function expectEveryConnectionUsable(pool: postgres.Sql): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: poolSize }, () =>
      pool.begin((tx) => tx<{ pid: number }[]>`select pg_backend_pid() as pid, pg_sleep(0.05)`),
    ),
  );
  expect(new Set(answers.map(([row]) => row?.pid)).size).toBe(poolSize);
}
