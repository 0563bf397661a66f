import { join } from "node:path";

import { downloadOnce } from "./download-once.ts";
import type { Found } from "./installed-program.ts";

/** The Go module that contains the program of that version. */
const goModule = "github.com/oauth2-proxy/oauth2-proxy/v7@v7.6.0";

/** The path of oauth2-proxy, which Go builds outside the repository if that was never done: it takes minutes. */
export async function findOauth2Proxy(): Promise<Found> {
  const go = Bun.which("go", { PATH: `${process.env["PATH"] ?? ""}:/usr/local/go/bin` });
  if (go === null) {
    return { missing: "no go to build oauth2-proxy with (apt-get install golang)" };
  }
  const found = await downloadOnce("oauth2-proxy-7.6.0", async (folder) => {
    const downloaded = await run([go, "mod", "download", "-json", goModule], folder);
    const { Dir: source, Error: fault }: { Dir?: string; Error?: string } = downloaded.json;
    if (source === undefined) return `no ${goModule}: ${fault ?? downloaded.faults}`;
    // As the main module, so that its own list of versions and digests decides.
    const built = await run(
      [go, "build", "-buildvcs=false", "-o", join(folder, "program"), "."],
      source,
    );
    return built.exitCode === 0 ? null : `go cannot build it: ${built.faults.slice(-500)}`;
  });
  return "path" in found ? { path: join(found.path, "program") } : found;
}

async function run(command: readonly string[], cwd: string) {
  const child = Bun.spawn([...command], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const [printed, faults, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { json: printed === "" ? {} : JSON.parse(printed), faults, exitCode };
}
