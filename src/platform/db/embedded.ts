import type { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";

import { systemRandom } from "../../kernel/random.ts";
import type { Logger } from "../log/port.ts";
import { withDeadline } from "./deadline.ts";
import type { EmbeddedClient, EmbeddedQueries, QueryOptions } from "./embedded-client.ts";
import type { Parameters } from "./embedded-messages.ts";
import { createDiskGuard } from "./disk-guard.ts";
import { freeBytesOf } from "./disk-reserve.ts";
import { createEmbeddedChangeFeed } from "./embedded-change-feed.ts";
import { compactTable } from "./embedded-maintenance.ts";
import {
  type EmbeddedPostgres,
  type StartEmbeddedPostgres,
  startEmbeddedPostgres,
  wasEverStarted,
} from "./embedded-postgres.ts";
import { writeScript } from "./embedded-script.ts";
import { describeError } from "./errors.ts";
import { migrateUnderLock, ownMigrations, readPendingMigrations } from "./migrate.ts";
import type { Database, Db } from "./port.ts";
import { createStatementGate, requestBudget, type WaitBudget } from "./statement-gate.ts";
import type { TraceStatement } from "./trace-statement.ts";

/** The options of the embedded database. */
export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly timeoutSeconds: number;
  readonly log: Logger;
  readonly onStatement?: () => void;
  /** Observes a statement by its text, which has no parameters. Default: none is observed. */
  readonly traceStatement?: TraceStatement;
  /** Writes also while the disk is nearly full: for the command that frees space. */
  readonly writesToTheEnd?: boolean;
  /** Reads the free space; by default that of the file system of `dataDir`. */
  readonly freeBytes?: () => number;
  /** Starts the engine; by default one of its own on `dataDir`. */
  readonly startPostgres?: StartEmbeddedPostgres;
}

/** The Postgres inside the executable: one process, one data directory, started by `open`. */
export function createEmbeddedDatabase(options: EmbeddedOptions): Database {
  const { dataDir, timeoutSeconds, log } = options;
  const freeBytes = options.freeBytes ?? (() => freeBytesOf(dataDir));
  const startPostgres = options.startPostgres ?? startEmbeddedPostgres;
  const disk = createDiskGuard(freeBytes, log);
  let starting: Promise<EmbeddedPostgres> | null = null;
  let migrating: Promise<void> | null = null;
  const gate = createStatementGate({
    concurrency: 32,
    timeoutSeconds,
    random: systemRandom,
    ...(options.onStatement ? { onStatement: options.onStatement } : {}),
  });

  async function running(): Promise<EmbeddedPostgres> {
    if (!starting) throw new Error("the embedded database is not open");
    return starting;
  }

  async function client(): Promise<EmbeddedClient> {
    return (await running()).client;
  }

  async function start(): Promise<EmbeddedClient> {
    starting ??= startPostgres({
      dataDir,
      freeBytes,
      onReserveReleased: () =>
        log.warn({}, "the disk was full: the reserve in DATA_DIR is used to start the database"),
      onMaintenanceError: (error) => log.warn(describeError(error), "database maintenance failed"),
      onSocketError: (error) =>
        log.warn(describeError(error), "commands cannot use the database while the server runs"),
      beforeCommandStatement: (current) => disk.check(current),
      onPanic: (reason) => log.error({ reason }, "the embedded database has ended"),
    }).catch((error: unknown) => {
      starting = null;
      throw error;
    });
    return client();
  }

  /** Only one call at a time: the advisory lock belongs to the connection, and there is only one. */
  async function migrate(): Promise<void> {
    await migrateUnderLock(createDb(await start()), log);
  }

  function openDb(budget?: WaitBudget): Db {
    return createDb({
      query<Row>(text: string, parameters?: Parameters, { rowMode }: QueryOptions = {}) {
        const send = async () => {
          const { client: current, isJoined } = await running();
          // The server that runs the database guards its disk before each statement of a command.
          if (options.writesToTheEnd !== true && !isJoined) await disk.check(current);
          const limits = { ...(rowMode ? { rowMode } : {}), timeoutSeconds };
          return current.query<Row>(text, parameters, limits);
        };
        const { traceStatement } = options;
        if (traceStatement === undefined) return gate.run(send, budget);
        return traceStatement(text, () => gate.run(send, budget));
      },
    });
  }

  const changes = createEmbeddedChangeFeed(client);

  return {
    kind: "embedded",
    statementConcurrency: 1,
    changes,
    statementLoad: gate.load,
    db: openDb(),
    forRequest: (budget = requestBudget(timeoutSeconds)) => openDb(budget),
    open() {
      migrating ??= migrate().finally(() => {
        migrating = null;
      });
      return migrating;
    },
    async pendingMigrations() {
      // A query for pending migrations must not create a database.
      if (!starting && !wasEverStarted(dataDir)) return ownMigrations.map(({ name }) => name);
      return readPendingMigrations(createDb(await start()));
    },
    async ping(deadlineSeconds) {
      const current = await client();
      const response = disk
        .check(current)
        .then(() => current.query("select 1", [], { timeoutSeconds: deadlineSeconds }));
      await withDeadline(response, deadlineSeconds);
    },
    refusesWrites: disk.refusesWrites,
    async checkpoint() {
      await (await client()).execute("checkpoint");
    },
    backups: {
      async writeArchive(write) {
        await start();
        await (await running()).backUp(write);
      },
      writeScript: async (write) => writeScript(await start(), write),
    },
    async compact(table) {
      const { client: current, isJoined } = await running();
      // Every request would fail while the server's only session copies the table.
      return isJoined ? false : compactTable(current, table, freeBytes);
    },
    async close() {
      await changes.stop();
      const running = await starting?.catch(() => null);
      starting = null;
      await running?.close();
    },
  };
}

function createDb(client: EmbeddedQueries): Db {
  return drizzle(asPGlite(client));
}

/** Drizzle's driver uses only `query` of a client, and `transaction`, which only the migration does. */
function asPGlite(client: EmbeddedQueries): PGlite {
  return client as PGlite;
}
