import type { Actor, RequestOrigin } from "../kernel/context.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Random } from "../kernel/random.ts";
import type { Settings } from "./config/settings.ts";
import type { ChangeFeed } from "./db/change-feed.ts";
import type { Db } from "./db/port.ts";
import type { WaitBudget } from "./db/statement-gate.ts";
import type { KeyRing, TokenSigner } from "./jwt/port.ts";
import type { Logger } from "./log/port.ts";
import type { Mailer } from "./mail/port.ts";
import type { PasswordHasher } from "./password-hasher/port.ts";
import type { Secrets } from "./secrets/port.ts";

/** Everything outside the decisions themselves; made once at the start, replaced piece by piece in tests. */
export interface Platform {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly db: Db;
  /** News of what other replicas changed. */
  readonly changes: ChangeFeed;
  /** A view of the database whose statements share one request's time: what is left in its budget, or all of it. */
  readonly dbForRequest: (budget?: WaitBudget) => Db;
  readonly hasher: PasswordHasher;
  readonly signer: TokenSigner;
  /** What `signer` signs and verifies with. */
  readonly keyRing: KeyRing;
  readonly secrets: Secrets;
  readonly mailer: Mailer;
  /**
   * Wakes the workers of these topics in this process, or all workers where none is named, after a message was written.
   * Other processes, and workers that are not woken, find it with their next poll.
   */
  readonly outboxWritten: (topics?: readonly string[]) => void;
}

/** What a verb is given: the platform, who acts, and where the call came from. */
export interface Context<A extends Actor = Actor> extends Platform {
  readonly actor: A;
  readonly origin: RequestOrigin;
  /** What is left of the time that a request's statements may wait; a worker or a command has none. */
  readonly waitBudget?: WaitBudget;
}

/** The platform with an actor and an origin: what a verb is given by commands and workers. */
export function createContext<A extends Actor>(
  platform: Platform,
  actor: A,
  origin: RequestOrigin,
): Context<A> {
  return { ...platform, actor, origin };
}
