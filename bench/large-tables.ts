import postgres from "postgres";

import { createHome } from "../tests/support/executable-home.ts";
import {
  runSuccessfully,
  type RunOptions,
  type ServerProcess,
  startGatehouse,
} from "../tests/support/executable.ts";
import { goodPassword } from "../tests/support/journey.ts";
import {
  emailOfInserted,
  fillLargeDatabase,
  useLargeDatabase,
} from "../tests/support/large-database.ts";
import { findLargeReads, logPlans } from "../tests/support/logged-plans.ts";
import { type PostgresServer, startPostgresServer } from "../tests/support/postgres-server.ts";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { benchSettings, tokensOf } from "./server.ts";

/** BENCH_USERS takes fewer, to try the measurement. There are five times as many sessions. */
const largeUsers = Number(process.env["BENCH_USERS"] ?? 1_000_000);
const smallUsers = 1000;
const requests = 300;
/** The least: what is compared is all but the hash. */
const bcryptCost = 4;

const operations = ["login", "refresh", "list sessions"] as const;
type Times = Record<(typeof operations)[number], number>;

/** P9: what requests take with many users and sessions, compared with few; and that no statement reads a large table as a whole. */
export const largeTables: Measurement = {
  name: "large tables",
  async measure({ rounds }) {
    await using home = await createHome("embedded");
    await using small = await startFilled(home.cwd, smallUsers);
    await using large = await startFilled(home.cwd, largeUsers);
    const hash = await hashMilliseconds();
    const ratios: Times[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const [few, many] = [await timesOf(small, hash), await timesOf(large, hash)];
      ratios.push({
        login: many.login / few.login,
        refresh: many.refresh / few.refresh,
        "list sessions": many["list sessions"] / few["list sessions"],
      });
    }
    const reads = large.largeReads;
    for (const [read, rows] of reads) console.error(`${rows} rows of ${read}`);
    return [
      ...operations.map((operation) => {
        const values = ratios.map((ratio) => ratio[operation]);
        return {
          id: "P9",
          what: `${operation}${operation === "login" ? " less the hash" : ""}, ${largeUsers} users`,
          value: median(values),
          unit: "x",
          target: { atMost: 1.3 },
          rounds: values,
          isHeadline: true,
          note: `the same with ${smallUsers} users; each has five sessions`,
        };
      }),
      {
        id: "P9",
        what: "statements that read more than 3,000 rows of a table",
        value: reads.size,
        unit: "",
        target: { atMost: 0 },
        rounds: [reads.size],
        note: "of requests, workers and retention",
      },
    ];
  },
};

/** A server on a filled database of its own. */
interface Filled extends AsyncDisposable {
  readonly users: number;
  readonly server: ServerProcess;
  /** What `findLargeReads` finds in the log of a start with its retention, and of requests. */
  readonly largeReads: ReadonlyMap<string, number>;
}

async function startFilled(cwd: string, users: number): Promise<Filled> {
  let log = "";
  const database: PostgresServer = await startPostgresServer({
    onLog: (text) => {
      log += text;
    },
  });
  const settings = { ...benchSettings, ENVIRONMENT: "test", BCRYPT_COST: String(bcryptCost) };
  const options: RunOptions = {
    cwd,
    settings: { ...settings, LOG_LEVEL: "info", DATABASE_URL: database.url },
  };
  const sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  await runSuccessfully(["migrate"], options);
  const dueRows = Math.min(2500, users / 4);
  await fillLargeDatabase(sql, { users, sessions: 5 * users, dueRows, bcryptCost });
  await logPlans(sql);
  log = "";
  // The first retention has something to delete.
  const logged = await startGatehouse(options);
  await useLargeDatabase(logged);
  await logged.stop();
  const largeReads = findLargeReads(log);
  await sql.unsafe("alter system reset all");
  await sql.unsafe("select pg_reload_conf()");
  const server = await startGatehouse(options);
  return {
    users,
    server,
    largeReads,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await sql.end();
      await database.stop();
    },
  };
}

/** The medians of requests of users spread over all, one at a time, in milliseconds. */
async function timesOf({ server, users }: Filled, hash: number): Promise<Times> {
  const times = new Map<keyof Times, number[]>(operations.map((operation) => [operation, []]));
  const timed = async <T>(operation: keyof Times, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    times.get(operation)?.push(performance.now() - began);
    return result;
  };
  for (let request = 0; request < requests; request += 1) {
    const email = emailOfInserted(1 + Math.floor(Math.random() * users));
    const login = await timed("login", () =>
      server.post("/api/v1/auth/login", { email, password: goodPassword }),
    );
    const { access, refresh } = tokensOf(login);
    await timed("refresh", () => server.post("/api/v1/auth/refresh", { refresh_token: refresh }));
    await timed("list sessions", () =>
      server.call("GET", "/api/v1/users/me/sessions", { bearer: access }),
    );
  }
  const of = (operation: keyof Times): number => median(times.get(operation) ?? []);
  return {
    login: of("login") - hash,
    refresh: of("refresh"),
    "list sessions": of("list sessions"),
  };
}

async function hashMilliseconds(): Promise<number> {
  const hash = await Bun.password.hash(goodPassword, { algorithm: "bcrypt", cost: bcryptCost });
  const times: number[] = [];
  for (let run = 0; run < 100; run += 1) {
    const began = performance.now();
    await Bun.password.verify(goodPassword, hash);
    times.push(performance.now() - began);
  }
  return median(times);
}
