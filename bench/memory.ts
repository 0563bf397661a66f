import { runLoad } from "./load.ts";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { register, residentMegabytes, startBenchServer } from "./server.ts";

const mixedRequests = 100_000;
const embeddedWrites = 2_000;
const callers = 32;
/** With eight tokens each, used on every hot route: more than the recent ones of the token cache. */
const manySessionsPerCaller = 16;
/** The sessions are opened sooner; the rest of the memory is the same. */
const settings = { BCRYPT_COST: "10" };
/** Long enough for the process to find that it is quiet, for the garbage collector, and for the allocator to give pages back. */
const settleSeconds = 20;

/** P8: resident memory, idle, and after work. */
export const memory: Measurement = {
  name: "memory",
  async measure({ rounds }) {
    const idle: number[] = [];
    const grown: number[] = [];
    const grownFull: number[] = [];
    const embedded: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { before, after } = await measurePostgres(1);
      idle.push(before);
      grown.push(after - before);
      const full = await measurePostgres(manySessionsPerCaller);
      grownFull.push(full.after - full.before);
      embedded.push(await measureEmbedded());
    }
    return [
      { what: "Postgres, idle", atMost: 110, megabytes: idle },
      { what: `Postgres, added by ${mixedRequests} mixed requests`, atMost: 40, megabytes: grown },
      {
        what: `the same in ${manySessionsPerCaller * callers} sessions with eight tokens each`,
        atMost: 72,
        megabytes: grownFull,
      },
      { what: `embedded, after ${embeddedWrites} refreshes`, atMost: 260, megabytes: embedded },
    ].map(({ what, atMost, megabytes }) => ({
      id: "P8",
      what: `resident memory: ${what}`,
      value: median(megabytes),
      unit: "MB",
      target: { atMost },
      rounds: megabytes,
      isHeadline: true,
    }));
  },
};

async function measurePostgres(
  sessionsPerCaller: number,
): Promise<{ before: number; after: number }> {
  await using running = await startBenchServer("postgres", settings);
  const { server } = running;
  await Bun.sleep(settleSeconds * 1000);
  const before = await residentMegabytes(server.pid);
  const user = await register(server);
  const load = { kind: "mixed", url: server.url, callers, sessionsPerCaller, user } as const;
  await runLoad({ ...load, requests: mixedRequests });
  await Bun.sleep(settleSeconds * 1000);
  return { before, after: await residentMegabytes(server.pid) };
}

async function measureEmbedded(): Promise<number> {
  await using running = await startBenchServer("embedded");
  const { server } = running;
  const user = await register(server);
  await runLoad({ kind: "refresh", url: server.url, callers, requests: embeddedWrites, user });
  await Bun.sleep(settleSeconds * 1000);
  return await residentMegabytes(server.pid);
}
