import { AppError } from "../../kernel/errors.ts";

/** The promise's result, or `UNAVAILABLE` if it has not settled after `seconds`. A later result is ignored. */
export function withDeadline<T>(promise: PromiseLike<T>, seconds: number): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new AppError("UNAVAILABLE", "The service is temporarily unavailable.", {
          retryAfterSeconds: 1,
          logDetail: `no result within ${seconds} s`,
        }),
      );
    }, seconds * 1000);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error("rejected with no error"));
      },
    );
  });
}
