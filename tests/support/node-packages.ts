import { join } from "node:path";

import { downloadOnce } from "./download-once.ts";
import type { Found } from "./installed-program.ts";

/** A folder with packages of npm in these exact versions in its `node_modules`, downloaded if that was never done. */
export async function findNodePackages(packages: Readonly<Record<string, string>>): Promise<Found> {
  const dependencies = JSON.stringify(packages);
  return await downloadOnce(`npm-${Bun.hash(dependencies).toString(36)}`, async (folder) => {
    const manifest = { name: "tools-of-tests", private: true, dependencies: packages };
    await Bun.write(join(folder, "package.json"), JSON.stringify(manifest));
    const child = Bun.spawn([process.execPath, "install", "--ignore-scripts"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [faults, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
    return exitCode === 0 ? null : `the packages cannot be downloaded: ${faults.slice(-500)}`;
  });
}

/** Runs a program of such packages, and gives its exit code with everything that it printed. */
export async function runNodeProgram(
  folder: string,
  program: string,
  options: { readonly parameters: readonly string[]; readonly cwd?: string },
): Promise<{ exitCode: number; output: string }> {
  const path = join(folder, "node_modules/.bin", program);
  return await runProgram([process.execPath, "--bun", path, ...options.parameters], {
    cwd: options.cwd ?? folder,
  });
}

/** Runs a program to its end. */
export async function runProgram(
  command: readonly string[],
  options: { readonly cwd: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn([...command], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, output: output + errors };
}
