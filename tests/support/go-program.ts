import { join } from "node:path";

import { downloadOnce } from "./download-once.ts";
import type { Found } from "./installed-program.ts";

/** A compiled Go program. Go downloads its modules if that was never done; `go.sum` names what they must contain. */
export async function findGoProgram(name: string, source: string): Promise<Found> {
  if (Bun.which("go") === null) return { missing: "no go on this machine (https://go.dev/dl)" };
  const files = ["main.go", "go.mod", "go.sum"].map((file) => Bun.file(join(source, file)).text());
  const version = Bun.spawnSync(["go", "version"]).stdout.toString();
  const digest = Bun.hash(version + (await Promise.all(files)).join("")).toString(36);
  const found = await downloadOnce(`${name}-${digest}`, (folder) =>
    faultOf(["go", "build", "-buildvcs=false", "-o", join(folder, "application"), "."], source),
  );
  return "path" in found ? { path: join(found.path, "application") } : found;
}

/** Runs a command; what it printed if it failed, else null. */
export async function faultOf(command: readonly string[], cwd: string): Promise<string | null> {
  const child = Bun.spawn([...command], { cwd, stdio: ["ignore", "ignore", "pipe"] });
  const [faults, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  return exitCode === 0 ? null : `${command.slice(0, 2).join(" ")}: ${faults.slice(-500)}`;
}
