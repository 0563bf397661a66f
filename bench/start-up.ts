import { createServer } from "node:net";

import { createHome, type Home } from "../tests/support/executable-home.ts";
import { executablePath, runSuccessfully } from "../tests/support/executable.ts";
import { alternate, median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import { benchSettings } from "./server.ts";

/** P7: from starting the executable to the first 200 of `/health`. */
export const startUp: Measurement = {
  name: "start-up",
  async measure({ rounds }) {
    await using postgres = await createHome("postgres");
    await using embedded = await createHome("embedded");
    for (const home of [postgres, embedded]) await runSuccessfully(["migrate"], home);
    const numbers = await alternate(rounds, {
      postgres: () => millisecondsToFirstAnswer(postgres),
      embedded: () => millisecondsToFirstAnswer(embedded),
      firstBoot: async () => {
        await using fresh = await createHome("embedded");
        return await millisecondsToFirstAnswer(fresh);
      },
    });
    return [
      { what: "migrated Postgres", atMost: 150, times: numbers.postgres },
      { what: "embedded, reopened", atMost: 600, times: numbers.embedded },
      { what: "embedded, first boot", atMost: 1500, times: numbers.firstBoot },
    ].map(({ what, atMost, times }) => ({
      id: "P7",
      what: `first 200: ${what}`,
      value: median(times),
      unit: "ms",
      target: { atMost },
      rounds: times,
      isHeadline: true,
    }));
  },
};

async function millisecondsToFirstAnswer(home: Home): Promise<number> {
  const port = await sparePort();
  const began = performance.now();
  const child = Bun.spawn([executablePath], {
    cwd: home.cwd,
    env: { ...home.settings, ...benchSettings, PORT: String(port) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
      if (answer?.status === 200) return performance.now() - began;
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      await Bun.sleep(2);
    }
  } finally {
    child.kill("SIGINT");
    await child.exited;
  }
}

function sparePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no spare port"));
        else resolve(address.port);
      });
    });
  });
}
