import type { HealthState } from "../features/health/index.ts";
import { describeError } from "../platform/db/errors.ts";
import type { Settings } from "../platform/config/settings.ts";
import type { Database } from "../platform/db/port.ts";
import { UnusableKeyError } from "../platform/jwt/unusable-key-error.ts";
import { type App, createApp } from "./create-app.ts";
import type { RunningPlatform } from "./create-platform.ts";
import { openDatabase } from "./open-database.ts";
import { createWorkers } from "./workers.ts";

type Server = NonNullable<App["server"]>;

/** A server that answers. */
export interface RunningServer {
  readonly url: string;
  /** What an operator wants to know at the start, as pairs of name and value. */
  readonly summary: readonly (readonly [string, string])[];
  /** Resolves when requests are answered: the database is open and up to date. Rejects when it cannot be used. */
  readonly ready: Promise<void>;
  /** Resolves when the server has stopped; with true when that was because something failed. */
  readonly stopped: Promise<boolean>;
  /** Drains and stops. `graceSeconds`: for how long new requests are still answered, while others take over. */
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
  const server = listen(app, settings);
  const url = `http://${settings.host}:${server.port}`;
  const outcome = Promise.withResolvers<boolean>();
  const aborted = new AbortController();
  let stopping: Promise<void> | null = null;

  async function shutDown(graceSeconds: number): Promise<void> {
    health.phase = "draining";
    aborted.abort();
    log.info({}, "draining");
    await Bun.sleep(graceSeconds * 1000);
    const drained = Promise.all([server.stop(false), workers.stop()]);
    await Promise.race([drained, Bun.sleep(settings.shutdownTimeoutSeconds * 1000)]);
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
    open: () => database.open().then(() => platform.keyRing.reload()),
  };
  const ready = openDatabase(opening, log, aborted.signal).then(() => {
    if (health.phase !== "starting") return;
    health.phase = "serving";
    workers.start();
    log.info({ url }, "serving");
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
    summary: summarize(platform, server.port ?? settings.port),
    stopped: outcome.promise,
    stop: (graceSeconds) => stop(graceSeconds),
  };
}

function listen(app: App, settings: Settings): Server {
  app.listen({
    hostname: settings.host,
    port: settings.port,
    maxRequestBodySize: settings.bodyLimitBytes,
    idleTimeout: 30,
  });
  if (!app.server) throw new Error("the server did not start");
  return app.server;
}

function summarize({ settings, database }: RunningPlatform, port: number) {
  return [
    ["listens", `http://${settings.host}:${port}`],
    ["data", database.kind === "embedded" ? settings.dataDir : "in the Postgres of DATABASE_URL"],
    ["mail", settings.mailTransport === "file" ? `${settings.dataDir}/mail` : settings.mailTransport],
    ["docs", settings.docsEnabled ? `${settings.publicUrl}/docs` : "off"],
  ] as const;
}
