import { join } from "node:path";

import { createHome } from "../tests/support/executable-home.ts";
import type { DatabaseKind } from "../tests/support/databases.ts";
import { executablePath, runSuccessfully } from "../tests/support/executable.ts";
import { importedHashes } from "../tests/support/imported-hashes.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { benchSettings } from "./server.ts";

const users = 100_000;
const fewUsers = 10_000;
const sampleMilliseconds = 100;

/** How long an import of 100,000 users takes, and how much more memory it takes at its peak than one of 10,000. */
export const userImport: Measurement = {
  name: "user-import",
  async measure({ rounds }) {
    const results: Result[] = [];
    for (const kind of ["postgres", "embedded"] as const) {
      const seconds: number[] = [];
      const growth: number[] = [];
      const peaks: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const few = await measureImport(kind, fewUsers);
        const many = await measureImport(kind, users);
        seconds.push(many.seconds);
        growth.push(many.peakMegabytes - few.peakMegabytes);
        peaks.push(many.peakMegabytes);
      }
      results.push(
        {
          id: "S2",
          what: `users import of ${users}: ${kind}`,
          value: median(seconds),
          unit: "s",
          target: { atMost: 60 },
          rounds: seconds,
        },
        {
          id: "S2",
          what: `its peak of memory beyond that of ${fewUsers}: ${kind}`,
          value: median(growth),
          unit: "MB",
          target: { atMost: 60 },
          rounds: growth,
          note: `peak ${Math.round(median(peaks))} MB`,
        },
      );
    }
    return results;
  },
};

interface Run {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

async function measureImport(kind: DatabaseKind, count: number): Promise<Run> {
  await using home = await createHome(kind);
  await runSuccessfully(["migrate"], home);
  const path = join(home.cwd, "users.ndjson");
  await Bun.write(path, Array.from({ length: count }, lineOf).join(""));

  const began = performance.now();
  const child = Bun.spawn([executablePath, "users", "import", path], {
    cwd: home.cwd,
    env: { ...home.settings, ...benchSettings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let peak = 0;
  while (child.exitCode === null) {
    // The kernel keeps the peak itself; only what is added after the last look is missed.
    peak = Math.max(peak, await peakMegabytes(child.pid));
    await Bun.sleep(sampleMilliseconds);
  }
  const seconds = (performance.now() - began) / 1000;
  const summary = await new Response(child.stdout).text();
  if (summary !== `imported ${count}, already there 0, refused 0\n`) throw new Error(summary);
  return { seconds, peakMegabytes: peak };
}

/** The most resident memory that a process has had so far, in MB; 0 for one that has ended. */
async function peakMegabytes(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`)
    .text()
    .catch(() => "");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}

function lineOf(_: unknown, index: number): string {
  const user = {
    email: `user-${index}@example.com`,
    username: `user-${index}`,
    name: `User ${index}`,
    password_hash: importedHashes["Django's pbkdf2_sha256"],
    email_verified: index % 10 !== 0,
    roles: index % 1000 === 0 ? ["admin"] : [],
  };
  return `${JSON.stringify(user)}\n`;
}
