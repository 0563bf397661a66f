import { join } from "node:path";

/** Requests at a fixed rate, each of the four kinds in turn. */
export interface PacedLoad {
  readonly url: string;
  readonly perSecond: number;
  /** Not counted. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** The access token of everything but the refreshes. */
  readonly bearer: string;
  /** One of each session that is refreshed: so many refreshes are under way at most. */
  readonly refreshTokens: readonly string[];
}

/** What is asked for. */
export const pacedKinds = ["users/me", "validate-token", "forward", "refresh"] as const;

export type PacedKind = (typeof pacedKinds)[number];

/** Milliseconds from the time when each request was due to its whole response. */
export type PacedResult = Readonly<Record<PacedKind, readonly number[]>>;

/**
 * Runs it in a process of its own. Each time is from when the request was due, not from when the generator came to send it: a
 * server that stalls makes all of them late who would have asked meanwhile. The generator's own lateness counts as well.
 * Throws when an answer was no success.
 */
export async function runPacedLoad(load: PacedLoad): Promise<PacedResult> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "paced-generator.ts")], {
    stdin: new Blob([JSON.stringify(load)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("the paced load failed");
  return asPacedResult(JSON.parse(output));
}

function asPacedResult(value: unknown): PacedResult {
  return value as PacedResult;
}
