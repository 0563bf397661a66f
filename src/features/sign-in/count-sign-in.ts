import { findAppError } from "../../kernel/errors.ts";
import type { SignInMethod, SignInOutcome } from "../../platform/metrics/port.ts";
import type { Context } from "../../platform/platform.ts";

/** Runs an attempt to sign in and counts how it ended, once. Every way to sign in is run by it. */
export async function countSignIn<T>(
  ctx: Context,
  method: SignInMethod,
  attempt: () => Promise<T>,
): Promise<T> {
  const result = await countRefusedSignIn(ctx, method, attempt);
  ctx.counts.countSignIn(method, "success");
  return result;
}

/** The same for a step with which no sign-in succeeds yet: only a failure is counted. */
export async function countRefusedSignIn<T>(
  ctx: Context,
  method: SignInMethod,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    ctx.counts.countSignIn(method, outcomeOf(error));
    throw error;
  }
}

function outcomeOf(error: unknown): SignInOutcome {
  switch (findAppError(error)?.code) {
    case "MFA_REQUIRED":
      return "second_factor_required";
    case "EMAIL_NOT_VERIFIED":
      return "unverified";
    case "RATE_LIMITED":
      return "limited";
    case undefined:
    case "INTERNAL_ERROR":
    case "OVERLOADED":
    case "UNAVAILABLE":
      return "error";
    default:
      return "refused";
  }
}
