import { join } from "node:path";

import { createHome } from "../tests/support/executable-home.ts";
import type { DatabaseKind } from "../tests/support/databases.ts";
import { executablePath, runGatehouse } from "../tests/support/executable.ts";
import { hashesOfOthers } from "../tests/support/hashes-of-others.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { benchSettings, residentMegabytes } from "./server.ts";

const users = 100_000;
const sampleMilliseconds = 100;

/** How long an import of 100,000 users takes, and how much memory its second half takes beyond the first. */
export const userImport: Measurement = {
  name: "user-import",
  async measure({ rounds }) {
    const results: Result[] = [];
    for (const kind of ["postgres", "embedded"] as const) {
      const runs: Run[] = [];
      for (let round = 0; round < rounds; round += 1) runs.push(await measureImport(kind));
      const of = (name: keyof Run) => runs.map((run) => run[name]);
      results.push(
        {
          id: "S2",
          what: `users import of ${users}: ${kind}`,
          value: median(of("seconds")),
          unit: "s",
          target: { atMost: 60 },
          rounds: of("seconds"),
        },
        {
          id: "S2",
          what: `memory added by its second half: ${kind}`,
          value: median(of("growth")),
          unit: "MB",
          target: { atMost: 60 },
          rounds: of("growth"),
        },
      );
    }
    return results;
  },
};

interface Run {
  readonly seconds: number;
  /** In MB. */
  readonly growth: number;
}

async function measureImport(kind: DatabaseKind): Promise<Run> {
  await using home = await createHome(kind);
  await runGatehouse(["migrate"], home);
  const path = join(home.cwd, "users.ndjson");
  await Bun.write(path, Array.from({ length: users }, lineOf).join(""));

  const began = performance.now();
  const child = Bun.spawn([executablePath, "users", "import", path], {
    cwd: home.cwd,
    env: { ...home.settings, ...benchSettings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const megabytes: number[] = [];
  while (child.exitCode === null) {
    const sample = await residentMegabytes(child.pid).catch(() => Number.NaN);
    if (sample > 0) megabytes.push(sample);
    await Bun.sleep(sampleMilliseconds);
  }
  const seconds = (performance.now() - began) / 1000;
  const summary = await new Response(child.stdout).text();
  if (summary !== `imported ${users}, already there 0, refused 0\n`) throw new Error(summary);
  const firstHalf = megabytes.slice(0, Math.ceil(megabytes.length / 2));
  return { seconds, growth: Math.max(...megabytes) - Math.max(...firstHalf) };
}

function lineOf(_: unknown, index: number): string {
  const user = {
    email: `user-${index}@example.com`,
    username: `user-${index}`,
    name: `User ${index}`,
    password_hash: hashesOfOthers["Django's pbkdf2_sha256"],
    email_verified: index % 10 !== 0,
    roles: index % 1000 === 0 ? ["admin"] : [],
  };
  return `${JSON.stringify(user)}\n`;
}
