import { join } from "node:path";

import { createHome } from "../tests/support/executable-home.ts";
import { executablePath } from "../tests/support/executable.ts";
import { callServer } from "../tests/support/http-call.ts";
import { freshEmail, goodPassword } from "../tests/support/journey.ts";
import { alternate, median } from "./median.ts";
import { grantToClient } from "./granted-token.ts";
import type { Measurement, Result } from "./measurement.ts";
import { buildPatched } from "./patched-build.ts";
import { measureRequest } from "./request-cost.ts";
import { benchSettings, tokensOf } from "./server.ts";
import { type HotTokens, hotRequests } from "./validation.ts";

const turnsPerRound = 5;
const noTokens: HotTokens = { own: "", granted: "" };

/** The build that records no metrics and writes no access log. */
const withoutObservation = {
  file: "src/app/edge/observe.ts",
  find: "return (exchange, status) => {",
  replace: "return (exchange, status) => {\n    return;",
};

/** P11: what metrics and the access log add to the CPU time of a hot route, against the same build without them. */
export const edge: Measurement = {
  name: "edge",
  async measure({ rounds }) {
    await using without = await buildPatched(withoutObservation);
    const started = [
      await startServer(without.executable, "false"),
      await startServer(executablePath, "true"),
      await startServer(executablePath, "all"),
    ];
    try {
      const results: Result[] = [];
      for (let index = 0; index < hotRequests("", noTokens).length; index += 1) {
        results.push(...(await compare(index, started, rounds)));
      }
      return results;
    } finally {
      for (const server of started) await server.stop();
    }
  },
};

interface Running {
  readonly url: string;
  readonly pid: number;
  readonly tokens: HotTokens;
  stop(): Promise<void>;
}

async function compare(index: number, servers: readonly Running[], rounds: number) {
  const measure = (place: number, seconds: number) => async (): Promise<number> => {
    const server = servers[place];
    const request = server && hotRequests(server.url, server.tokens)[index];
    if (!request) throw new Error("there is no such request");
    return (await measureRequest(request, server.pid, seconds)).microseconds;
  };
  for (const place of servers.keys()) await measure(place, 3)();
  const costs = { without: [] as number[], metrics: [] as number[], log: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const turns = await alternate(turnsPerRound, {
      without: measure(0, 1),
      metrics: measure(1, 1),
      log: measure(2, 1),
    });
    costs.without.push(median(turns.without));
    costs.metrics.push(median(turns.metrics));
    costs.log.push(median(turns.log));
  }
  const { what } = hotRequests("", noTokens)[index] ?? { what: "" };
  const result = (name: string, list: readonly number[], atMost: number): Result => {
    const ratios = list.map((cost, round) => cost / (costs.without[round] ?? Number.NaN));
    return {
      id: "P11",
      what: `${what}, ${name}, CPU per request`,
      value: median(ratios),
      unit: "x",
      target: { atMost },
      rounds: ratios,
      note: `${median(list).toFixed(1)} µs against ${median(costs.without).toFixed(1)} µs`,
    };
  };
  return [
    result("metrics on, LOG_REQUESTS=true", costs.metrics, 1.05),
    result("metrics on, LOG_REQUESTS=all", costs.log, 1.1),
  ];
}

/** Starts an executable that writes its log into a file, and signs a user in. */
async function startServer(executable: string, logRequests: string): Promise<Running> {
  const home = await createHome("postgres");
  const log = join(home.cwd, "log");
  const child = Bun.spawn([executable], {
    cwd: home.cwd,
    env: {
      ...home.settings,
      ...benchSettings,
      PORT: "0",
      LOG_LEVEL: "info",
      LOG_REQUESTS: logRequests,
    },
    stdin: "ignore",
    stdout: Bun.file(log),
    stderr: "inherit",
  });
  const url = await untilServing(log);
  const user = { email: freshEmail(), password: goodPassword };
  await callServer(url, "POST", "/api/v1/auth/register", { json: user });
  const signedIn = await callServer(url, "POST", "/api/v1/auth/login", { json: user });
  const granted = await grantToClient({ home, server: { url } }, user);
  return {
    url,
    pid: child.pid,
    tokens: { own: tokensOf(signedIn).access, granted },
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
      await home[Symbol.asyncDispose]();
    },
  };
}

async function untilServing(log: string): Promise<string> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const text = await Bun.file(log)
      .text()
      .catch(() => "");
    const url = /"url":"([^"]+)".*"msg":"serving"/.exec(text)?.[1];
    if (url !== undefined) return url;
    await Bun.sleep(50);
  }
  throw new Error("the server did not start");
}
