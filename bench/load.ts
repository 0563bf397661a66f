import { join } from "node:path";

/** What the load generator is to do. `mixed` is mostly reading; one in ten is a refresh, one in a thousand a log-in. */
export interface Load {
  readonly kind: "login" | "mixed" | "refresh";
  readonly url: string;
  readonly callers: number;
  readonly requests: number;
  readonly user: { readonly email: string; readonly password: string };
}

/** How long it took, and how many answers were no success. */
export interface LoadResult {
  readonly seconds: number;
  readonly failures: number;
}

/** Runs a load to its end in a process of its own. Throws when an answer was no success: such a number means nothing. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "load-generator.ts")], {
    stdin: new Blob([JSON.stringify(load)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const result = asLoadResult(await new Response(child.stdout).json());
  if (result.failures > 0)
    throw new Error(`${result.failures} of ${load.requests} requests failed`);
  return result;
}

function asLoadResult(value: unknown): LoadResult {
  return value as LoadResult;
}
