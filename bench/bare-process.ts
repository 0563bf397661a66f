import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The bare routes at work, in one process: with the headers of the product's responses, without them, and without checks. */
export interface BareRoutes extends AsyncDisposable {
  readonly pid: number;
  readonly withHeaders: string;
  readonly checked: string;
  readonly unchecked: string;
}

/** Compiles `bare-routes.ts` as the product is compiled, and starts it. */
export async function startBareRoutes(): Promise<BareRoutes> {
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
  const [withHeaders, checked, unchecked] = new TextDecoder()
    .decode(value)
    .trim()
    .split(" ")
    .map((port) => `http://127.0.0.1:${port}`);
  if (withHeaders === undefined || checked === undefined || unchecked === undefined) {
    throw new Error("no bare routes");
  }
  return {
    pid: child.pid,
    withHeaders,
    checked,
    unchecked,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      await rm(directory, { recursive: true });
    },
  };
}
