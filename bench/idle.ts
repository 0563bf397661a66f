import postgres, { type Sql } from "postgres";

import type { DatabaseKind } from "../tests/support/databases.ts";
import { findProgram } from "../tests/support/installed-program.ts";
import { startNats } from "../tests/support/nats-broker.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import {
  type BenchServer,
  processorSeconds,
  register,
  signIn,
  startBenchServer,
} from "./server.ts";

/** After the start, and after the last request, until what follows on them is done. */
const settleSeconds = 20;
const restSeconds = 60;
const rememberedTokens = 100;
/** What a process is allowed, and its connections in the database, in percent of a core; the embedded database is in the process. */
const allowed = { process: 0.3, database: 0.2 };

/** A replica that is asked nothing. */
interface Scene {
  readonly name: string;
  readonly kind: DatabaseKind;
  readonly usesBroker?: boolean;
  readonly remembersTokens?: boolean;
}

const scenes: readonly Scene[] = [
  { name: "Postgres", kind: "postgres" },
  { name: "Postgres, a broker configured", kind: "postgres", usesBroker: true },
  {
    name: `Postgres, ${rememberedTokens} tokens in the cache`,
    kind: "postgres",
    remembersTokens: true,
  },
  { name: "embedded", kind: "embedded" },
];

/** Percentages of a core. */
interface Shares {
  readonly process: number;
  /** NaN for the embedded database, which is part of the process. */
  readonly database: number;
}

/** P14: the processor time of replicas that are asked nothing, and of their connections in the database. They rest at the same time. */
export const idle: Measurement = {
  name: "idle",
  async measure({ rounds }) {
    const seen: Shares[][] = [];
    for (let round = 0; round < rounds; round += 1) seen.push(await measureRest());
    return scenes.flatMap(({ name, kind }, place): Result[] => {
      const shares = seen.flatMap((round) => round[place] ?? []);
      return (["process", "database"] as const).flatMap((part) => {
        const percents = shares.map((each) => each[part]).filter((each) => !Number.isNaN(each));
        if (percents.length === 0) return [];
        return {
          id: "P14",
          what: `at rest: the ${part}, ${name}`,
          value: median(percents),
          unit: "% of a core",
          target: { atMost: allowed[part] + (kind === "embedded" ? allowed.database : 0) },
          rounds: percents,
          isHeadline: true,
        };
      });
    });
  },
};

async function measureRest(): Promise<Shares[]> {
  const found = findProgram("nats-server");
  if ("missing" in found) throw new Error(found.missing);
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(await startNats(found.path));
  const resting: { server: BenchServer; sql: Sql | null }[] = [];
  for (const { kind, usesBroker, remembersTokens } of scenes) {
    const settings = {
      RATE_LIMITS_ENABLED: String(remembersTokens !== true),
      BCRYPT_COST: "10",
      ...(usesBroker ? { EVENTS_NATS_URL: broker.url } : {}),
    };
    const server = stack.use(await startBenchServer(kind, settings));
    if (remembersTokens) await useTokens(server);
    const url = server.home.settings["DATABASE_URL"];
    const sql = url === undefined ? null : postgres(url, { max: 1, onnotice: () => undefined });
    if (sql) stack.defer(() => sql.end());
    resting.push({ server, sql });
  }
  await Bun.sleep(settleSeconds * 1000);
  const read = () => Promise.all(resting.map(readTimes));
  const [before, began] = [await read(), performance.now()];
  await Bun.sleep(restSeconds * 1000);
  const [after, elapsed] = [await read(), performance.now() - began];
  return after.map((times, place) => ({
    process: (100 * (times.process - (before[place]?.process ?? Number.NaN))) / elapsed,
    database: (100 * (times.database - (before[place]?.database ?? Number.NaN))) / elapsed,
  }));
}

/** Signs in once, and asks about as many tokens as are to be remembered, each twice. */
async function useTokens({ server }: BenchServer): Promise<void> {
  const user = await register(server);
  for (let count = 0; count < rememberedTokens; count += 1) {
    const { access } = await signIn(server, user);
    for (const _ of [1, 2]) await server.call("GET", "/api/v1/users/me", { bearer: access });
  }
}

/** The processor time until now, in milliseconds. */
async function readTimes({
  server: { server },
  sql,
}: {
  server: BenchServer;
  sql: Sql | null;
}): Promise<Shares> {
  const ofProcess = 1000 * (await processorSeconds(server.pid));
  if (sql === null) return { process: ofProcess, database: Number.NaN };
  const backends = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  const times = await Promise.all(backends.map(({ pid }) => processorMilliseconds(pid)));
  return { process: ofProcess, database: times.reduce((sum, time) => sum + time, 0) };
}

/** The processor time of a process of one thread, to the nanosecond: `/proc/<pid>/stat` counts in units of 10 ms. */
async function processorMilliseconds(pid: number): Promise<number> {
  const text = await Bun.file(`/proc/${pid}/schedstat`)
    .text()
    .catch(() => "0");
  return Number(text.split(" ")[0]) / 1e6;
}
