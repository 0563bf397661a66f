import { type AppError, type ErrorCode, findAppError } from "../../../kernel/errors.ts";
import { describeError } from "../../../platform/db/errors.ts";
import type { Context } from "../../../platform/platform.ts";
import { isForLater } from "./try-later.ts";

/**
 * Runs the work of a form. Returns its error if the page shows it: one with a code of `expected`, or one of a request that may
 * succeed later, so that the user gets the form again instead of JSON. Throws every other error.
 */
export async function attempt<T>(
  ctx: Context,
  expected: readonly ErrorCode[],
  work: () => Promise<T>,
): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    const failure = findAppError(error);
    if (failure === null) throw error;
    if (failure.code === "UNAVAILABLE") {
      const fields = { request_id: ctx.origin.requestId, ...describeError(error) };
      ctx.log.error(fields, "request failed");
    }
    if (isForLater(failure) || expected.includes(failure.code)) return failure;
    throw error;
  }
}
