import { findAppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, writeAudit } from "../audit/index.ts";

/** What somebody tries, and on what. */
export interface Attempt {
  readonly action: AuditAction;
  readonly userId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Does what is tried. That it was not allowed, or would have removed the last admin, is recorded as well. */
export async function recordRefusal<T>(
  ctx: Context,
  { action, userId, detail }: Attempt,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const reason = findAppError(error)?.code;
    if (reason === "FORBIDDEN" || reason === "CONFLICT") {
      await writeAudit(ctx, { action, result: "failure", userId, detail: { ...detail, reason } });
    }
    throw error;
  }
}
