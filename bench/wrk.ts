import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One request, sent again and again over kept connections. */
export interface RepeatedRequest {
  readonly url: string;
  /** The token of its `Authorization` header; null without one. */
  readonly bearer: string | null;
  /** Posted; without it the request is a GET. */
  readonly body?: string;
  /** The type of the body; default `application/json`. */
  readonly contentType?: string;
}

/** What `wrk` counted: responses, responses per second, and the 99th percentile of their latencies. */
export interface WrkResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p99Milliseconds: number;
}

/** Loads a server with `wrk` (Debian: `apt-get install wrk`). Throws when a response was no success. */
export function wrk(request: RepeatedRequest, options: WrkOptions): Promise<WrkResult> {
  return runWrk(request.url, luaOf(request), options);
}

/** For how long, and by how many connections at once. */
export interface WrkOptions {
  readonly seconds: number;
  readonly connections?: number;
}

/** The same with requests that a Lua program makes. */
export async function runWrk(
  url: string,
  lua: string,
  { seconds, connections = 32 }: WrkOptions,
): Promise<WrkResult> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-wrk-"));
  try {
    const script = join(directory, "request.lua");
    await Bun.write(script, lua);
    const command = ["wrk", "--latency", "-t1", `-c${connections}`, `-d${seconds}s`, "-s", script];
    const child = Bun.spawn([...command, url], { stdout: "pipe", stderr: "inherit" });
    return parse(await new Response(child.stdout).text());
  } finally {
    await rm(directory, { recursive: true });
  }
}

function luaOf({ bearer, body, contentType = "application/json" }: RepeatedRequest): string {
  const lines = bearer === null ? [] : [`wrk.headers["Authorization"] = "Bearer ${bearer}"`];
  if (body !== undefined) {
    lines.push('wrk.method = "POST"', `wrk.body = ${JSON.stringify(body)}`);
    lines.push(`wrk.headers["Content-Type"] = "${contentType}"`);
  }
  return lines.join("\n");
}

function parse(output: string): WrkResult {
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(output) ?? [];
  const requests = Number(/(\d+) requests in/.exec(output)?.[1]);
  if (/Non-2xx|Socket errors/.test(output) || Number.isNaN(perSecond)) {
    throw new Error(`wrk did not see what it should:\n${output}`);
  }
  const factor = { us: 0.001, ms: 1, s: 1000 }[unit ?? ""] ?? Number.NaN;
  return { requests, perSecond, p99Milliseconds: Number(value) * factor };
}
