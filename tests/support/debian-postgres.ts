import { chown, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "./eventually.ts";
import type { Found } from "./installed-program.ts";
import { type Account, findAccount } from "./postgres-programs.ts";
import { findSparePort } from "./spare-port.ts";

/** A server of Debian's Postgres, which has the tools for standbys, TLS and a directory of its own. */
export interface DebianPostgres {
  readonly port: number;
  readonly directory: string;
  /** Starts it, also again, with these further settings. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends its first process by this signal: SIGQUIT is an immediate stop, SIGINT a fast one. */
  end(signal: "SIGINT" | "SIGQUIT"): Promise<void>;
  /** Makes a standby the primary. */
  promote(): Promise<void>;
  /** The last lines about itself, without those about statements, that it has logged. */
  lastLogLines(): Promise<string>;
  /** Runs SQL as the superuser, in a database that is `postgres` by default. */
  sql(statement: string, database?: string): Promise<string>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

const root = "/usr/lib/postgresql";
const loggedLines = 15;

/** Where Debian's programs of Postgres are, of the newest version. */
export async function findDebianPostgres(): Promise<Found> {
  const versions = await readdir(root).catch(() => []);
  const [newest] = versions.toSorted((one, other) => Number(other) - Number(one));
  return newest === undefined
    ? { missing: `no ${root} on this machine (apt-get install postgresql)` }
    : { path: join(root, newest, "bin") };
}

/** How a server is made. */
export interface DebianPostgresOptions {
  /** The server that it follows; without one it is a new primary. */
  readonly primary?: DebianPostgres;
  /** The name by which a standby is known to its primary. */
  readonly name?: string;
  /** Where its files are, but for its log; the temp directory without it. */
  readonly parent?: string;
  /** `pg_hba.conf`; without it every TCP connection needs a password. */
  readonly access?: string;
}

/** Makes a server's files, as the account of Postgres where this process is root. It is not started. */
export async function createDebianPostgres(
  programs: string,
  { primary, name = "standby", parent = tmpdir(), access }: DebianPostgresOptions = {},
): Promise<DebianPostgres> {
  const account = await findAccount();
  const home = await mkdtemp(join(parent, "gatehouse-debian-postgres-"));
  if (account !== null) await chown(home, account.uid, account.gid);
  const directory = join(home, "data");
  const port = await findSparePort();
  const log = join(tmpdir(), `gatehouse-debian-postgres-${port}.log`);
  let server: Bun.Subprocess | null = null;
  const run = (program: string, args: readonly string[]): Promise<string> =>
    runAs(account, home, [join(programs, program), ...args]);

  if (primary) {
    const link = `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}`;
    await run("pg_basebackup", ["-D", directory, "-R", "-X", "stream", "-c", "fast", "-d", link]);
  } else {
    await run("initdb", ["-D", directory, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8"]);
    const hba = access ?? "host all postgres 127.0.0.1/32 trust\nhost all all all scram-sha-256\n";
    await writeFile(
      join(directory, "pg_hba.conf"),
      `local all all trust\nhost replication postgres 127.0.0.1/32 trust\n${hba}`,
    );
  }
  const sql = (statement: string, database = "postgres"): Promise<string> =>
    run("psql", ["-h", home, "-p", String(port), "-U", "postgres", "-XAtqc", statement, database]);

  const end = async (signal: "SIGINT" | "SIGQUIT"): Promise<void> => {
    server?.kill(signal);
    await server?.exited;
    server = null;
  };

  const lastLogLines = async (): Promise<string> => {
    const text = await readFile(log, "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => /^\d{4}-.*(?:LOG|FATAL|PANIC): /.test(line));
    return lines.slice(-loggedLines).join("\n");
  };

  return {
    port,
    directory,
    sql,
    end,
    async start(settings = {}) {
      const given = {
        port: String(port),
        listen_addresses: "127.0.0.1",
        unix_socket_directories: home,
        shared_buffers: "32MB",
        dynamic_shared_memory_type: "mmap",
        fsync: "off",
        ...settings,
      };
      const options = Object.entries(given).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
      await using logFile = await open(log, "a");
      server = Bun.spawn([join(programs, "postgres"), "-D", directory, ...options], {
        stdin: "ignore",
        stdout: "ignore",
        stderr: logFile.fd,
        cwd: home,
        ...account,
      });
      const started = server;
      await eventually(
        async () => {
          if (started.exitCode !== null) throw new Error(`Postgres ended: ${await lastLogLines()}`);
          return sql("select 1").catch(() => "");
        },
        (answer) => answer === "1",
        30,
      );
    },
    lastLogLines,
    async promote() {
      await run("pg_ctl", ["promote", "-D", directory, "-W"]);
    },
    async remove() {
      await end("SIGQUIT");
      await rm(home, { recursive: true, force: true });
      await rm(log, { force: true });
    },
  };
}

/** Writes a file that only the account of Postgres may read. */
export async function writeForPostgres(path: string, content: string): Promise<void> {
  const account = await findAccount();
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content, { mode: 0o600 });
  if (account !== null) await chown(path, account.uid, account.gid);
}

async function runAs(account: Account | null, cwd: string, command: string[]): Promise<string> {
  const child = Bun.spawn(command, {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    cwd,
    ...account,
  });
  const [output, problem, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(`${command[0]}: ${problem}`);
  return output.trim();
}
