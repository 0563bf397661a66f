import { commit, version } from "../kernel/version.ts";
import type { HealthState } from "../features/health/index.ts";
import { describeError } from "../platform/db/errors.ts";
import type { Database } from "../platform/db/port.ts";
import { UnusableKeyError } from "../platform/jwt/key-pair.ts";
import { type App, createApp } from "./create-app.ts";
import type { RunningPlatform } from "./create-platform.ts";
import { httpUrl } from "./http-url.ts";
import { createLastResort } from "./edge/last-resort.ts";
import { openDatabase } from "./open-database.ts";
import { createWorkers } from "./jobs/workers.ts";

type Server = Bun.Server<undefined>;

/** A server that answers. */
export interface RunningServer {
  readonly url: string;
  /** Resolves when requests are answered: the database is open and up to date. Rejects when it cannot be used. */
  readonly ready: Promise<void>;
  /** Resolves when the server has stopped; with true when that was because something failed. */
  readonly stopped: Promise<boolean>;
  /**
   * Drains and stops, within `SHUTDOWN_TIMEOUT`. `graceSeconds`: for how long new requests are still answered, while others
   * take over; at most half of that time.
   */
  stop(graceSeconds: number): Promise<void>;
}

/**
 * Opens the database, listens and works until it is stopped. With a server's database it listens first and answers
 * 503 until the database is there; the embedded one is there or the start fails.
 */
export async function serve(platform: RunningPlatform): Promise<RunningServer> {
  const { settings, database, log } = platform;
  const health: HealthState = { phase: "starting", database };
  const workers = createWorkers(platform);
  const app = createApp(platform, health);
  if (database.kind === "embedded") await database.open();
  const server = await listen(app, platform);
  const url = httpUrl(settings.host, server.port ?? settings.port);
  const outcome = Promise.withResolvers<boolean>();
  const aborted = new AbortController();
  let stopping: Promise<void> | null = null;

  async function shutDown(graceSeconds: number): Promise<void> {
    health.phase = "draining";
    aborted.abort();
    log.info({}, "draining");
    const timeoutSeconds = settings.shutdownTimeoutSeconds;
    const deadline = Bun.sleep(timeoutSeconds * 1000).then(() => "late");
    await Bun.sleep(Math.min(graceSeconds, timeoutSeconds / 2) * 1000);
    const drained = Promise.all([server.stop(false), workers.stop()]);
    if ((await Promise.race([drained, deadline])) === "late") {
      log.warn(
        { pending: server.pendingRequests },
        "SHUTDOWN_TIMEOUT is over: requests are cut off",
      );
    }
    await server.stop(true);
    await platform.mailer.close();
    await database.close();
    log.info({}, "stopped");
  }

  function stop(graceSeconds: number, hasFailed = false): Promise<void> {
    stopping ??= shutDown(graceSeconds).then(
      () => outcome.resolve(hasFailed),
      (error: unknown) => {
        log.error(describeError(error), "the stop failed");
        outcome.resolve(true);
      },
    );
    return stopping;
  }

  const opening: Database = {
    ...database,
    async open() {
      await database.open();
      await platform.keyRing.reload();
      await database.changes.start();
    },
  };
  const ready = openDatabase(opening, log, aborted.signal).then(() => {
    if (health.phase !== "starting") return;
    health.phase = "serving";
    workers.start();
    log.info({ url, version, commit, database: database.kind }, "serving");
  });
  ready.catch((error: unknown) => {
    if (aborted.signal.aborted) return;
    const isKey = error instanceof UnusableKeyError;
    log.error(
      describeError(error),
      isKey ? "a signing key cannot be used" : "the database cannot be used",
    );
    void stop(0, true);
  });

  return {
    url,
    ready,
    stopped: outcome.promise,
    stop: (graceSeconds) => stop(graceSeconds),
  };
}

async function listen(app: App, platform: RunningPlatform): Promise<Server> {
  const { settings, database } = platform;
  try {
    return Bun.serve({
      hostname: settings.host,
      port: settings.port,
      routes: app.routes,
      fetch: app.fetch,
      error: createLastResort(platform),
      // What is too large is refused with our envelope, and before it is read: see `readBody`.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: 30,
    });
  } catch (error) {
    await database.close();
    throw error;
  }
}
