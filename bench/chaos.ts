// `bun run chaos [minutes]`: three replicas on a primary with a standby, behind a pooler, under a mixed load of every route; every few
// seconds something fails. Then whatever was acknowledged is compared with the database. Exit code 1 for a violation or a slow recovery.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createClientByCommand } from "../tests/support/client-by-command.ts";
import { eventually } from "../tests/support/eventually.ts";
import { runGatehouse } from "../tests/support/executable.ts";
import { freshEmail, goodPassword } from "../tests/support/journey.ts";
import { type Cluster, startCluster } from "./chaos/cluster.ts";
import { createFaults, type Fault } from "./chaos/faults.ts";
import { findViolations } from "./chaos/invariants.ts";
import { compileMovedClock } from "../tests/support/moved-clock.ts";
import { type Replica, startReplica } from "./chaos/replica.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { median } from "./median.ts";
import { benchSettings } from "./server.ts";
import { createVisitor } from "./visitor.ts";

const minutes = Number(process.argv[2] ?? 10);
if (!(minutes > 0)) throw new Error("the number of minutes is positive");
const visitors = 12;
const allowedSeconds = 5;
const shortestPauseMilliseconds = 1500;
const settings = { ...benchSettings, LOG_LEVEL: "info", BCRYPT_COST: "4", ENVIRONMENT: "test" };

/** The seconds of each recovery, by fault. */
const recoveries = new Map<string, number[]>();
const statuses: Record<string, number> = {};
const violations: string[] = [];
const directory = await mkdtemp(join(tmpdir(), "gatehouse-chaos-replicas-"));
try {
  await using cluster = await startCluster();
  await runChaos(cluster);
} finally {
  await rm(directory, { recursive: true, force: true });
}
const slow = [...recoveries].filter(([, seconds]) => Math.max(...seconds) > allowedSeconds);
console.log(`\n${"fault".padEnd(40)} times  recovery (s): median, longest`);
for (const [name, seconds] of recoveries) {
  const longest = Math.max(...seconds);
  console.log(
    `${name.padEnd(40)} ${String(seconds.length).padStart(5)}  ${median(seconds).toFixed(2)}, ${longest.toFixed(2)}`,
  );
}
console.log(`\nresponses by status (0: none): ${JSON.stringify(statuses)}`);
console.log(`${violations.length} violations`);
for (const violation of violations) console.log(`  ${violation}`);
for (const [name] of slow) console.log(`  ${name}: recovered in more than ${allowedSeconds} s`);
process.exit(violations.length === 0 && slow.length === 0 ? 0 : 1);

async function runChaos(cluster: Cluster): Promise<void> {
  const options = { cwd: directory, settings: { ...settings, ...cluster.settings } };
  const movedClock = await compileMovedClock(directory);
  if (movedClock === null) console.log("left out: wrong clocks (no cc)");
  if (cluster.disk === null) console.log("left out: the full disk (no right to mount one)");
  const replicas: Replica[] = [];
  await using stack = new AsyncDisposableStack();
  for (const name of ["one", "two", "three"]) {
    const replica = await startReplica(name, options);
    stack.defer(() => replica.stop());
    replicas.push(replica);
  }
  const [first] = replicas;
  if (!first) throw new Error("no replica");
  const admin = { email: freshEmail(), password: goodPassword };
  const input = { ...options, input: admin.password };
  await runGatehouse(["create-admin", "--email", admin.email, "--password-stdin"], input);
  const { id, secret } = await createClientByCommand(options, ["--name", "a service"]);
  const ledger = createLedger();
  let isRunning = true;
  const load = Array.from({ length: visitors }, async () => {
    const step = createVisitor({
      ledger,
      admin,
      client: `Basic ${btoa(`${id}:${secret}`)}`,
      send: (...request) => anyOf(replicas).call(...request),
    });
    while (isRunning) {
      const status = await step().then(
        (visit) => visit.status,
        () => 0,
      );
      statuses[status] = (statuses[status] ?? 0) + 1;
      // Where nothing answers, a client waits before it tries again.
      if (status === 0 || status === 503) await Bun.sleep(50);
    }
  });

  const end = performance.now() + minutes * 60_000;
  const promoteAt = end - minutes * 30_000;
  let waiting: Fault[] = [];
  let isWhole = true;
  while (isWhole && performance.now() < end) {
    await Bun.sleep(shortestPauseMilliseconds * (1 + Math.random()));
    if (!cluster.isPromoted && performance.now() > promoteAt) {
      isWhole = await meet(promotionOf(cluster), cluster, replicas);
      continue;
    }
    // Each fault once, in another order each time, before any of them again.
    if (waiting.length === 0) waiting = shuffled(createFaults(cluster, replicas, movedClock));
    const fault = waiting.pop();
    if (fault) isWhole = await meet(fault, cluster, replicas);
  }
  isRunning = false;
  await Promise.all(load);
  // What was acknowledged is compared also after a fault that was not over in time.
  if (!isWhole) await cluster.revive().catch(() => undefined);
  try {
    violations.push(...(await compare(cluster, first, ledger, options)));
  } catch (error) {
    violations.push(`not compared: ${messageOf(error)}\n${await cluster.describe()}`);
  }
  const errors = replicas.flatMap((replica) => replica.errors());
  console.log(`${ledger.registered.size} users, ${errors.length} lines of errors in the logs`);
  for (const line of new Set(errors.map((text) => /"msg":"[^"]*"/.exec(text)?.[0] ?? text)))
    console.log(`  ${line}`);
}

/** What was acknowledged, with the database: one sentence for each violation. */
async function compare(
  cluster: Cluster,
  replica: Replica,
  ledger: Ledger,
  options: Parameters<typeof runGatehouse>[1],
): Promise<string[]> {
  // A replica whose clock was ten minutes ahead has claimed events until ten minutes from now: late, not lost.
  await cluster.sql("update event_deliveries set available_at = now() where status = 'pending'");
  await cluster.sql("update event_destinations set retry_at = null");
  const pending = "select count(*) from event_deliveries where status = 'pending'";
  await eventually(
    () => cluster.sql(pending),
    (count) => count === "0",
    180,
  ).catch(() => undefined);
  const found = await findViolations(cluster, replica, ledger);
  const verified = await runGatehouse(["audit", "verify"], options);
  if (verified.exitCode !== 0) found.push(`the audit log: ${verified.stdout}${verified.stderr}`);
  return found;
}

function promotionOf(cluster: Cluster): Fault {
  return {
    name: "primary killed, standby promoted",
    async run() {
      await cluster.promote();
      return performance.now();
    },
  };
}

/**
 * Makes a fault, and measures how long after its end every replica has acknowledged a write. False if it did not end, or if a replica
 * acknowledged none in a minute: that is a violation, with what was seen.
 */
async function meet(
  fault: Fault,
  cluster: Cluster,
  replicas: readonly Replica[],
): Promise<boolean> {
  try {
    const over = await fault.run();
    await Promise.all(replicas.map(untilAcknowledged));
    const seconds = (performance.now() - over) / 1000;
    recoveries.set(fault.name, [...(recoveries.get(fault.name) ?? []), seconds]);
    console.error(`${fault.name}: ${seconds.toFixed(2)} s`);
    return true;
  } catch (error) {
    const what = `${fault.name}: ${messageOf(error)}\n${await cluster.describe()}`;
    console.error(what);
    violations.push(what);
    return false;
  }
}

function untilAcknowledged(replica: Replica): Promise<number> {
  return eventually(
    () => {
      const json = { email: freshEmail(), password: goodPassword };
      return replica.call("POST", "/api/v1/auth/register", { json }).then(
        ({ status }) => status,
        () => 0,
      );
    },
    (status) => status === 201,
    60,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function anyOf(replicas: readonly Replica[]): Replica {
  const replica = replicas[Math.floor(Math.random() * replicas.length)];
  if (!replica) throw new Error("no replica");
  return replica;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, item]) => item);
}
