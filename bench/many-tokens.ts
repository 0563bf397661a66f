import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { insertSessions, signTokenOf } from "../tests/support/many-sessions.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import {
  type BenchServer,
  benchSettings,
  processorSeconds,
  register,
  residentMegabytes,
  signIn,
  startBenchServer,
} from "./server.ts";
import { runWrk } from "./wrk.ts";

const seconds = 3;
const turnsPerRound = 2;
const callers = 32;
/** Long enough for the process to become quiet, and for the allocator to give pages back. */
const settleSeconds = 20;

/** As docs/configuration.md says of so many tokens. */
const cases = [
  { count: 1000, size: "64MiB", atLeast: 0.6 },
  { count: 10_000, size: "64MiB", atLeast: 0.6 },
  { count: 100_000, size: "104MiB", atLeast: 0.5 },
] as const;

const requests = [
  { what: "GET /users/me", lua: 'wrk.format("GET", "/api/v1/users/me", bearer(token))' },
  {
    what: "POST /auth/validate-token",
    lua: `wrk.format("POST", "/api/v1/auth/validate-token", json, '{"token":"' .. token .. '"}')`,
  },
] as const;

/** P15: many tokens in turn, each seen before, against one; and the memory that each takes. */
export const manyTokens: Measurement = {
  name: "many tokens",
  async measure({ rounds }) {
    const results: Result[] = [];
    for (const { count, size, atLeast } of cases) {
      await using running = await startBenchServer("postgres", { TOKEN_CACHE_SIZE: size });
      await using files = await writeTokens(running, count);
      const { url } = running.server;
      // What the process takes for requests of any kind is not the tokens'.
      const before = await useAll(
        running,
        files.tokens.map(() => files.tokens[0] ?? ""),
      );
      const after = await useAll(running, files.tokens);
      if (count === Math.max(...cases.map((each) => each.count))) {
        const bytes = ((after - before) * 1_048_576) / count;
        results.push({
          id: "P15",
          what: `resident memory for each of ${count} tokens`,
          value: bytes,
          unit: "B",
          target: { atMost: 1024 },
          rounds: [bytes],
          note: `${before.toFixed(0)} MB with one token, ${after.toFixed(0)} MB with all`,
        });
      }
      for (const { what, lua } of requests) {
        const measure = (file: string) => measureOnce(running, `${url}/`, luaOf(file, lua));
        const turns: Record<"one" | "many", Measured[]> = { one: [], many: [] };
        for (let turn = 0; turn < rounds * turnsPerRound; turn += 1) {
          turns.one.push(await measure(files.one));
          turns.many.push(await measure(files.many));
        }
        const ratios = turns.many.map(
          (each, turn) => each.perSecond / (turns.one[turn]?.perSecond ?? Number.NaN),
        );
        const describe = (measured: readonly Measured[]) =>
          `${median(measured.map((each) => each.perSecond)).toFixed(0)}/s (${median(measured.map((each) => each.microseconds)).toFixed(1)} µs of CPU)`;
        results.push({
          id: "P15",
          what: `${what}, ${count} tokens in turn against one`,
          value: median(ratios),
          unit: "x",
          target: { atLeast },
          rounds: ratios,
          note: `${describe(turns.many)} against ${describe(turns.one)}`,
        });
      }
    }
    return results;
  },
};

interface Measured {
  readonly perSecond: number;
  /** The server's processor time for a request. */
  readonly microseconds: number;
}

async function measureOnce({ server }: BenchServer, url: string, lua: string): Promise<Measured> {
  const before = await processorSeconds(server.pid);
  const { perSecond } = await runWrk(url, lua, { seconds, connections: callers });
  const used = (await processorSeconds(server.pid)) - before;
  return { perSecond, microseconds: (used * 1e6) / (perSecond * seconds) };
}

/** Sends a request with each token, and gives the megabytes that are resident once the process is quiet again. */
async function useAll({ server }: BenchServer, tokens: readonly string[]): Promise<number> {
  let next = 0;
  const call = async (): Promise<void> => {
    for (let token = tokens[next++]; token !== undefined; token = tokens[next++]) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${server.url}/api/v1/users/me`, { headers });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`users/me: ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  await Bun.sleep(settleSeconds * 1000);
  return residentMegabytes(server.pid);
}

/** Inserts the sessions and writes their tokens, and the first of them, each to a file with one token a line. */
async function writeTokens({ home, server }: BenchServer, count: number) {
  const sample = (await signIn(server, await register(server))).access;
  for (const sql of insertSessions(count)) await home.rows(sql);
  await home.rows("analyze");
  const tokens = Array.from({ length: count }, (_, index) =>
    signTokenOf(index + 1, sample, benchSettings.JWT_SECRET_KEY),
  );
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-tokens-"));
  const [one, many] = [join(directory, "one"), join(directory, "many")];
  await Bun.write(one, tokens[0] ?? "");
  await Bun.write(many, tokens.join("\n"));
  return {
    tokens,
    one,
    many,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

/** The requests are made once, and sent in turn. */
function luaOf(file: string, request: string): string {
  return `
local requests, turn = {}, 0
local json = { ["Content-Type"] = "application/json" }
local function bearer(token) return { ["Authorization"] = "Bearer " .. token } end
function init()
  for token in io.lines("${file}") do requests[#requests + 1] = ${request} end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end`;
}
