import { findAppError } from "../../kernel/errors.ts";
import { describeError } from "../../platform/db/errors.ts";
import type { Context } from "../../platform/platform.ts";
import {
  hasVerifiedEmail,
  requestVerification,
  verifyEmailByToken,
} from "../email-verification/index.ts";
import type { LinkFault, ResendFault } from "./verify-email-page.ts";

/** What "Confirm e-mail address" came to. A second press, by a double tap or a reload, is as good as the first. */
export function pressConfirm(ctx: Context, token: string): Promise<"done" | "away" | LinkFault> {
  return unlessAway(ctx, async () => {
    try {
      await verifyEmailByToken(ctx, token);
      return "done";
    } catch (error) {
      const code = findAppError(error)?.code;
      if (code === "EXPIRED_TOKEN") return "expired";
      if (code !== "INVALID_TOKEN") throw error;
      return (await hasVerifiedEmail(ctx, token)) ? "done" : "invalid";
    }
  });
}

/** What "Send a new mail" came to: `done` for every address, known or not. */
export function pressResend(ctx: Context, email: string): Promise<"done" | ResendFault> {
  return unlessAway(ctx, async () => {
    try {
      await requestVerification(ctx, { email });
      return "done";
    } catch (error) {
      if (findAppError(error)?.code !== "INVALID_EMAIL") throw error;
      return "address";
    }
  });
}

/** While the database is away a person is to see a page with her button again, not JSON. */
async function unlessAway<T>(ctx: Context, work: () => Promise<T>): Promise<T | "away"> {
  try {
    return await work();
  } catch (error) {
    if (findAppError(error)?.code !== "UNAVAILABLE") throw error;
    const fields = { request_id: ctx.origin.requestId, ...describeError(error) };
    ctx.log.error(fields, "request failed");
    return "away";
  }
}
