// `bun run bench`: measures, prints one table, writes bench/results.json. Never part of the tests: it wants a quiet machine.
// `bun bench/main.ts login memory` measures some of it; the results of the others stay as they are.
import { startPostgresServer } from "../tests/support/postgres-server.ts";
import { attacks } from "./attacks.ts";
import { audit } from "./audit.ts";
import { brokerOutage } from "./broker-outage.ts";
import { edge } from "./edge.ts";
import { events } from "./events.ts";
import { largeTables } from "./large-tables.ts";
import { login } from "./login.ts";
import { equalTime } from "./equal-time.ts";
import { idle } from "./idle.ts";
import { describeCommit, describeMachine } from "./machine.ts";
import { manyTokens } from "./many-tokens.ts";
import { meetsTarget, type Measurement, type Result } from "./measurement.ts";
import { memory } from "./memory.ts";
import { pooler } from "./pooler.ts";
import { refresh } from "./refresh.ts";
import { revocation } from "./revocation.ts";
import { keepReport } from "./reports.ts";
import { roundTrips } from "./round-trips.ts";
import { rotationCoalescing } from "./rotation-coalescing.ts";
import { scalingCosts } from "./scaling-costs.ts";
import { saturation } from "./saturation.ts";
import { signInCost } from "./sign-in-cost.ts";
import { startUp } from "./start-up.ts";
import { renderTable } from "./table.ts";
import { userBacklog } from "./user-backlog.ts";
import { userImport } from "./user-import.ts";
import { validation } from "./validation.ts";
import { webhookNeighbours } from "./webhook-neighbours.ts";

const measurements: readonly Measurement[] = [
  validation,
  edge,
  manyTokens,
  revocation,
  login,
  equalTime,
  signInCost,
  saturation,
  roundTrips,
  refresh,
  pooler,
  rotationCoalescing,
  audit,
  events,
  userBacklog,
  brokerOutage,
  webhookNeighbours,
  attacks,
  largeTables,
  startUp,
  memory,
  idle,
  userImport,
  scalingCosts,
];
/** BENCH_ROUNDS takes fewer, where there is less time; the median of one round says less. */
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);

const wanted = process.argv.slice(2);
const chosen = measurements.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const machine = await describeMachine();
const commit = describeCommit();
const server = await startPostgresServer();
// Where the support of the tests looks for a server.
process.env["TEST_DATABASE_URL"] = server.url;

const results: Result[] = [];
const failed: string[] = [];
try {
  for (const measurement of chosen) {
    console.error(`measuring ${measurement.name} …`);
    try {
      const measured = await measurement.measure({ rounds });
      results.push(...measured);
      const at = new Date().toISOString();
      await keepReport(measurement.name, { at, commit, machine, rounds, results: measured });
    } catch (error) {
      // What the others have measured, in a quarter of an hour, is not lost.
      console.error(error);
      failed.push(measurement.name);
    }
  }
} finally {
  await server.stop();
}

console.log(`
${commit} on ${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}, Bun ${machine.bun}
load average before: ${machine.loadBefore}

${renderTable(results)}
`);
if (failed.length > 0) {
  console.error(`not measured: ${failed.join(", ")}`);
  process.exit(1);
}
process.exit(results.every(meetsTarget) ? 0 : 1);
