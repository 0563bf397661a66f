import { AppError, type ErrorCode, type ErrorDetail } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { ProviderError } from "./provider.ts";

const retryAfterSeconds = 30;

/** A refused step of social login. `reason` is a word for the audit log. */
export class Refusal extends AppError {
  readonly reason: string;

  constructor(code: ErrorCode, message: string, reason: string, detail: ErrorDetail = {}) {
    super(code, message, { logDetail: reason, ...detail });
    this.name = "Refusal";
    this.reason = reason;
  }
}

/** The refusal of what came through the browser, whatever is wrong with it. */
export function startAgain(reason: string, cause?: unknown): Refusal {
  const message = "The sign-in is not valid or was interrupted. Start the sign-in again.";
  return new Refusal("VALIDATION_ERROR", message, reason, { cause });
}

/** The error of a provider that does not respond, or not as its specification says. */
export function providerUnavailable(reason: string, cause?: unknown): Refusal {
  const message = "The provider is not available. Try again later, or sign in another way.";
  return new Refusal("UNAVAILABLE", message, reason, { retryAfterSeconds, cause });
}

/** The error of a value that was sent. */
export function invalidField(field: string, issue: string): AppError {
  return new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field, issue }],
  });
}

/** Runs calls to a provider: the one place where its faults become responses. */
export async function mappingFaults<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw error.fault === "unavailable"
      ? providerUnavailable(error.reason, error)
      : startAgain(error.reason, error);
  }
}

/** Runs the steps of a sign-in by a provider, and records a refusal with its reason. */
export async function recordingRefusals<T>(
  ctx: Context,
  by: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await mappingFaults(run);
  } catch (error) {
    if (error instanceof Refusal) {
      const { reason } = error;
      recordFailure(ctx, { action: "user.login", userId: null, detail: { by, reason } });
    }
    throw error;
  }
}
