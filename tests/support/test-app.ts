import { afterAll, beforeAll } from "bun:test";
import { sql } from "drizzle-orm";

import {
  createPlatform,
  type PlatformOverrides,
  type RunningPlatform,
} from "../../src/app/create-platform.ts";
import { type RunningServer, serve } from "../../src/app/serve.ts";
import type { Provider } from "../../src/features/social-login/index.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { loadSettings } from "../../src/platform/config/load-settings.ts";
import { createLogger } from "../../src/platform/log/pino-logger.ts";
import { createMemoryMailer, type MemoryMailer } from "../../src/platform/mail/memory.ts";
import { writeFailures } from "./audit-rows.ts";
import {
  createSharedTestDatabase,
  createTestDatabase,
  type DatabaseKind,
  type TestDatabase,
} from "./databases.ts";
import { addDestination } from "./events.ts";
import { type Answer, type Call, callServer } from "./http-call.ts";
import { findSparePort } from "./spare-port.ts";

/** Gatehouse, serving on a spare port of this process, with a database of its own and a mailer that keeps mails. */
export interface TestApp extends AsyncDisposable {
  readonly url: string;
  readonly platform: RunningPlatform;
  readonly mailer: MemoryMailer;
  readonly server: RunningServer;
  /** Every log line so far, as text. */
  readonly log: string[];
  /** Calls a path and reads the response. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  post(path: string, json: unknown, call?: Call): Promise<Answer>;
  /** The rows of a query of the test's own. */
  rows(query: string): Promise<Record<string, unknown>[]>;
  /** Another replica on the same database; ends with this one. The mailer is the same: any replica may send a mail. */
  replica(settings?: Record<string, string>): Promise<TestApp>;
}

/** What a test may choose; `settings` are names and values as in the environment. */
export interface TestAppOptions {
  readonly database?: DatabaseKind;
  readonly settings?: Record<string, string>;
  readonly overrides?: PlatformOverrides;
  /** Providers of social login; by default those of the settings. */
  readonly providers?: readonly Provider[];
  /** The embedded database is started for this application alone, on files in its `DATA_DIR`. */
  readonly ownEngine?: boolean;
  /** False for a database without a destination for events, which stores none. */
  readonly destination?: false;
  /** `PUBLIC_URL` is the address at which it serves, as browsers need that follow its redirects. */
  readonly servesPublicUrl?: true;
}

const testSettings = {
  ENVIRONMENT: "test",
  PORT: "0",
  PUBLIC_URL: "http://localhost:8000",
  JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
  BCRYPT_COST: "4",
  // Enough for races. Each connection is a process that reads the catalogue and plans every statement: with the default of
  // 20, Postgres takes half as much CPU time again.
  DATABASE_POOL_SIZE: "4",
  // Most tests send more requests than one client may.
  RATE_LIMITS_ENABLED: "false",
  LOCKOUT_THRESHOLD: "100",
  MAIL_TRANSPORT: "none",
  LOG_LEVEL: "debug",
};

/** The application of a test file or of a `describe`: it starts before the first test and stops after the last. */
export interface SharedTestApp extends TestApp {
  /** Has `cleanup` run before the application stops; the latest one first. */
  defer(cleanup: () => unknown): void;
}

const hookMilliseconds = 60_000;

/** Starts Gatehouse for all tests of the file or of the `describe` that calls this; hooks and tests may use it. */
export function useTestApp(options: TestAppOptions = {}): SharedTestApp {
  let running: TestApp | null = null;
  const cleanups: (() => unknown)[] = [];
  function app(): TestApp {
    if (running === null) throw new Error("The test application is used outside hooks and tests.");
    return running;
  }

  beforeAll(async () => {
    running = await startTestApp(options);
  }, hookMilliseconds);

  // The hooks of a file run in the order in which they are registered: a later `afterAll` is too late for `cleanups`.
  afterAll(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
    await running?.[Symbol.asyncDispose]();
  }, hookMilliseconds);

  return {
    get url() {
      return app().url;
    },
    get platform() {
      return app().platform;
    },
    get mailer() {
      return app().mailer;
    },
    get server() {
      return app().server;
    },
    get log() {
      return app().log;
    },
    call: (...parameters) => app().call(...parameters),
    post: (...parameters) => app().post(...parameters),
    rows: (query) => app().rows(query),
    replica: (settings) => app().replica(settings),
    defer: (cleanup) => void cleanups.push(cleanup),
    [Symbol.asyncDispose]: () => app()[Symbol.asyncDispose](),
  };
}

/** Starts Gatehouse for one test. Dispose of it with `await using`; `useTestApp` is for more than one test. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const create = options.ownEngine === true ? createTestDatabase : createSharedTestDatabase;
  const database = await create(options.database ?? "postgres");
  try {
    return await start(database, options, () => database.remove());
  } catch (error) {
    await database.remove();
    throw error;
  }
}

async function start(
  database: TestDatabase,
  options: TestAppOptions,
  afterwards: () => Promise<void>,
): Promise<TestApp> {
  const { settings, startPostgres } = database;
  const address = options.servesPublicUrl === true ? await spareAddress() : {};
  const app = await startUnready(
    {
      ...options,
      settings: { ...settings, ...address, ...options.settings },
      overrides: { ...(startPostgres ? { startPostgres } : {}), ...options.overrides },
    },
    afterwards,
  );
  await app.server.ready;
  if (options.destination !== false) await addDestination(app);
  return app;
}

/** A port of its own. WebAuthn works on `localhost` without https. */
async function spareAddress(): Promise<Record<string, string>> {
  const port = String(await findSparePort());
  return { PORT: port, PUBLIC_URL: `http://localhost:${port}` };
}

/** Starts Gatehouse on the database that the settings name, and does not wait until that is there. */
export async function startUnready(
  options: TestAppOptions,
  afterwards: () => Promise<void> = () => Promise.resolve(),
  sharedMailer?: MemoryMailer,
): Promise<TestApp> {
  const { settings: loaded } = loadSettings(
    { ...testSettings, ...options.settings },
    { isTerminal: false, generateSecret: () => "never asked for, as the secret is given" },
  );
  // The mailer of the tests sends mails, unless a test is about a service that sends none.
  const isSilent = options.settings?.["MAIL_TRANSPORT"] === "none";
  const sending = loaded.mailTransport === "none" && !isSilent ? "smtp" : loaded.mailTransport;
  const settings = { ...loaded, mailTransport: sending };
  const from = { name: settings.serviceName, address: settings.smtpFromEmail };
  const mailer = sharedMailer ?? createMemoryMailer(from, systemClock);
  const log: string[] = [];
  const platform = createPlatform(settings, {
    // Where mails are files, the product writes them.
    ...(settings.mailTransport === "file" ? {} : { mailer }),
    log: createLogger(
      { level: settings.logLevel, format: "json", service: settings.serviceName },
      { write: (line) => void log.push(line) },
    ),
    ...options.overrides,
  });
  const providers = options.providers?.map((each) => [each.name, each] as const);
  const server = await serve(platform, providers && new Map(providers));
  const replicas: TestApp[] = [];

  return {
    url: server.url,
    platform,
    mailer,
    server,
    log,
    call: (method, path, call) => callServer(server.url, method, path, call),
    post: (path, json, call) => callServer(server.url, "POST", path, { ...call, json }),
    async rows(query) {
      // A server writes failed attempts a second later, or together at the end of their minute.
      for (const { platform: each } of query.includes("audit_log")
        ? [{ platform }, ...replicas]
        : []) {
        await writeFailures({ platform: each });
      }
      const result: unknown = await platform.db.execute(sql.raw(query));
      const rows: unknown = Array.isArray(result) ? result : Reflect.get(Object(result), "rows");
      return Array.isArray(rows) ? rows : [];
    },
    async replica(replicaSettings = {}) {
      const replica = await startUnready(
        { ...options, settings: { ...options.settings, ...replicaSettings } },
        undefined,
        mailer,
      );
      replicas.push(replica);
      await replica.server.ready;
      return replica;
    },
    async [Symbol.asyncDispose]() {
      for (const replica of replicas) await replica[Symbol.asyncDispose]();
      await server.stop(0);
      await afterwards();
    },
  };
}
