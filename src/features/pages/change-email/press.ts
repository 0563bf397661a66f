import { findAppError } from "../../../kernel/errors.ts";
import type { Context } from "../../../platform/platform.ts";
import { confirmEmailChange, hasChangedEmail } from "../../email-change/index.ts";
import { linkFaultOf, unlessAway } from "../press-button.ts";
import type { ChangeFault } from "./texts.ts";

/** What "Use this address" came to. A second press, by a double tap or a reload, is as good as the first. */
export function pressChange(ctx: Context, token: string): Promise<"done" | "away" | ChangeFault> {
  return unlessAway(ctx, async () => {
    try {
      await confirmEmailChange(ctx, token);
      return "done";
    } catch (error) {
      if (findAppError(error)?.code === "CONFLICT") return "taken";
      const fault = linkFaultOf(error);
      if (fault === null) throw error;
      return fault === "invalid" && (await hasChangedEmail(ctx, token)) ? "done" : fault;
    }
  });
}
