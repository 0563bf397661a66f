import { writeFailedAttempts } from "../features/audit/index.ts";
import { commit, version } from "../kernel/version.ts";
import { reconcileDestinations } from "../features/events/index.ts";
import { type HealthState, isConnected } from "../features/health/index.ts";
import { adoptAlgorithm } from "../features/keys/index.ts";
import type { Provider } from "../features/social-login/index.ts";
import { findAddressError } from "../platform/db/connection/address-error.ts";
import { describeError } from "../platform/db/errors.ts";
import type { Database } from "../platform/db/port.ts";
import { UnusableKeyError } from "../platform/jwt/key-pair.ts";
import { idleConnectionSeconds } from "./edge/connection-times.ts";
import { respondToEscapedError } from "./edge/respond.ts";
import { type App, createApp } from "./create-app.ts";
import { createSystemContext } from "../platform/platform.ts";
import type { RunningPlatform } from "./create-platform.ts";
import { httpUrl } from "./http-url.ts";
import { ListenError } from "./listen-error.ts";
import { openDatabase } from "./open-database.ts";
import { createWorkers } from "./jobs/workers.ts";
import { resealStoredSecrets } from "./reseal.ts";

type Server = Bun.Server<undefined>;

/** Why a server stopped: it was told to, it failed, or it cannot run with its settings, which a restart does not change. */
export type StopReason = "stopped" | "failed" | "settings";

/** A running server. */
export interface RunningServer {
  readonly url: string;
  /** Resolves when requests are served: the database is open and migrated. Rejects when it cannot be used. */
  readonly ready: Promise<void>;
  /** Resolves when the server has stopped. */
  readonly stopped: Promise<StopReason>;
  /**
   * Drains and stops within `SHUTDOWN_TIMEOUT`. New requests are still served for `graceSeconds`, at most half of that time,
   * while other replicas take over.
   */
  stop(graceSeconds: number): Promise<void>;
}

/**
 * Opens the database and serves requests until it is stopped. With a Postgres server it listens first and responds with 503
 * until the database is reachable. The embedded database is opened first, and the start fails if it cannot be. Tests pass
 * providers of their own.
 */
export async function serve(
  platform: RunningPlatform,
  providers?: ReadonlyMap<string, Provider>,
): Promise<RunningServer> {
  const { settings, database, log } = platform;
  const health: HealthState = { phase: "starting", database };
  const workers = createWorkers(platform);
  const app = createApp(platform, health, providers);
  await platform.tracing?.start();
  if (database.kind === "embedded") await database.open();
  const server = await listen(app, platform);
  const url = httpUrl(settings.host, server.port ?? settings.port);
  const outcome = Promise.withResolvers<StopReason>();
  const aborted = new AbortController();
  let stopping: Promise<void> | null = null;

  async function shutDown(graceSeconds: number): Promise<void> {
    health.phase = "draining";
    aborted.abort();
    log.info({}, "draining");
    const timeoutSeconds = settings.shutdownTimeoutSeconds;
    const writingSeconds = Math.min(1, timeoutSeconds / 10);
    const deadline = Bun.sleep(timeoutSeconds * 1000).then(() => "late");
    const cutOff = Bun.sleep((timeoutSeconds - writingSeconds) * 1000).then(() => "late");
    await Bun.sleep(Math.min(graceSeconds, timeoutSeconds / 2) * 1000);
    const drained = Promise.all([server.stop(false), workers.stop()]);
    if ((await Promise.race([drained, cutOff])) === "late") {
      log.warn(
        { pending: server.pendingRequests },
        "SHUTDOWN_TIMEOUT is over: requests are cut off",
      );
    }
    await server.stop(true);
    const lost = "failed attempts of the last minute are not in the audit log";
    const written = writeFailedAttempts(platform, { everything: true }).catch((error: unknown) =>
      log.error(describeError(error), lost),
    );
    if ((await Promise.race([written, deadline])) === "late") log.error({}, lost);
    await Promise.all([platform.mailer.close(), platform.tracing?.stop()]);
    await database.close();
    log.info({}, "stopped");
  }

  function stop(graceSeconds: number, reason: StopReason = "stopped"): Promise<void> {
    stopping ??= shutDown(graceSeconds).then(
      () => outcome.resolve(reason),
      (error: unknown) => {
        log.error(describeError(error), "shutdown failed");
        outcome.resolve("failed");
      },
    );
    return stopping;
  }

  const opening: Database = {
    ...database,
    async open() {
      await database.open();
      await resealStoredSecrets(platform);
      await adoptAlgorithm(createSystemContext(platform, "keys"));
      await platform.keyRing.reload();
      await reconcileDestinations(platform);
      // Last: a notification before would reload the keys while they are being adopted.
      // Meanwhile the connection of the health checks is opened, before the workers open theirs.
      await Promise.all([database.changes.start(), isConnected(health)]);
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
    if (error instanceof UnusableKeyError) {
      // Without the stack: the message says what to do.
      log.error({ error: error.name, reason: error.message }, "signing key not usable");
      void stop(0, error.isBySettings ? "settings" : "failed");
      return;
    }
    log.error(describeError(error), "database not usable");
    void stop(0, findAddressError(error)?.isBySettings ? "settings" : "failed");
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
      error(error) {
        platform.log.error(describeError(error), "an error left the request handler");
        return respondToEscapedError();
      },
      // `readBody` refuses bodies that are too large, with the usual error response and before they are read.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: idleConnectionSeconds,
    });
  } catch (error) {
    await database.close();
    throw new ListenError(httpUrl(settings.host, settings.port), error);
  }
}
