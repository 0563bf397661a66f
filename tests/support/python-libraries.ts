import { downloadOnce } from "./download-once.ts";
import type { Found } from "./installed-program.ts";

/** A folder for PYTHONPATH with the libraries that a `requirements.txt` names, which pip downloads if that was never done. */
export async function findPythonLibraries(requirements: string): Promise<Found> {
  if (Bun.which("python3") === null) {
    return { missing: "no python3 on this machine (apt-get install python3)" };
  }
  const content = await Bun.file(requirements).text();
  // Libraries of one version of Python may not work with another.
  const version = Bun.spawnSync(["python3", "--version"]).stdout.toString();
  return await downloadOnce(
    `python-${Bun.hash(version + content).toString(36)}`,
    async (folder) => {
      const options = ["--quiet", "--disable-pip-version-check", "--target", folder];
      const pip = ["python3", "-m", "pip", "install", ...options, "--requirement", requirements];
      const child = Bun.spawn(pip, { stdio: ["ignore", "ignore", "pipe"] });
      const [faults, exitCode] = await Promise.all([
        new Response(child.stderr).text(),
        child.exited,
      ]);
      if (exitCode === 0) return null;
      return `pip cannot download the libraries (apt-get install python3-pip): ${faults.slice(-500)}`;
    },
  );
}
