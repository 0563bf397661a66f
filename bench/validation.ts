import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { alternate, mean, median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { register, signIn, startBenchServer } from "./server.ts";
import { wrk } from "./wrk.ts";

/** In a round they take turns: what else the machine does for some seconds meets all alike. */
const turnsPerRound = 5;
const seconds = 1;
const warmUpSeconds = 3;

/** The target, and a bar of our own: what the framework checks by itself, our tests and the compiler do. */
const floors = [
  ["checked", "a bare route", 0.85],
  ["unchecked", "a bare route that checks neither query nor answer", 0.75],
] as const;

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
      const urls = { checked: bare.checked, unchecked: bare.unchecked, served: server.url };
      for (const url of Object.values(urls)) await measure(url, warmUpSeconds);
      const means: Record<keyof typeof urls, number[]> = { checked: [], unchecked: [], served: [] };
      for (let round = 0; round < rounds; round += 1) {
        const turns = await alternate(turnsPerRound, {
          checked: async () => (await measure(urls.checked)).perSecond,
          unchecked: async () => (await measure(urls.unchecked)).perSecond,
          served: async () => (await measure(urls.served)).perSecond,
        });
        means.checked.push(mean(turns.checked));
        means.unchecked.push(mean(turns.unchecked));
        means.served.push(mean(turns.served));
      }
      for (const [floor, name, atLeast] of floors) {
        const ratios = means.served.map(
          (each, round) => each / (means[floor][round] ?? Number.NaN),
        );
        const [ours, theirs] = [means.served, means[floor]].map((each) => median(each).toFixed(0));
        results.push({
          id: "P1",
          what: `${what}, token seen before`,
          value: median(ratios),
          unit: "x",
          target: { atLeast },
          rounds: ratios,
          note: `${ours}/s against ${name}, ${theirs}/s`,
        });
      }
    }
    return results;
  },
};

/** The bare routes, compiled as the product is, in a process of their own. */
async function startBareRoutes(): Promise<
  AsyncDisposable & Record<"checked" | "unchecked", string>
> {
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
  const [checked, unchecked] = new TextDecoder()
    .decode(value)
    .trim()
    .split(" ")
    .map((port) => `http://127.0.0.1:${port}`);
  if (checked === undefined || unchecked === undefined) throw new Error("no bare routes");
  return {
    checked,
    unchecked,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      await rm(directory, { recursive: true });
    },
  };
}
