import type { SQL } from "drizzle-orm";

import { changedColumn, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { queueMail } from "../mail/index.ts";

/**
 * What goes with every new password of an account: the record, the event, and a mail to its owner, who may not be the one
 * who chose it. The change's row has the columns `user_id` and `email`.
 */
export function recordNewPassword(ctx: Context, by: "reset" | "change", when?: SQL): Effect[] {
  const action = "user.password_changed";
  const userId = changedColumn("user_id");
  const email = changedColumn("email");
  const sessionId = ctx.actor.kind === "user" ? ctx.actor.sessionId : null;
  const { ipAddress, userAgent } = ctx.origin;
  const content = {
    kind: "password-changed",
    at: ctx.clock.now().toISOString(),
    ipAddress,
    userAgent,
  } as const;
  return [
    recordAudit(ctx, { action, result: "success", userId, sessionId, detail: { by } }, when),
    recordEvent(ctx, action, { user_id: userId, email }, when ? { when } : {}),
    queueMail(ctx, { userId, to: email, content }, when),
  ];
}
