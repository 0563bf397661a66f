import type { UserActor } from "../../kernel/context.ts";
import type { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordFailure } from "../audit/index.ts";
import { invalidCode } from "../mfa/index.ts";

/** Records that a code was used by another request, or the account changed, since the code was compared. Gives the error. */
export function refuseCode(ctx: Context<UserActor>, action: AuditAction): AppError {
  const { userId, sessionId } = ctx.actor;
  recordFailure(ctx, { action, userId, sessionId, detail: { reason: "proof_void" } });
  return invalidCode();
}
