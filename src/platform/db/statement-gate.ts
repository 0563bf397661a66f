import { AppError } from "../../kernel/errors.ts";
import { isTransient, isUnavailable } from "./errors.ts";

/** Counts and bounds the statements on their way to the database. */
export interface StatementGate {
  run<T>(send: () => Promise<T>): Promise<T>;
}

/** A statement is sent again at most this often after a deadlock or a serialisation failure. */
const maximumRetries = 3;

/**
 * Admits at most `concurrency` statements to the driver and ends each wait after `timeoutSeconds`
 * with `UNAVAILABLE`: no timeout of the driver fires while a server is frozen, and nothing may pile
 * up behind it. A statement whose caller has left keeps its place until the driver settles it.
 */
export function createStatementGate(options: {
  concurrency: number;
  timeoutSeconds: number;
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
      }
    }
  }

  function run<T>(send: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let abandoned = false;
      const start = (): void => {
        sendWithRetries(send, () => abandoned)
          .then(resolve, reject)
          .finally(() => {
            clearTimeout(timer);
            release();
          });
      };
      const timer = setTimeout(() => {
        abandoned = true;
        const place = waiting.indexOf(start);
        if (place >= 0) waiting.splice(place, 1);
        reject(unavailable("no answer in time"));
      }, options.timeoutSeconds * 1000);

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
  return isUnavailable(error) ? unavailable("connection lost", error) : error;
}

function unavailable(logDetail: string, cause?: unknown): AppError {
  return new AppError("UNAVAILABLE", "The service is temporarily unavailable.", {
    retryAfterSeconds: 1,
    logDetail: `database: ${logDetail}`,
    cause,
  });
}
