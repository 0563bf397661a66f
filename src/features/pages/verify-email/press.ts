import type { Context } from "../../../platform/platform.ts";
import { hasVerifiedEmail, verifyEmailByToken } from "../../email-verification/index.ts";
import { type LinkFault, linkFaultOf, unlessAway } from "../press-button.ts";

/** What "Confirm e-mail address" came to. A second press, by a double tap or a reload, is as good as the first. */
export function pressConfirm(ctx: Context, token: string): Promise<"done" | "away" | LinkFault> {
  return unlessAway(ctx, async () => {
    try {
      await verifyEmailByToken(ctx, token);
      return "done";
    } catch (error) {
      const fault = linkFaultOf(error);
      if (fault === null) throw error;
      return fault === "invalid" && (await hasVerifiedEmail(ctx, token)) ? "done" : fault;
    }
  });
}
