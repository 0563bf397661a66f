import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");

/** The file whose first commit began the versions of the schema: no executable before it runs on a later schema. */
const began = "src/platform/db/schema-version.ts";

/** An executable that a test has built, and the directory in which it did; disposing of it removes both. */
export interface Build extends AsyncDisposable {
  readonly executable: string;
}

/** A migration that a build has besides those of this repository. */
export interface PlantedMigration {
  readonly name: string;
  readonly text: string;
}

/**
 * The commit of the previous version: the last tag of a release, and before the first release the one with which versions of the
 * schema began. Null in a clone without that history.
 */
export async function findPreviousCommit(): Promise<string | null> {
  const tag = await git("describe", "--tags", "--abbrev=0", "--match", "v*").catch(() => "");
  const from = tag === "" ? await git("log", "--diff-filter=A", "--format=%H", "--", began) : tag;
  return from.split("\n").at(-1) || null;
}

/** Builds the executable of a commit. */
export async function buildCommit(commit: string): Promise<Build> {
  const directory = await makeDirectory();
  await run(["git", "archive", "--output", join(directory, "source.tar"), commit], root);
  await run(["tar", "-xf", "source.tar"], directory);
  return build(directory, await sameDependencies(directory));
}

/** Builds the present source with more migrations, in the order given. */
export async function buildWithMigrations(migrations: readonly PlantedMigration[]): Promise<Build> {
  const directory = await makeDirectory();
  const parts = ["src", "drizzle", "patches", ".ci", "package.json", "bun.lock", "tsconfig.json"];
  for (const part of parts) {
    await cp(join(root, part), join(directory, part), { recursive: true });
  }
  await addToJournal(directory, migrations);
  return build(directory, true);
}

async function addToJournal(
  directory: string,
  migrations: readonly PlantedMigration[],
): Promise<void> {
  const path = join(directory, "drizzle/meta/_journal.json");
  const journal: { entries: { idx: number; when: number }[] } = await Bun.file(path).json();
  for (const { name, text } of migrations) {
    const last = journal.entries.at(-1);
    if (last === undefined) throw new Error("the journal of the migrations is empty");
    const entry = { ...last, idx: last.idx + 1, when: last.when + 1000, tag: name };
    journal.entries.push(entry);
    await Bun.write(join(directory, "drizzle", `${name}.sql`), text);
  }
  await Bun.write(path, JSON.stringify(journal));
}

async function makeDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "gatehouse-build-"));
}

async function sameDependencies(directory: string): Promise<boolean> {
  const [own, other] = await Promise.all(
    [root, directory].map((one) => Bun.file(join(one, "bun.lock")).text()),
  );
  return own === other;
}

/** With the same lock file the installed packages are those of this repository. */
async function build(directory: string, hasSameDependencies: boolean): Promise<Build> {
  if (hasSameDependencies) {
    await symlink(join(root, "node_modules"), join(directory, "node_modules"));
    await mkdir(join(directory, "dist"));
    await cp(join(root, "dist/assets"), join(directory, "dist/assets"), {
      recursive: true,
      preserveTimestamps: true,
    });
  } else await run([process.execPath, "install", "--frozen-lockfile", "--silent"], directory);
  await run([process.execPath, ".ci/build.ts"], directory);
  return {
    executable: join(directory, "dist/gatehouse"),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function git(...command: string[]): Promise<string> {
  return (await run(["git", ...command], root)).trim();
}

async function run(command: string[], cwd: string): Promise<string> {
  const child = Bun.spawn(command, { cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}: ${errors}`);
  return output;
}
