import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Random } from "../../kernel/random.ts";
import { findTriggerConflict, isFull, isTransient, isUnavailable } from "./errors.ts";

/** How long the statements of one request, taken together, may still take. */
export interface WaitBudget {
  readonly wholeMilliseconds: number;
  leftMilliseconds: number;
}

/** Limits how many statements are sent to the database at a time, and how long each takes. */
export interface StatementGate {
  /** Without a budget, a statement has the gate's whole timeout. */
  run<T>(send: () => Promise<T>, budget?: WaitBudget): Promise<T>;
  load(): StatementLoad;
}

/** The statements of a gate now, and its counts since the start. */
export interface StatementLoad {
  readonly running: number;
  readonly waiting: number;
  /** How many may run at a time. */
  readonly limit: number;
  /** How many were sent to the driver. A statement that is sent again counts again. */
  readonly sent: number;
  /** How many got no result: in time, or because the database was not reachable. */
  readonly unavailable: number;
}

/** The part of the timeout that statements may use; the rest is for creating and sending the response in time. */
const statementsShare = 0.95;

/** A new request's budget. */
export function requestBudget(timeoutSeconds: number): WaitBudget {
  const wholeMilliseconds = timeoutSeconds * 1000 * statementsShare;
  return { wholeMilliseconds, leftMilliseconds: wholeMilliseconds };
}

/** A statement is sent again at most this often after a deadlock or a serialisation failure. */
const maximumRetries = 3;

/** Statements that conflicted pause for different, random times: after equal pauses they would conflict again. */
const longestRetryPauseMilliseconds = 40;

/**
 * Passes at most `concurrency` statements at a time to the driver; the others queue. Rejects each with `UNAVAILABLE` after
 * `timeoutSeconds` or its request's budget: no timeout of the driver ends a query while the server is frozen. A statement that
 * was sent counts as one of the `concurrency` until the driver settles it, also after it was rejected.
 */
export function createStatementGate(options: {
  concurrency: number;
  timeoutSeconds: number;
  random: Random;
  onStatement?: () => void;
}): StatementGate {
  const waiting: Array<() => void> = [];
  let free = options.concurrency;
  let sent = 0;
  let withoutResult = 0;

  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }

  async function sendWithRetries<T>(
    send: () => Promise<T>,
    isAbandoned: () => boolean,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      options.onStatement?.();
      sent += 1;
      try {
        return await send();
      } catch (error) {
        if (isUnavailable(error) && !isAbandoned()) withoutResult += 1;
        if (!isTransient(error) || isAbandoned()) throw asAppError(error);
        if (attempt === maximumRetries) throw unavailable("conflict persists", error);
        await Bun.sleep(options.random.below(longestRetryPauseMilliseconds));
      }
    }
  }

  function run<T>(send: () => Promise<T>, budget?: WaitBudget): Promise<T> {
    const startedAt = monotonicMilliseconds();
    if (budget && budget.leftMilliseconds <= 0) {
      return Promise.reject(unavailable("no time is left for this request"));
    }
    return new Promise<T>((resolve, reject) => {
      let abandoned = false;
      const start = (): void => {
        sendWithRetries(send, () => abandoned)
          .finally(() => {
            clearTimeout(timer);
            if (budget) budget.leftMilliseconds -= monotonicMilliseconds() - startedAt;
            release();
          })
          .then(resolve, reject);
      };
      const timer = setTimeout(
        () => {
          abandoned = true;
          withoutResult += 1;
          if (budget) budget.leftMilliseconds = 0;
          const place = waiting.indexOf(start);
          if (place >= 0) waiting.splice(place, 1);
          reject(unavailable("no result in time"));
        },
        budget?.leftMilliseconds ?? options.timeoutSeconds * 1000,
      );

      if (free > 0) {
        free -= 1;
        start();
      } else {
        waiting.push(start);
      }
    });
  }

  const load = (): StatementLoad => ({
    running: options.concurrency - free,
    waiting: waiting.length,
    limit: options.concurrency,
    sent,
    unavailable: withoutResult,
  });

  return { run, load };
}

function asAppError(error: unknown): unknown {
  return isUnavailable(error)
    ? unavailable(isFull(error) ? "disk full or read-only" : "connection lost", error)
    : (findTriggerConflict(error) ?? error);
}

function unavailable(logDetail: string, cause?: unknown): AppError {
  return new AppError("UNAVAILABLE", "The service is temporarily unavailable.", {
    retryAfterSeconds: cause !== undefined && isFull(cause) ? 30 : 1,
    logDetail: `database: ${logDetail}`,
    cause,
  });
}
