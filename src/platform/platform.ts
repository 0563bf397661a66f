import type { Actor, ClientDevice, RequestOrigin } from "../kernel/context.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Random } from "../kernel/random.ts";
import type { Settings } from "./config/settings.ts";
import type { ChangeFeed } from "./db/change-feed.ts";
import type { Db } from "./db/port.ts";
import type { StatementLoad, WaitBudget } from "./db/statement-gate.ts";
import type { FailureBuffer } from "./failures/port.ts";
import type { HttpClient } from "./http-client/port.ts";
import type { KeyRing, TokenSigner } from "./jwt/port.ts";
import type { Limiter } from "./limiter/port.ts";
import type { Logger } from "./log/port.ts";
import type { Mailer } from "./mail/port.ts";
import type { ServiceCounts } from "./metrics/port.ts";
import type { PasswordHasher } from "./password-hasher/port.ts";
import type { Secrets } from "./secrets/port.ts";
import type { Tracing } from "./tracing/port.ts";

/** Everything that verbs depend on. It is created once at the start; tests replace parts of it. */
export interface Platform {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly db: Db;
  /** Notifications of what this and other replicas changed. */
  readonly changes: ChangeFeed;
  /** The database for one request. All of its statements share one time limit: the rest of the given budget, or a new one. */
  readonly dbForRequest: (budget?: WaitBudget) => Db;
  /** How many statements the database executes at a time. */
  readonly statementConcurrency: number;
  /** The statements that run and wait now. */
  readonly statementLoad: () => StatementLoad;
  readonly hasher: PasswordHasher;
  readonly limiter: Limiter;
  readonly signer: TokenSigner;
  /** The keys that `signer` signs and verifies with. */
  readonly keyRing: KeyRing;
  readonly secrets: Secrets;
  readonly mailer: Mailer;
  /** Sends requests to other services. */
  readonly httpClient: HttpClient;
  /** Failed attempts that are not in the audit log yet. */
  readonly failures: FailureBuffer;
  /** Traces of requests; null where they are not exported. */
  readonly tracing: Tracing | null;
  /** What happens while the service runs, counted for `/metrics`. */
  readonly counts: ServiceCounts;
  /** Wakes the workers of these topics in this process after a row was written: outbox messages, events, rows of the audit log. */
  readonly outboxWritten: (topics: readonly string[]) => void;
}

/** What a verb is called with: the platform, the actor, and the origin of the request. */
export interface Context<A extends Actor = Actor> extends Platform {
  readonly actor: A;
  readonly origin: RequestOrigin;
  /** The device that sent the request. Jobs and commands have none. */
  readonly device?: ClientDevice;
  /** Whether a sign-in with this context opens a browser session: it is the context of a page. */
  readonly opensBrowserSession?: boolean;
  /** The browser session that a visitor's sign-in replaces; null for none, or where it is the actor's. */
  readonly presentedSessionId?: string | null;
  /** The rest of the time that a request's statements may wait. Jobs and commands have no such limit. */
  readonly waitBudget?: WaitBudget;
  /** Aborted when the client closes its connection before the response. Jobs and commands have none. */
  readonly signal?: AbortSignal;
}

/** The context that commands and jobs call verbs with. */
export function createContext<A extends Actor>(
  platform: Platform,
  actor: A,
  origin: RequestOrigin,
): Context<A> {
  return { ...platform, actor, origin };
}

/** The context of a job of the service itself. The request id in audit rows begins with the job's name. */
export function createSystemContext(platform: Platform, job: string): Context {
  const requestId = `${job}-${platform.random.token(96)}`;
  return createContext(
    platform,
    { kind: "system" },
    { requestId, ipAddress: null, userAgent: null },
  );
}
