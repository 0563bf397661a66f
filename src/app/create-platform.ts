import { availableParallelism } from "node:os";

import { mailDirectoryOf, mailPath } from "../features/pages/index.ts";
import { loadKeyRing } from "../features/keys/index.ts";
import { systemClock } from "../kernel/clock.ts";
import { systemRandom } from "../kernel/random.ts";
import { createBrokerKinds } from "../platform/brokers/create-broker-kinds.ts";
import type { DestinationKind } from "../platform/brokers/port.ts";
import type { Settings } from "../platform/config/settings.ts";
import { createEmbeddedDatabase } from "../platform/db/embedded.ts";
import type { StartEmbeddedPostgres } from "../platform/db/embedded-postgres.ts";
import type { Database } from "../platform/db/port.ts";
import type { TraceStatement } from "../platform/db/trace-statement.ts";
import { createPostgresDatabase } from "../platform/db/postgres.ts";
import { createFailureBuffer } from "../platform/failures/failure-buffer.ts";
import { createHttpClient } from "../platform/http-client/http-client.ts";
import type { HttpClient } from "../platform/http-client/port.ts";
import { createJwtSigner } from "../platform/jwt/jwt-signer.ts";
import { createKeyRing } from "../platform/jwt/key-ring.ts";
import { createLimiter } from "../platform/limiter/limiter.ts";
import { createLogger } from "../platform/log/pino-logger.ts";
import type { Logger } from "../platform/log/port.ts";
import { createMailer, type MailerSettings } from "../platform/mail/create-mailer.ts";
import type { Mailer } from "../platform/mail/port.ts";
import { createServiceCounts } from "../platform/metrics/service-counts.ts";
import { createBcryptHasher } from "../platform/password-hasher/bcrypt-hasher.ts";
import { createSystemContext, type Platform } from "../platform/platform.ts";
import { createSecrets } from "../platform/secrets/secrets.ts";
import { createTracing } from "../platform/tracing/create-tracing.ts";
import type { Tracing } from "../platform/tracing/port.ts";
import {
  traceHasher,
  traceHttpClient,
  traceLog,
  traceMailer,
  traceStatements,
} from "../platform/tracing/traced.ts";

/** The platform of a running process, with its database and the listeners for new outbox messages. */
export interface RunningPlatform extends Platform {
  readonly database: Database;
  /** The functions that `outboxWritten` calls with the topics of new messages. Outbox workers register themselves here. */
  readonly outboxListeners: Set<(topics: readonly string[]) => void>;
  /** What sends events, for the kinds of destinations that this process can send to. */
  readonly destinationKinds: DestinationKinds;
}

/** Kinds of destinations by their names in `event_destinations.kind`. */
export type DestinationKinds = Readonly<Record<string, DestinationKind>>;

/** What differs between a server and some commands, and parts that tests replace. */
export interface PlatformOverrides {
  readonly log?: Logger;
  readonly mailer?: Mailer;
  readonly httpClient?: HttpClient;
  readonly onStatement?: () => void;
  /** Sees the text of every statement, unless the settings have these traced. */
  readonly traceStatement?: TraceStatement;
  readonly destinationKinds?: DestinationKinds;
  readonly freeBytes?: () => number;
  readonly startPostgres?: StartEmbeddedPostgres;
  /** The embedded database accepts writes also while the disk is nearly full. */
  readonly writesToTheEnd?: boolean;
}

/** Creates the platform from the settings. It opens no connection, file or port. */
export function createPlatform(
  settings: Settings,
  overrides: PlatformOverrides = {},
): RunningPlatform {
  const untracedLog =
    overrides.log ??
    createLogger({
      level: settings.logLevel,
      format: settings.logFormat,
      service: settings.serviceName,
    });
  const tracing = createPlatformTracing(settings, untracedLog);
  const log = tracing === null ? untracedLog : traceLog(untracedLog, tracing);
  const database = createDatabase(settings, log, {
    ...overrides,
    ...(tracing === null ? {} : { traceStatement: traceStatements(tracing) }),
  });
  const limiter = createLimiter(systemClock);
  database.changes.subscribe(({ subject }) => {
    if (subject === "limits" || subject === "all") limiter.forget();
  });
  const outboxListeners = new Set<(topics: readonly string[]) => void>();
  const previous = settings.jwtSecretKeyPrevious;
  const keyRing = createKeyRing({
    clock: systemClock,
    algorithm: settings.jwtAlgorithm,
    secrets: { current: settings.jwtSecretKey, previous },
    load: () => loadKeyRing(createSystemContext(platform, "keys")),
  });

  const untraced = {
    hasher: createBcryptHasher({
      cost: settings.bcryptCost,
      concurrency: availableParallelism(),
      waiting: settings.loginQueue,
    }),
    mailer: overrides.mailer ?? createMailer(mailerSettings(settings, log), systemClock),
    httpClient: overrides.httpClient ?? createHttpClient(),
  };

  const platform: RunningPlatform = {
    ...(tracing === null ? untraced : traceOutgoing(untraced, tracing)),
    tracing,
    settings,
    clock: systemClock,
    random: systemRandom,
    log,
    database,
    db: database.db,
    changes: database.changes,
    dbForRequest: (budget) => database.forRequest(budget),
    statementConcurrency: database.statementConcurrency,
    statementLoad: () => database.statementLoad(),
    limiter,
    signer: createJwtSigner(keyRing),
    keyRing,
    secrets: createSecrets(secretRoots(settings), systemRandom),
    failures: createFailureBuffer(),
    counts: createServiceCounts(),
    destinationKinds: overrides.destinationKinds ?? createBrokerKinds(settings, log),
    outboxListeners,
    outboxWritten: (topics) => {
      for (const listener of outboxListeners) listener(topics);
    },
  };
  return platform;
}

/** The traces of a platform. They are sent by a client of their own, which is not traced. */
function createPlatformTracing(settings: Settings, log: Logger): Tracing | null {
  const { otelExporterOtlpEndpoint: endpoint, otelExporterOtlpHeaders: headers } = settings;
  if (endpoint === null) return null;
  return createTracing({
    collector: { endpoint, headers: headers ?? {} },
    serviceName: settings.otelServiceName,
    environment: settings.environment,
    sampler: settings.otelTracesSampler,
    ratio: settings.otelTracesSamplerArg,
    httpClient: createHttpClient(),
    log,
  });
}

function traceOutgoing(
  { hasher, mailer, httpClient }: Pick<Platform, "hasher" | "mailer" | "httpClient">,
  tracing: Tracing,
): Pick<Platform, "hasher" | "mailer" | "httpClient"> {
  return {
    hasher: traceHasher(hasher, tracing),
    mailer: traceMailer(mailer, tracing),
    httpClient: traceHttpClient(httpClient, tracing),
  };
}

/** The current root seals, the previous ones only open. With `ENCRYPTION_KEY`, a secret that verifies tokens opens nothing. */
function secretRoots(settings: Settings) {
  const { encryptionKey, encryptionKeyPrevious, jwtSecretKey, jwtSecretKeyPrevious } = settings;
  const ofTokens = encryptionKey === null ? jwtSecretKeyPrevious : null;
  return {
    current: encryptionKey ?? jwtSecretKey,
    previous: [encryptionKeyPrevious, ofTokens].filter((root) => root !== null),
  };
}

function createDatabase(settings: Settings, log: Logger, overrides: PlatformOverrides): Database {
  const { onStatement, traceStatement, freeBytes, startPostgres } = overrides;
  const { writesToTheEnd = false } = overrides;
  const shared = {
    timeoutSeconds: settings.databaseTimeoutSeconds,
    log,
    ...(traceStatement ? { traceStatement } : {}),
    ...(onStatement ? { onStatement } : {}),
  };
  const ofEmbedded = {
    writesToTheEnd,
    ...(freeBytes ? { freeBytes } : {}),
    ...(startPostgres ? { startPostgres } : {}),
  };
  return settings.databaseUrl === null
    ? createEmbeddedDatabase({ ...shared, ...ofEmbedded, dataDir: settings.dataDir })
    : createPostgresDatabase({
        ...shared,
        url: settings.databaseUrl,
        directUrl: settings.databaseDirectUrl,
        poolSize: settings.databasePoolSize,
        applicationName: settings.serviceName,
      });
}

/** How mails are sent with these settings. */
export function mailerSettings(settings: Settings, log: Logger): MailerSettings {
  const from = { name: settings.brandName, address: settings.smtpFromEmail };
  if (settings.mailTransport === "none") return { transport: "none" };
  if (settings.mailTransport === "file") {
    return {
      transport: "file",
      directory: mailDirectoryOf(settings),
      from,
      onWritten({ id, to }) {
        log.info({}, `A mail for ${to} was written: ${settings.publicUrl}${mailPath(id)}`);
      },
    };
  }
  return {
    transport: "smtp",
    host: settings.smtpServer ?? "localhost",
    port: settings.smtpPort,
    tls: settings.smtpTls,
    credentials:
      settings.smtpUsername === null
        ? null
        : { username: settings.smtpUsername, password: settings.smtpPassword ?? "" },
    from,
  };
}
