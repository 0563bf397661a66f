// `bun run soak [minutes]`: one replica under a mixed load of every route, at 70 % of what it can do, for an hour. Every five minutes
// it rests until it has returned its free memory: what it uses then is compared, since under load garbage moves it by 10 MB. Exit
// code 1 if memory at rest grows by 1 MB an hour or more, if the open files grow, or if a request fails.
import { readdir } from "node:fs/promises";

import { createClientByCommand } from "../tests/support/client-by-command.ts";
import { createHome } from "../tests/support/executable-home.ts";
import { runSuccessfully, startGatehouse } from "../tests/support/executable.ts";
import { freshEmail, goodPassword } from "../tests/support/journey.ts";
import { startPostgresServer } from "../tests/support/postgres-server.ts";
import { createLedger } from "./ledger.ts";
import { percentile } from "./percentile.ts";
import { benchSettings, residentMegabytes } from "./server.ts";
import { createVisitor, type Visit } from "./visitor.ts";

const minutes = Number(process.argv[2] ?? 60);
if (!(minutes > 0)) throw new Error("the number of minutes is positive");
const visitors = 32;
const capacitySeconds = 20;
const share = 0.7;
const sampleSeconds = 5;
/** The load between two rests. */
const periodMinutes = Math.min(5, minutes / 6);
/** Longer than the time after which an idle process returns memory (`src/app/jobs/memory-trim.ts`). */
const restSeconds = 30;
/** After these, memory is compared: caches are filled until then. */
const warmUpPeriods = 2;
const allowedMegabytesPerHour = 1;
/** The connections of the visitors, each of which is open or closed at a rest. Files that are never closed are thousands. */
const allowedMoreFiles = visitors;
const settings = {
  ...benchSettings,
  LOG_LEVEL: "info",
  BCRYPT_COST: "10",
  LOGIN_QUEUE: "1000",
  // Full within the warm-up: what the cache adds until it is full is no growth without end.
  TOKEN_CACHE_SIZE: "2MiB",
};

const database = await startPostgresServer();
// Where the support of the tests looks for a server.
process.env["TEST_DATABASE_URL"] = database.url;
let isKept = false;
try {
  isKept = await soak();
} finally {
  await database.stop();
}
process.exit(isKept ? 0 : 1);

async function soak(): Promise<boolean> {
  await using home = await createHome("postgres");
  const options = { cwd: home.cwd, settings: { ...home.settings, ...settings } };
  await using server = await startGatehouse(options);
  const admin = { email: freshEmail(), password: goodPassword };
  const input = { ...options, input: admin.password };
  await runSuccessfully(["create-admin", "--email", admin.email, "--password-stdin"], input);
  const { id, secret } = await createClientByCommand(options, ["--name", "a service"]);
  const client = `Basic ${btoa(`${id}:${secret}`)}`;
  const ledger = createLedger();
  const steps = Array.from({ length: visitors }, () =>
    createVisitor({ send: server.call, ledger, client, admin }),
  );
  const times: number[] = [];
  const statuses: Record<number, number> = {};
  const failures: string[] = [];

  async function take(step: () => Promise<Visit>, dueAt: number): Promise<void> {
    try {
      const { route, status } = await step();
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status >= 500) failures.push(`${status} ${route}`);
    } catch (error) {
      failures.push(String(error));
    }
    times.push(performance.now() - dueAt);
  }

  /** Each visitor sends its next request as soon as the last one is answered, or at its time of `perSecond` requests of all. */
  async function load(seconds: number, perSecond: number | null): Promise<void> {
    const began = performance.now();
    const end = began + seconds * 1000;
    let number = 0;
    await Promise.all(
      steps.map(async (step) => {
        while (performance.now() < end) {
          const dueAt =
            perSecond === null ? performance.now() : began + (number++ * 1000) / perSecond;
          const early = dueAt - performance.now();
          if (early > 0) await Bun.sleep(early);
          await take(step, dueAt);
        }
      }),
    );
  }

  await load(capacitySeconds, null);
  times.length = 0;
  const beganAt = performance.now();
  await load(capacitySeconds, null);
  const capacity = times.length / ((performance.now() - beganAt) / 1000);
  times.length = 0;
  const began = performance.now();
  const hours = (): number => (performance.now() - began) / 3_600_000;
  const read = async (): Promise<Point> => [hours(), await residentMegabytes(server.pid)];
  const loaded: Point[] = [];
  const rested: Point[] = [];
  const openFiles: number[] = [];
  const latencies: string[] = [];
  for (let period = 0; period < Math.round(minutes / periodMinutes); period += 1) {
    const sampling = setInterval(
      () => void read().then((point) => loaded.push(point)),
      sampleSeconds * 1000,
    );
    const since = times.length;
    await load(periodMinutes * 60, share * capacity);
    clearInterval(sampling);
    await Bun.sleep(restSeconds * 1000);
    rested.push(await read());
    openFiles.push((await readdir(`/proc/${server.pid}/fd`)).length);
    latencies.push(percentile(times.slice(since), 99).toFixed(0));
  }

  const warm = rested.slice(warmUpPeriods);
  const moreFiles = (openFiles.at(-1) ?? 0) - Math.max(...openFiles.slice(0, warmUpPeriods));
  const slope = slopeOf(warm);
  const from = warm.at(0)?.[0] ?? 0;
  const underLoad = slopeOf(loaded.filter(([hour]) => hour > from));
  const [p50, p99, p999] = [50, 99, 99.9].map((rank) => percentile(times, rank).toFixed(1));
  console.log(`
${minutes} minutes at ${(share * capacity).toFixed(0)} requests/s, ${share * 100} % of ${capacity.toFixed(0)}: ${times.length} requests
latency (ms)   median ${p50}   p99 ${p99}   p99.9 ${p999}; p99 of each period ${latencies.join(" ")}
open files     ${openFiles.join(" ")} at rest (at most ${allowedMoreFiles} more than in the warm-up)
at rest (MB)   ${rested.map(([, megabytes]) => megabytes.toFixed(1)).join(" ")}
slope          ${slope.toFixed(2)} MB/h at rest after the warm-up of ${warmUpPeriods * periodMinutes} minutes (target < ${allowedMegabytesPerHour}); under load ${underLoad.toFixed(1)}
statuses       ${JSON.stringify(statuses)}
failures       ${failures.length} ${failures.slice(0, 5).join("; ")}`);
  return slope < allowedMegabytesPerHour && moreFiles <= allowedMoreFiles && failures.length === 0;
}

/** Hours since the start, and megabytes. */
type Point = readonly [hours: number, megabytes: number];

/** The slope of the line that is nearest to the points, by least squares. */
function slopeOf(points: readonly Point[]): number {
  const mean = (place: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[place], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
