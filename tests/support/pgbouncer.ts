import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "./eventually.ts";
import { findAccount } from "./postgres-programs.ts";
import { findSparePort } from "./spare-port.ts";

/** A `pgbouncer` before a server. */
export interface PgBouncer extends AsyncDisposable {
  readonly port: number;
  /** Ends it, and starts it again. */
  restart(): Promise<void>;
}

/** How a pooler is started. */
export interface PgBouncerOptions {
  readonly serverPort: number;
  readonly mode: "transaction" | "session";
  /** The one user and their password, for clients and for the server. */
  readonly user: string;
  readonly password: string;
  /** Settings of clients that it drops, instead of refusing the connection. */
  readonly ignored?: string;
  /** By default fewer than the connections of one replica, so that they are shared. */
  readonly serverConnections?: number;
}

/** Starts one on 127.0.0.1, as the account of Postgres where this process is root. */
export async function startPgBouncer(
  program: string,
  options: PgBouncerOptions,
): Promise<PgBouncer> {
  const { serverPort, mode, user, password, ignored = "", serverConnections = 4 } = options;
  const account = await findAccount();
  const home = await mkdtemp(join(tmpdir(), "gatehouse-pgbouncer-"));
  const port = await findSparePort();
  const users = join(home, "users.txt");
  const configuration = join(home, "pgbouncer.ini");
  await writeFile(users, `"${user}" "${password}"\n`);
  await writeFile(
    configuration,
    `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = ${mode === "session" ? 100 : serverConnections}
max_client_conn = 500
server_login_retry = 1
ignore_startup_parameters = ${ignored}
`,
  );
  if (account !== null) {
    for (const path of [home, users, configuration]) await chown(path, account.uid, account.gid);
  }
  const start = async (): Promise<Bun.Subprocess> => {
    const child = Bun.spawn([program, configuration], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      cwd: home,
      ...account,
    });
    await eventually(() => isOpen(port), Boolean, 20);
    return child;
  };
  let running = await start();
  const end = async (): Promise<void> => {
    running.kill("SIGKILL");
    await running.exited;
  };
  return {
    port,
    async restart() {
      await end();
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await end();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
