import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { alternate, mean, median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { register, signIn, startBenchServer } from "./server.ts";
import { wrk } from "./wrk.ts";

/** In a round the two take turns: what else the machine does for some seconds meets both alike. */
const turnsPerRound = 5;
const seconds = 1;
const warmUpSeconds = 3;

/** P1: answers a second about a token seen before, against the bare framework with the same schemas and answers. */
export const validation: Measurement = {
  name: "validation",
  async measure({ rounds }) {
    await using running = await startBenchServer("postgres");
    await using bare = await startBareRoutes();
    const { server } = running;
    const bearer = (await signIn(server, await register(server))).access;
    const requests = [
      { what: "GET /users/me", path: "/api/v1/users/me" },
      {
        what: "POST /auth/validate-token",
        path: "/api/v1/auth/validate-token",
        body: JSON.stringify({ token: bearer }),
      },
      { what: "GET /auth/forward", path: "/api/v1/auth/forward" },
    ];

    const results: Result[] = [];
    for (const { what, path, body } of requests) {
      const measure = (url: string, duration = seconds) =>
        wrk(
          { url: `${url}${path}`, bearer, ...(body === undefined ? {} : { body }) },
          { seconds: duration },
        );
      await measure(bare.url, warmUpSeconds);
      await measure(server.url, warmUpSeconds);
      const numbers: Record<"bare" | "served", number[]> = { bare: [], served: [] };
      for (let round = 0; round < rounds; round += 1) {
        const turns = await alternate(turnsPerRound, {
          bare: async () => (await measure(bare.url)).perSecond,
          served: async () => (await measure(server.url)).perSecond,
        });
        numbers.bare.push(mean(turns.bare));
        numbers.served.push(mean(turns.served));
      }
      const ratios = numbers.served.map(
        (served, round) => served / (numbers.bare[round] ?? Number.NaN),
      );
      const [ours, theirs] = [numbers.served, numbers.bare].map((each) => median(each).toFixed(0));
      results.push({
        id: "P1",
        what: `${what}, token seen before`,
        value: median(ratios),
        unit: "x",
        target: { atLeast: 0.85 },
        rounds: ratios,
        note: `${ours}/s against a bare route, ${theirs}/s`,
      });
    }
    return results;
  },
};

/** The bare routes, compiled as the product is, in a process of their own. */
async function startBareRoutes(): Promise<AsyncDisposable & { url: string }> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-bare-"));
  const executable = join(directory, "bare");
  const flags = ["--compile", "--bytecode", "--format=esm"];
  const source = join(import.meta.dir, "bare-routes.ts");
  const build = Bun.spawn([process.execPath, "build", ...flags, source, "--outfile", executable], {
    stdout: "ignore",
    stderr: "inherit",
  });
  if ((await build.exited) !== 0) throw new Error("the bare routes do not compile");
  const child = Bun.spawn([executable], {
    stdout: "pipe",
    stderr: "inherit",
    env: { NODE_ENV: "production" },
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = Number(new TextDecoder().decode(value));
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      await rm(directory, { recursive: true });
    },
  };
}
