import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const copied = [
  ".ci",
  "dist/assets",
  "src",
  "drizzle",
  "patches",
  "package.json",
  "bun.lock",
  "tsconfig.json",
];

/** One replacement in one file of the source. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** An executable in a temporary directory; disposing of it removes both. */
export interface PatchedBuild extends AsyncDisposable {
  readonly executable: string;
}

/** Builds the executable from a copy of the source with one replacement. Throws where the text is not in the file. */
export async function buildPatched({ file, find, replace }: Patch): Promise<PatchedBuild> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-patched-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    for (const path of copied) {
      await cp(join(root, path), join(directory, path), { recursive: true });
    }
    await symlink(join(root, "node_modules"), join(directory, "node_modules"));
    const text = await readFile(join(directory, file), "utf8");
    if (!text.includes(find)) throw new Error(`${file} does not contain: ${find}`);
    await writeFile(join(directory, file), text.replace(find, replace));
    const build = Bun.spawn([process.execPath, ".ci/build.ts"], {
      cwd: directory,
      stdout: "ignore",
      stderr: "inherit",
    });
    if ((await build.exited) !== 0) throw new Error("the patched source could not be built");
  } catch (error) {
    await remove();
    throw error;
  }
  return { executable: join(directory, "dist/gatehouse"), [Symbol.asyncDispose]: remove };
}
