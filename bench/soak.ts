// `bun run soak [minutes]`: one replica under a mixed load of every route, at 70 % of what it can do, for an hour. Prints the slope of
// its resident memory and the latencies. Exit code 1 if memory grows by 1 MB an hour or more, or a request fails.
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
/** Of the time, after which memory is compared: code is compiled and caches are filled until then. */
const warmUpShare = 1 / 6;
const sampleSeconds = 5;
const samplesPerPrint = 60;
const allowedMegabytesPerHour = 1;
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
  const samples: { hours: number; megabytes: number }[] = [];
  const began = performance.now();
  const sampling = setInterval(() => {
    void residentMegabytes(server.pid).then((megabytes) =>
      samples.push({ hours: (performance.now() - began) / 3_600_000, megabytes }),
    );
  }, sampleSeconds * 1000);
  await load(minutes * 60, share * capacity);
  clearInterval(sampling);

  const warm = samples.slice(Math.ceil(samples.length * warmUpShare));
  const slope = slopeOf(warm.map(({ hours, megabytes }) => [hours, megabytes]));
  const [p50, p99, p999] = [50, 99, 99.9].map((rank) => percentile(times, rank).toFixed(1));
  console.log(`
${minutes} minutes at ${(share * capacity).toFixed(0)} requests/s, ${share * 100} % of ${capacity.toFixed(0)}: ${times.length} requests
latency (ms)   median ${p50}   p99 ${p99}   p99.9 ${p999}
memory (MB)    ${warm.at(0)?.megabytes.toFixed(1)} after the warm-up, ${warm.at(-1)?.megabytes.toFixed(1)} at the end; means of ${(sampleSeconds * samplesPerPrint) / 60} minutes each: ${meansOf(samples).join(" ")}
slope          ${slope.toFixed(2)} MB/h over ${(60 * ((warm.at(-1)?.hours ?? 0) - (warm.at(0)?.hours ?? 0))).toFixed(1)} minutes (target < ${allowedMegabytesPerHour})
statuses       ${JSON.stringify(statuses)}
failures       ${failures.length} ${failures.slice(0, 5).join("; ")}`);
  return slope < allowedMegabytesPerHour && failures.length === 0;
}

/** The mean of each `samplesPerPrint` samples, in MB. */
function meansOf(samples: readonly { readonly megabytes: number }[]): string[] {
  const groups = Math.ceil(samples.length / samplesPerPrint);
  return Array.from({ length: groups }, (_, group) => {
    const part = samples.slice(group * samplesPerPrint, (group + 1) * samplesPerPrint);
    return (part.reduce((sum, { megabytes }) => sum + megabytes, 0) / part.length).toFixed(0);
  });
}

/** The slope of the line that is nearest to the points, by least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (place: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[place], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
