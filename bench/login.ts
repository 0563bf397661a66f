import { availableParallelism } from "node:os";
import { join } from "node:path";

import { runLoad } from "./load.ts";
import { alternate, median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { register, startBenchServer } from "./server.ts";

const cores = availableParallelism();
const operations = 25 * cores;

/** P3: log-ins a second at bcrypt's cost 12, against nothing but verifying the same hash in a process of its own. */
export const login: Measurement = {
  name: "login",
  async measure({ rounds }) {
    await using running = await startBenchServer("postgres");
    const { server } = running;
    const user = await register(server);
    const numbers = await alternate(rounds, {
      bare: verifyAlone,
      served: async () => {
        // Two more than cores: the processors must not wait for the network.
        const load = {
          kind: "login",
          url: server.url,
          callers: cores + 2,
          requests: operations,
          user,
        } as const;
        return operations / (await runLoad(load)).seconds;
      },
    });
    // Each round's two stand next to each other: their ratio suffers least from what else the machine does.
    const ratios = numbers.served.map(
      (served, round) => served / (numbers.bare[round] ?? Number.NaN),
    );
    const [served, bare] = [numbers.served, numbers.bare].map((each) => median(each).toFixed(1));
    return [
      {
        id: "P3",
        what: "POST /auth/login at cost 12",
        value: median(ratios),
        unit: "x",
        target: { atLeast: 0.95 },
        rounds: ratios,
        isHeadline: true,
        note: `${served}/s against Bun.password.verify alone, ${bare}/s`,
      },
    ];
  },
};

/** Verifications a second with as many in flight as cores. */
async function verifyAlone(): Promise<number> {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "bare-verify.ts"), String(operations)],
    {
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  return operations / Number(await new Response(child.stdout).text());
}
