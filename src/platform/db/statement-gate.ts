import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Random } from "../../kernel/random.ts";
import { isTransient, isUnavailable } from "./errors.ts";
import { findRefusal } from "./refusals.ts";

/** How long all the statements of one request together may still wait for the database. */
export interface WaitBudget {
  readonly wholeMilliseconds: number;
  leftMilliseconds: number;
}

/** Counts and bounds the statements on their way to the database. */
export interface StatementGate {
  /** Without a budget a statement may wait for the gate's whole timeout. */
  run<T>(send: () => Promise<T>, budget?: WaitBudget): Promise<T>;
}

/** The part of the timeout that statements may use up; the rest is for the answer to be made and to arrive in time. */
const statementsShare = 0.95;

/** A new request's budget. */
export function requestBudget(timeoutSeconds: number): WaitBudget {
  const wholeMilliseconds = timeoutSeconds * 1000 * statementsShare;
  return { wholeMilliseconds, leftMilliseconds: wholeMilliseconds };
}

/** A statement is sent again at most this often after a deadlock or a serialisation failure. */
const maximumRetries = 3;

/** Those who met once wait differently long before they try again, or they would meet again. */
const longestRetryPauseMilliseconds = 40;

/**
 * Admits at most `concurrency` statements to the driver and ends each wait after `timeoutSeconds`, or its request's budget,
 * with `UNAVAILABLE`: no timeout of the driver fires while a server is frozen, and nothing may pile
 * up behind it. A statement whose caller has left keeps its place until the driver settles it.
 */
export function createStatementGate(options: {
  concurrency: number;
  timeoutSeconds: number;
  random: Random;
  onStatement?: () => void;
}): StatementGate {
  const waiting: Array<() => void> = [];
  let free = options.concurrency;

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
      try {
        return await send();
      } catch (error) {
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
          if (budget) budget.leftMilliseconds = 0;
          const place = waiting.indexOf(start);
          if (place >= 0) waiting.splice(place, 1);
          reject(unavailable("no answer in time"));
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

  return { run };
}

function asAppError(error: unknown): unknown {
  return isUnavailable(error)
    ? unavailable("connection lost", error)
    : (findRefusal(error) ?? error);
}

function unavailable(logDetail: string, cause?: unknown): AppError {
  return new AppError("UNAVAILABLE", "The service is temporarily unavailable.", {
    retryAfterSeconds: 1,
    logDetail: `database: ${logDetail}`,
    cause,
  });
}
