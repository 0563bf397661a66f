// Builds dist/gatehouse: prepares the embedded files, then compiles, unless nothing has changed since the last build.
// --force always compiles. GATEHOUSE_COMMIT names the commit where git is missing, as in the build of a container.
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const executable = join(root, "dist/gatehouse");
const stampPath = join(root, "dist/gatehouse.build");

/** The inputs of the executable. The modification time of a directory also counts, because it shows removed files. */
const inputs = ["src", "drizzle", "patches", "package.json", "bun.lock", "tsconfig.json"];
const assets = "dist/assets";

/** Never --minify: Elysia reads the source text of its handlers. */
const compileFlags = [
  "--compile",
  "--bytecode",
  // What `import()` loads is a file of its own, so that a start loads neither it nor what it imports (decision 30).
  "--splitting",
  "--format=esm",
  "--sourcemap",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

/** Prepares the embedded files, and compiles `dist/gatehouse` if it is out of date. */
export async function build(options: { force: boolean }): Promise<void> {
  // The thread of the embedded database is an entry point of its own: the bundler does not follow `new Worker`.
  const entries = ["src/main.ts", "src/platform/db/embedded-worker.ts"];
  await prepareAssets();
  const commit = await findCommit();
  const compileArguments = [
    ...compileFlags,
    `--define=GATEHOUSE_COMMIT=${JSON.stringify(commit)}`,
    ...entries,
  ];
  const stamp = `bun ${Bun.version} ${compileArguments.join(" ")}\n`;
  if (!options.force && (await isUpToDate(stamp))) {
    process.stdout.write("dist/gatehouse is up to date\n");
    return;
  }
  await compile(compileArguments, stamp);
}

/** Each .ci/prepare-*.ts is a program that does nothing when its files are up to date. */
async function prepareAssets(): Promise<void> {
  const names = await readdir(import.meta.dir);
  const programs = names.filter((name) => name.startsWith("prepare-") && name.endsWith(".ts"));
  await Promise.all(programs.map((name) => run([process.execPath, join(import.meta.dir, name)])));
}

async function compile(compileArguments: readonly string[], stamp: string): Promise<void> {
  const started = new Date();
  // Compiled elsewhere and renamed: a running executable cannot be overwritten, and a failed build keeps the old one.
  const workshop = join(root, `dist/build-${process.pid}`);
  await mkdir(workshop, { recursive: true });
  try {
    const draft = join(workshop, "gatehouse");
    await run([process.execPath, "build", ...compileArguments, "--outfile", draft]);
    // Changes during the compilation must count as newer than the executable.
    await utimes(draft, started, started);
    await rm(stampPath, { force: true });
    await rename(draft, executable);
    await Bun.write(stampPath, stamp);
  } finally {
    // This also removes the .map file, which is not shipped: the executable contains its source map.
    await rm(workshop, { recursive: true, force: true });
  }
}

async function isUpToDate(stamp: string): Promise<boolean> {
  const built = await stat(executable).catch(() => null);
  const oldStamp = await Bun.file(stampPath)
    .text()
    .catch(() => "");
  if (!built || oldStamp !== stamp) return false;
  return (await newestChange([...inputs, assets])) < built.mtimeMs;
}

async function newestChange(names: readonly string[]): Promise<number> {
  let newest = 0;
  for (const name of names) {
    const path = join(root, name);
    const entry = await stat(path).catch(() => null);
    if (!entry) continue;
    const below = entry.isDirectory() ? await readdir(path, { recursive: true }) : [];
    const times = await Promise.all(below.map((child) => stat(join(path, child))));
    newest = Math.max(newest, entry.mtimeMs, ...times.map((child) => child.mtimeMs));
  }
  return newest;
}

/** The commit, with `-dirty` appended if an input differs from it, or "" if it is unknown. */
async function findCommit(): Promise<string> {
  const given = process.env["GATEHOUSE_COMMIT"];
  if (given !== undefined) return given;
  const head = await gitOutput(["rev-parse", "--short=12", "HEAD"]);
  if (head === "") return "";
  const changes = await gitOutput(["status", "--porcelain", "--", ...inputs]);
  return changes === "" ? head : `${head}-dirty`;
}

/** The output of git, or "" without git or a repository. */
async function gitOutput(command: readonly string[]): Promise<string> {
  try {
    const git = Bun.spawn(["git", ...command], { cwd: root, stderr: "ignore" });
    const [output, exitCode] = await Promise.all([new Response(git.stdout).text(), git.exited]);
    return exitCode === 0 ? output.trim() : "";
  } catch {
    return "";
  }
}

async function run(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { cwd: root, stdout: "inherit", stderr: "inherit" });
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}`);
}

if (import.meta.main) await build({ force: process.argv.includes("--force") });
