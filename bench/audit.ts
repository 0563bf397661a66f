import { availableParallelism } from "node:os";

import postgres, { type Sql } from "postgres";

import { allSealed } from "./all-sealed.ts";
import { type Load, runLoad } from "./load.ts";
import { alternate, median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { processorSeconds, register, startBenchServer } from "./server.ts";

const cores = availableParallelism();

/** What is done with the log sealed meanwhile, and without. */
const loads = {
  refresh: { kind: "refresh", callers: 16, requests: 6000 },
  login: { kind: "login", callers: cores + 2, requests: 40 * cores },
} satisfies Record<string, Omit<Load, "url" | "user">>;

/**
 * What it costs that the audit log is sealed: the processor time of the server and its database for each request, with the
 * sealing of its row and without. No request waits for it; it takes processor time from those that run.
 */
export const audit: Measurement = {
  name: "audit",
  async measure({ rounds }) {
    await using running = await startBenchServer("postgres", { BCRYPT_COST: "10" });
    const { home, server } = running;
    const sql = postgres(home.settings["DATABASE_URL"] ?? "", { max: 2, onnotice: () => {} });
    const user = await register(server);
    const run = (load: (typeof loads)[keyof typeof loads]) =>
      runLoad({ ...load, url: server.url, user });
    /** Milliseconds of a processor for each request. */
    const costOf = async (requests: number, work: () => Promise<unknown>): Promise<number> => {
      const before = await processorTime(sql, server.pid);
      await work();
      return ((await processorTime(sql, server.pid)) - before) / requests;
    };
    try {
      await run(loads.refresh);
      const results: Result[] = [];
      for (const load of Object.values(loads)) {
        const { sealed, unsealed } = await alternate(rounds, {
          sealed: () => costOf(load.requests, () => run(load).then(() => allSealed(sql))),
          unsealed: () => withoutSealing(sql, () => costOf(load.requests, () => run(load))),
        });
        results.push(describe(load.kind, sealed, unsealed));
      }
      return results;
    } finally {
      await sql.end();
    }
  },
};

function describe(kind: string, sealed: readonly number[], unsealed: readonly number[]): Result {
  const ratios = sealed.map((cost, round) => cost / (unsealed[round] ?? Number.NaN));
  const [withIt, without] = [sealed, unsealed].map((each) => median(each).toFixed(3));
  return {
    id: "audit",
    what: `POST /auth/${kind} and the sealing of its row`,
    value: median(ratios),
    unit: "x",
    target: { atMost: 1.1 },
    rounds: ratios,
    note: `${withIt} ms of a processor against ${without} ms without the sealing`,
  };
}

async function processorTime(sql: Sql, serverPid: number): Promise<number> {
  const backends = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database()`;
  const pids = [serverPid, ...backends.map(({ pid }) => pid)];
  const seconds = await Promise.all(pids.map(processorSeconds));
  return seconds.reduce((sum, each) => sum + each) * 1000;
}

/** Sealing waits until the end. */
async function withoutSealing(sql: Sql, run: () => Promise<number>): Promise<number> {
  const result = await sql.begin(async (tx) => {
    await tx`lock table audit_chain in access exclusive mode`;
    return run();
  });
  await allSealed(sql);
  return result;
}
