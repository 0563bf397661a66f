import { join } from "node:path";

import { downloadOnce } from "./download-once.ts";
import type { Found } from "./installed-program.ts";

const version = "7.17.0";
const artifact = `org.openapitools:openapi-generator-cli:${version}`;

/** The jar of OpenAPI Generator, 31 MB, which Maven downloads if that was never done. */
export async function findOpenApiGenerator(): Promise<Found> {
  if (Bun.which("java") === null) {
    return { missing: "no java on this machine (apt-get install default-jre-headless)" };
  }
  const maven = Bun.which("mvn");
  if (maven === null)
    return { missing: "no mvn, which downloads OpenAPI Generator (apt-get install maven)" };
  const found = await downloadOnce(`openapi-generator-${version}`, async (folder) => {
    const options = ["--quiet", "--batch-mode", "--strict-checksums"];
    const what = [`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
    const child = Bun.spawn([maven, ...options, "dependency:copy", ...what], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [printed, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      child.exited,
    ]);
    return exitCode === 0 ? null : `Maven cannot download the generator: ${printed.slice(0, 500)}`;
  });
  if (!("path" in found)) return found;
  return { path: join(found.path, `openapi-generator-cli-${version}.jar`) };
}
