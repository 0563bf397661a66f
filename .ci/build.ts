// Builds dist/gatehouse: prepares the files that it embeds, then compiles, unless nothing has changed since.
// --force compiles in any case. GATEHOUSE_COMMIT names the commit where there is no git, as in a container's build.
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const executable = join(root, "dist/gatehouse");
const stampPath = join(root, "dist/gatehouse.build");

/** Everything that the executable is made of. A directory counts with its own time: that tells of removed files. */
const inputs = ["src", "drizzle", "patches", "package.json", "bun.lock", "tsconfig.json"];
const assets = "dist/assets";

/** Never --minify: Elysia reads the source text of its handlers. */
const compileFlags = [
  "--compile",
  "--bytecode",
  "--format=esm",
  "--sourcemap",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

/** Prepares all that is embedded, and gives `dist/gatehouse`, compiled where it was out of date. */
export async function build(options: { force: boolean }): Promise<void> {
  const entry = "src/main.ts";
  await prepareAssets();
  const commit = await findCommit();
  const compileArguments = [
    ...compileFlags,
    `--define=GATEHOUSE_COMMIT=${JSON.stringify(commit)}`,
    entry,
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
  // Compiled elsewhere and renamed: a running executable cannot be written to, and a broken build leaves the old one.
  const workshop = join(root, `dist/build-${process.pid}`);
  await mkdir(workshop, { recursive: true });
  try {
    const draft = join(workshop, "gatehouse");
    await run([process.execPath, "build", ...compileArguments, "--outfile", draft]);
    // What changes while the compiler runs must count as newer.
    await utimes(draft, started, started);
    await rm(stampPath, { force: true });
    await rename(draft, executable);
    await Bun.write(stampPath, stamp);
  } finally {
    // With it goes the .map, which is not shipped: the executable holds its own.
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

/** The commit's name, with `-dirty` where an input differs from it, or "" when it cannot be known. */
async function findCommit(): Promise<string> {
  const given = process.env["GATEHOUSE_COMMIT"];
  if (given !== undefined) return given;
  const head = await gitOutput(["rev-parse", "--short=12", "HEAD"]);
  if (head === "") return "";
  const changes = await gitOutput(["status", "--porcelain", "--", ...inputs]);
  return changes === "" ? head : `${head}-dirty`;
}

/** What git answers, or "" where there is no git or no repository. */
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
