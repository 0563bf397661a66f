import { type FieldFault, findAppError } from "../../../kernel/errors.ts";
import type { Context } from "../../../platform/platform.ts";
import { resetPassword } from "../../passwords/index.ts";
import { type LinkFault, linkFaultOf, unlessAway } from "../press-button.ts";

/** What "Set new password" came to; an array holds what was wrong with the password. */
export function pressSetPassword(
  ctx: Context,
  chosen: { readonly token: string; readonly password: string; readonly confirmation: string },
): Promise<"done" | "away" | LinkFault | readonly FieldFault[]> {
  return unlessAway(ctx, async () => {
    try {
      await resetPassword(ctx, chosen);
      return "done";
    } catch (error) {
      const fault = linkFaultOf(error) ?? passwordFaultsOf(error);
      if (fault === null) throw error;
      return fault;
    }
  });
}

function passwordFaultsOf(error: unknown): readonly FieldFault[] | null {
  const refusal = findAppError(error);
  if (refusal?.code !== "WEAK_PASSWORD" && refusal?.code !== "PASSWORD_MISMATCH") return null;
  return refusal.detail.faults ?? [];
}
