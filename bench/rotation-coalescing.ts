import postgres, { type Sql } from "postgres";

import { allSealed } from "./all-sealed.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { buildPatched } from "./patched-build.ts";
import { postgresProcessorMilliseconds } from "./processor-time.ts";
import { refreshesInLua } from "./refresh-load.ts";
import {
  type BenchServer,
  processorSeconds,
  register,
  signIn,
  startBenchServer,
} from "./server.ts";
import { runWrk } from "./wrk.ts";

const sessionCount = 64;
const seconds = 5;
const warmUpSeconds = 3;
const settings = { BCRYPT_COST: "10", DATABASE_POOL_SIZE: "20", JWT_REFRESH_TOKEN_TTL: "7d" };

/** For each number of connections, what coalescing must give at least: it is deleted when it gives less (decision 16). */
const targets = new Map([
  [1, 0.8],
  [8, 1],
  [32, 1.3],
]);

/** With a batch of one, every rotation is sent alone. */
const withoutCoalescing = {
  file: "src/platform/db/coalesced-query.ts",
  find: "const maximumBatchSize = 64;",
  replace: "const maximumBatchSize = 1;",
};

interface Sample {
  readonly perSecond: number;
  /** Microseconds of processor time for a refresh, by Gatehouse and by all processes of Postgres. */
  readonly own: number;
  readonly ofPostgres: number;
}

/** Refreshes a second and the processor time of both processes, with coalesced rotation and with every rotation sent alone. */
export const rotationCoalescing: Measurement = {
  name: "rotation coalescing",
  async measure({ rounds }) {
    await using alone = await buildPatched(withoutCoalescing);
    await using coalescing = await prepare();
    await using sending = await prepare(alone.executable);
    const results: Result[] = [];
    for (const [connections, atLeast] of targets) {
      const coalesced: Sample[] = [];
      const single: Sample[] = [];
      for (let round = 0; round < rounds; round += 1) {
        coalesced.push(await coalescing.refresh(connections, seconds));
        single.push(await sending.refresh(connections, seconds));
      }
      const ratios = coalesced.map(
        ({ perSecond }, round) => perSecond / (single[round]?.perSecond ?? Number.NaN),
      );
      results.push({
        id: "coalescing",
        what: `POST /auth/refresh with coalesced rotation, ${connections} connections`,
        value: median(ratios),
        unit: "x",
        target: { atLeast },
        rounds: ratios,
        note: `${describe(coalesced)}; each rotation alone: ${describe(single)}`,
      });
    }
    return results;
  },
};

interface Prepared extends AsyncDisposable {
  refresh(connections: number, seconds: number): Promise<Sample>;
}

/** A server that is stopped (SIGSTOP) except while it is measured, so that it takes no time from the other. */
async function prepare(executable?: string): Promise<Prepared> {
  const running = await startBenchServer("postgres", settings, executable);
  const { home, server } = running;
  const sql = postgres(home.settings["DATABASE_URL"] ?? "", { max: 1, onnotice: () => {} });
  const users = await Promise.all(Array.from({ length: sessionCount }, () => register(server)));
  const refresh: Prepared["refresh"] = async (connections, duration) => {
    server.signal("SIGCONT");
    const tokens = await Promise.all(users.map((user) => signIn(server, user)));
    await allSealed(sql);
    const before = await processorTimes(running, sql);
    const lua = refreshesInLua(tokens.map((each) => each.refresh));
    const load = { seconds: duration, connections };
    const { perSecond } = await runWrk(`${server.url}/api/v1/auth/refresh`, lua, load);
    await allSealed(sql);
    const after = await processorTimes(running, sql);
    server.signal("SIGSTOP");
    const count = perSecond * duration;
    return {
      perSecond,
      own: (after.own - before.own) / count,
      ofPostgres: (after.ofPostgres - before.ofPostgres) / count,
    };
  };
  await refresh(16, warmUpSeconds);
  return {
    refresh,
    async [Symbol.asyncDispose]() {
      server.signal("SIGCONT");
      await sql.end();
      await running[Symbol.asyncDispose]();
    },
  };
}

/** In microseconds, since each process began. */
async function processorTimes(
  { server }: BenchServer,
  sql: Sql,
): Promise<{ own: number; ofPostgres: number }> {
  return {
    own: (await processorSeconds(server.pid)) * 1e6,
    ofPostgres: (await postgresProcessorMilliseconds(sql)) * 1e3,
  };
}

function describe(samples: readonly Sample[]): string {
  const [perSecond, own, ofPostgres] = (["perSecond", "own", "ofPostgres"] as const).map((key) =>
    median(samples.map((sample) => sample[key])).toFixed(0),
  );
  return `${perSecond}/s, ${own} µs own and ${ofPostgres} µs Postgres`;
}
