import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Cluster } from "./cluster.ts";
import type { MovedClock } from "../../tests/support/moved-clock.ts";
import type { Replica } from "./replica.ts";

const clockSeconds = 600;

/** A fault: it is made, lasts for a while, and is over when `run` resolves. */
export interface Fault {
  readonly name: string;
  /** Resolves when nothing is wrong any more, with the time from which the recovery counts (`performance.now()`). */
  run(): Promise<number>;
}

/** All faults that this machine can make. */
export function createFaults(
  cluster: Cluster,
  replicas: readonly Replica[],
  movedClock: MovedClock | null,
): Fault[] {
  const some = (): Replica => {
    const replica = replicas[Math.floor(Math.random() * replicas.length)];
    if (!replica) throw new Error("no replica");
    return replica;
  };
  const fault = (name: string, make: () => Promise<unknown>, countsFromStart = false): Fault => ({
    name,
    async run() {
      const began = performance.now();
      await make();
      return countsFromStart ? began : performance.now();
    },
  });
  const wrongClock = (seconds: number): Fault[] =>
    movedClock === null
      ? []
      : [
          fault(`clock of a replica ${seconds > 0 ? "+" : "-"} 10 min`, async () => {
            const replica = some();
            await replica.restart("SIGTERM", movedClock(seconds));
            await Bun.sleep(4000);
            await replica.restart("SIGTERM");
          }),
        ];
  const { disk } = cluster;
  return [
    fault("kill -9 of a replica", () => some().restart("SIGKILL"), true),
    fault("SIGTERM of a replica", () => some().restart("SIGTERM")),
    fault("SIGSTOP of a replica for 3 s", async () => {
      const replica = some();
      replica.signal("SIGSTOP");
      await Bun.sleep(3000);
      replica.signal("SIGCONT");
    }),
    fault("Postgres: fast restart", () => cluster.restartPrimary("SIGINT")),
    fault("Postgres: immediate restart", () => cluster.restartPrimary("SIGQUIT")),
    fault("Postgres: all connections ended", () =>
      cluster.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gate' and pid <> pg_backend_pid()",
      ),
    ),
    fault("pooler restart", () => cluster.pooler.restart()),
    fault("broker away for 2 s", async () => {
      await cluster.broker.process.stop();
      await Bun.sleep(2000);
      await cluster.broker.process.start();
    }),
    ...wrongClock(clockSeconds),
    ...wrongClock(-clockSeconds),
    ...(disk === null
      ? []
      : [fault("disk of the databases full for 2 s", () => fillDisk(disk, cluster))]),
  ];
}

async function fillDisk(disk: string, cluster: Cluster): Promise<void> {
  const filler = join(disk, "filler");
  const { bavail, bsize } = await statfs(disk);
  // More than there is: what fits is written.
  await writeFile(filler, new Uint8Array(bavail * bsize + 2 ** 20)).catch(() => undefined);
  await Bun.sleep(2000);
  await rm(filler, { force: true });
  await cluster.revive();
}
