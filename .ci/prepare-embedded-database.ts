// Creates dist/assets/embedded-postgres.tar.gz, an empty database cluster that is embedded in the executable.
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import packageJson from "../package.json" with { type: "json" };

const target = join(import.meta.dir, "../dist/assets/embedded-postgres.tar.gz");

/**
 * The arguments of initdb beside PGlite's own `--encoding UTF8 --locale=C.UTF-8`, with which text sorts by code point and case
 * folds as on a server. Small log segments keep the directory small, and a new one is filled with zeros quickly.
 */
const initdbArguments = ["--wal-segsize=1", "--no-sync"];

/**
 * Writes the archive, unless one from this version of PGlite and of this file exists. It is written atomically, so that two
 * runs may overlap.
 */
export async function prepareEmbeddedDatabase(): Promise<void> {
  const stampPath = `${target}.stamp`;
  const ownText = await Bun.file(import.meta.path).text();
  const recipe = createHash("sha256").update(ownText).digest("hex");
  const stamp = `pglite ${packageJson.dependencies["@electric-sql/pglite"]}, recipe ${recipe}\n`;
  const [oldStamp, exists] = await Promise.all([
    Bun.file(stampPath)
      .text()
      .catch(() => ""),
    Bun.file(target).exists(),
  ]);
  if (exists && oldStamp === stamp) return;
  const archive = await buildArchive();
  await mkdir(dirname(target), { recursive: true });
  await writeWhole(target, archive);
  await writeWhole(stampPath, stamp);
}

async function buildArchive(): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-initdb-"));
  try {
    const client = await PGlite.create({
      dataDir: directory,
      initDbStartParams: initdbArguments,
    });
    // Closed cleanly, so that the first start needs no recovery.
    await client.close();
    await rm(join(directory, "postmaster.pid"), { force: true });
    await makePrivate(directory);
    const tar = Bun.spawn(["tar", "-cf", "-", "-C", directory, "."], { stderr: "inherit" });
    const [bytes, exitCode] = await Promise.all([new Response(tar.stdout).bytes(), tar.exited]);
    if (exitCode !== 0) throw new Error(`tar ended with ${exitCode}`);
    return await promisify(gzip)(bytes, { level: 9 });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Restricts everything in a directory to its owner. */
async function makePrivate(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  }
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Bun.write(draft, content);
  await rename(draft, path);
}

if (import.meta.main) await prepareEmbeddedDatabase();
