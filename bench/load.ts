import { join } from "node:path";

/** What the load generator is to do. `mixed` is mostly reading; one in ten is a refresh, one in a thousand a log-in. */
export interface Load {
  readonly kind: "login" | "mixed" | "refresh";
  readonly url: string;
  readonly callers: number;
  /** 1 where nothing is said. Each is opened by a log-in of its own before the load begins. */
  readonly sessionsPerCaller?: number;
  readonly requests: number;
  readonly user: { readonly email: string; readonly password: string };
}

/** How long it took, how many answers there were, and how many of them were no success. */
export interface LoadResult {
  readonly seconds: number;
  readonly answers: number;
  readonly failures: number;
}

/** A load that goes on until it is finished. Disposing of it ends it in the middle of its requests. */
export interface RunningLoad extends AsyncDisposable {
  /** Waits for the requests under way. Throws when an answer was no success: such a load means nothing. */
  finish(): Promise<LoadResult>;
}

/** Runs a load to its end in a process of its own. Throws when an answer was no success: such a number means nothing. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const child = spawn(load);
  return readResult(await new Response(child.stdout).text());
}

/** Starts a load without an end, in a process of its own; resolves when its callers have signed in and begin. */
export async function startLoad(load: Omit<Load, "requests">): Promise<RunningLoad> {
  const child = spawn({ ...load, requests: Number.MAX_SAFE_INTEGER });
  const [untilBegun, untilEnd] = child.stdout.tee();
  const { done } = await untilBegun.getReader().read();
  if (done) throw new Error("the load generator ended before it began");
  return {
    async finish() {
      child.kill("SIGINT");
      return readResult(await new Response(untilEnd).text());
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

function spawn(load: Load) {
  return Bun.spawn([process.execPath, join(import.meta.dir, "load-generator.ts")], {
    stdin: new Blob([JSON.stringify(load)]),
    stdout: "pipe",
    stderr: "inherit",
  });
}

/** The last line; the one before says that it began. */
function readResult(output: string): LoadResult {
  const result = asLoadResult(JSON.parse(output.trim().split("\n").at(-1) ?? ""));
  const { answers, failures } = result;
  if (failures > 0) throw new Error(`${failures} of ${answers} requests failed`);
  return result;
}

function asLoadResult(value: unknown): LoadResult {
  return value as LoadResult;
}
