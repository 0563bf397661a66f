import { runLoad } from "./load.ts";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { register, residentMegabytes, startBenchServer } from "./server.ts";

const mixedRequests = 100_000;
const embeddedWrites = 2_000;
const callers = 32;
/** Long enough for the garbage collector to come by and for the allocator to give pages back. */
const settleSeconds = 20;

/** P8: resident memory, idle, and after work. */
export const memory: Measurement = {
  name: "memory",
  async measure({ rounds }) {
    const idle: number[] = [];
    const grown: number[] = [];
    const embedded: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { before, after } = await measurePostgres();
      idle.push(before);
      grown.push(after - before);
      embedded.push(await measureEmbedded());
    }
    return [
      { what: "Postgres, idle", atMost: 110, megabytes: idle },
      { what: `Postgres, added by ${mixedRequests} mixed requests`, atMost: 40, megabytes: grown },
      { what: `embedded, after ${embeddedWrites} refreshes`, atMost: 260, megabytes: embedded },
    ].map(({ what, atMost, megabytes }) => ({
      id: "P8",
      what: `resident memory: ${what}`,
      value: median(megabytes),
      unit: "MB",
      target: { atMost },
      rounds: megabytes,
    }));
  },
};

async function measurePostgres(): Promise<{ before: number; after: number }> {
  await using running = await startBenchServer("postgres");
  const { server } = running;
  await Bun.sleep(settleSeconds * 1000);
  const before = await residentMegabytes(server.pid);
  const user = await register(server);
  await runLoad({ kind: "mixed", url: server.url, callers, requests: mixedRequests, user });
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
