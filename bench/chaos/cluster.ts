import { chmod, mkdir, mkdtemp, rm, statfs } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  createDebianPostgres,
  type DebianPostgres,
  findDebianPostgres,
} from "../../tests/support/debian-postgres.ts";
import { eventually } from "../../tests/support/eventually.ts";
import { findProgram, type Found } from "../../tests/support/installed-program.ts";
import { startNats } from "../../tests/support/nats-broker.ts";
import { type PgBouncer, startPgBouncer } from "../../tests/support/pgbouncer.ts";
import type { TestBroker } from "../../tests/support/test-broker.ts";

const [user, password] = ["gate", "gate-pw"];
const diskMegabytes = 900;
const revivalSeconds = 60;
/**
 * A primary whose disk was full makes a checkpoint when it starts again, which removes the log before it. What the standby has not
 * received yet is kept: else it never comes back, and no commit is acknowledged.
 */
const databaseSettings = { max_wal_size: "96MB", wal_keep_size: "96MB", max_connections: "100" };
/** A standby asks again so soon for a primary that is away; until it is back, no commit is acknowledged. */
const standbySettings = { ...databaseSettings, wal_retrieve_retry_interval: "200ms" };

/** A primary with a synchronous standby on a small disk, a pooler in transaction mode before it, and a broker. */
export interface Cluster extends AsyncDisposable {
  /** Of the replicas: the pooler's address, the servers' own ones, and the broker's. */
  readonly settings: Record<string, string>;
  readonly pooler: PgBouncer;
  readonly broker: TestBroker;
  /** Where a file fills the disk of the databases; null where this process may not mount one. */
  readonly disk: string | null;
  /** Runs SQL in the database of the service. */
  sql(statement: string): Promise<string>;
  restartPrimary(by: "SIGINT" | "SIGQUIT"): Promise<void>;
  /** Starts the servers again that have ended. Throws if they are not back in a minute. */
  revive(): Promise<void>;
  /** What is seen of the servers, in several lines, for a report of what went wrong. */
  describe(): Promise<string>;
  readonly isPromoted: boolean;
  /** Kills the primary for good, and makes the standby the primary. */
  promote(): Promise<void>;
}

/** Starts all of it. Throws for a program that is missing. */
export async function startCluster(): Promise<Cluster> {
  await using draft = new AsyncDisposableStack();
  const programs = pathOf(await findDebianPostgres());
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-chaos-"));
  draft.defer(() => rm(directory, { recursive: true, force: true }));
  const disk = await mountDisk(join(directory, "disk"));
  if (disk !== null) draft.defer(() => void Bun.spawnSync(["umount", "-l", disk]));
  const parent = disk ?? tmpdir();
  const primary = await createDebianPostgres(programs, { parent });
  await primary.start(databaseSettings);
  draft.defer(() => primary.remove());
  await primary.sql(`create user ${user} password '${password}'`);
  await primary.sql(`create database ${user} owner ${user}`);
  const standby = await createDebianPostgres(programs, { primary, parent });
  await standby.start(standbySettings);
  draft.defer(() => standby.remove());
  await primary.sql("alter system set synchronous_standby_names = 'standby'");
  await primary.sql("select pg_reload_conf()");
  await untilSynchronous(primary);
  const path = draft.use(await startForwarder(primary.port));
  const pooler = draft.use(
    await startPgBouncer(pathOf(findProgram("pgbouncer")), {
      serverPort: path.port,
      mode: "transaction",
      user,
      password,
      serverConnections: 20,
    }),
  );
  const broker = draft.use(await startNats(pathOf(findProgram("nats-server"))));
  const started = draft.move();
  let current = primary;
  const startAgain = (server: DebianPostgres): Promise<void> =>
    server.start(server === standby ? standbySettings : databaseSettings);
  const serving = () => (current === standby ? [standby] : [primary, standby]);
  const login = `postgres://${user}:${password}@`;
  return {
    settings: {
      DATABASE_URL: `${login}127.0.0.1:${pooler.port}/${user}`,
      DATABASE_DIRECT_URL: `${login}127.0.0.1:${primary.port},127.0.0.1:${standby.port}/${user}?target_session_attrs=read-write`,
      EVENTS_NATS_URL: broker.url,
    },
    pooler,
    broker,
    disk,
    sql: (statement) => current.sql(statement, user),
    async restartPrimary(by) {
      await current.end(by);
      await startAgain(current);
    },
    async revive() {
      // A server that still answers may be about to end: it is asked again while the standby is not back.
      await eventually(
        async () => {
          for (const server of serving()) {
            if (await answers(server)) continue;
            await server.end("SIGQUIT");
            await startAgain(server);
          }
          return current === standby || (await isSynchronous(primary, 5));
        },
        Boolean,
        revivalSeconds,
      );
    },
    async describe() {
      const servers = serving().map(async (server) => {
        const state = (await answers(server)) ? "answers" : "does not answer";
        const lines = await server.lastLogLines();
        return `the server on port ${server.port} ${state}; its log ends with\n${lines}`;
      });
      const replication = await current
        .sql("select application_name, state, sync_state from pg_stat_replication")
        .catch(() => "not known");
      const free = disk === null ? "not limited" : `${await freeMegabytes(disk)} MB free`;
      const described = await Promise.all(servers);
      return [`disk: ${free}`, `replication: ${replication || "none"}`, ...described].join("\n");
    },
    get isPromoted() {
      return current === standby;
    },
    async promote() {
      await untilSynchronous(primary);
      await primary.end("SIGQUIT");
      await standby.promote();
      path.leadTo(standby.port);
      current = standby;
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function answers(server: DebianPostgres): Promise<boolean> {
  return (await server.sql("select 1").catch(() => "")) === "1";
}

function untilSynchronous(primary: DebianPostgres, seconds = 30): Promise<string> {
  const state = "select sync_state from pg_stat_replication";
  return eventually(
    () => primary.sql(state).catch(() => ""),
    (found) => found === "sync",
    seconds,
  );
}

function isSynchronous(primary: DebianPostgres, seconds: number): Promise<boolean> {
  return untilSynchronous(primary, seconds).then(
    () => true,
    () => false,
  );
}

async function freeMegabytes(disk: string): Promise<number> {
  const { bavail, bsize } = await statfs(disk);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

function pathOf(found: Found): string {
  if ("missing" in found) throw new Error(found.missing);
  return found.path;
}

async function mountDisk(path: string): Promise<string | null> {
  await mkdir(path);
  const size = `size=${diskMegabytes}m`;
  const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", size, "tmpfs", path]);
  if (mounted.exitCode !== 0) return null;
  await chmod(join(path, ".."), 0o755);
  await chmod(path, 0o1777);
  return path;
}

/** A port that leads to the primary, as the address of a cluster does. */
async function startForwarder(firstTarget: number) {
  let target = firstTarget;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    leadTo(port: number): void {
      target = port;
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
