import type { SQL } from "drizzle-orm";

import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { queueMail } from "../mail/index.ts";

/**
 * The effects of every new password of an account: the record, the event, and a mail to the account's owner, who may not be the
 * one who set it.
 */
export function recordNewPassword(
  ctx: Context,
  by: "reset" | "change" | "administrator",
  { userId, email }: { userId: string; email: string | SQL<string> },
): Effect[] {
  const action = "user.password_changed";
  const sessionId = ctx.actor.kind === "user" ? ctx.actor.sessionId : null;
  const { ipAddress, userAgent } = ctx.origin;
  const at = ctx.clock.now().toISOString();
  const content = { kind: "password-changed", at, ipAddress, userAgent } as const;
  return [
    recordAudit(ctx, { action, result: "success", userId, sessionId, detail: { by } }),
    ...recordEvent(ctx, action, { user_id: userId, email }),
    queueMail(ctx, { userId, to: email, content }),
  ];
}
