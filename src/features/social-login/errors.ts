import { AppError, type ErrorCode, type ErrorDetail } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { type Provider, ProviderError } from "./provider.ts";

const retryAfterSeconds = 30;

/** One request takes at most five seconds, and a sign-in has several. */
const defaultTimeLimitSeconds = 9;

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

/**
 * Runs the steps of a sign-in that need the provider, within its time limit. The one place where its faults become responses. A
 * refusal is recorded with its reason.
 */
export async function recordingRefusals<T>(
  ctx: Context,
  provider: Pick<Provider, "name" | "timeLimitSeconds">,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await within(provider.timeLimitSeconds ?? defaultTimeLimitSeconds, run());
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    const detail = { by: provider.name, reason: refusal.reason };
    recordFailure(ctx, { action: "user.login", userId: null, detail });
    throw refusal;
  }
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (!(error instanceof ProviderError)) return null;
  return error.fault === "unavailable"
    ? providerUnavailable(error.reason, error)
    : startAgain(error.reason, error);
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => expired.reject(new ProviderError("unavailable", "provider_slow")),
    seconds * 1000,
  );
  try {
    return await Promise.race([work, expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}
