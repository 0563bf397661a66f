import { findAppError } from "../../kernel/errors.ts";
import { describeError } from "../../platform/db/errors.ts";
import type { Context } from "../../platform/platform.ts";

/** Why a link does not work: `invalid` is unknown, replaced or used, `expired` was good once. */
export type LinkFault = "invalid" | "expired";

/** Why a mail could not be asked for: what was entered is no address, or the service was away. */
export type AskFault = "address" | "away";

/** The fault of a link that an error tells of, or null. */
export function linkFaultOf(error: unknown): LinkFault | null {
  const code = findAppError(error)?.code;
  if (code === "EXPIRED_TOKEN") return "expired";
  return code === "INVALID_TOKEN" ? "invalid" : null;
}

/** What pressing the button of a form for a new mail came to: `done` for every address, known or not. */
export function pressSendMail(
  ctx: Context,
  request: () => Promise<void>,
): Promise<"done" | AskFault> {
  return unlessAway(ctx, async () => {
    try {
      await request();
      return "done";
    } catch (error) {
      if (findAppError(error)?.code !== "INVALID_EMAIL") throw error;
      return "address";
    }
  });
}

/** While the service is away or has too much to do, a person is to see a page with her button again, not JSON. */
export async function unlessAway<T>(ctx: Context, work: () => Promise<T>): Promise<T | "away"> {
  try {
    return await work();
  } catch (error) {
    const code = findAppError(error)?.code;
    if (code === "OVERLOADED") return "away";
    if (code !== "UNAVAILABLE") throw error;
    const fields = { request_id: ctx.origin.requestId, ...describeError(error) };
    ctx.log.error(fields, "request failed");
    return "away";
  }
}
