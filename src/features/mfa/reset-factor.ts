import type { SQL } from "drizzle-orm";

import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { clearAllAttempts } from "./count-attempt.ts";
import { deleteFactorsOf } from "./factors.ts";
import { mailChange } from "./mail-change.ts";

/** Who turns a second factor off: the user in a session, which goes on, or an administrator. */
export type TurnedOffBy =
  | { readonly by: "user"; readonly sessionId: string }
  | { readonly by: "administrator" };

/**
 * The effects of turning a user's second factor off, with a change that gives the user `nextCredentialsVersion`: the user's other
 * sessions end, and the user is mailed.
 */
export function turnOff(
  ctx: Context,
  user: { readonly userId: string; readonly email: string | SQL },
  turnedOff: TurnedOffBy,
): Effect[] {
  const { userId } = user;
  const { by } = turnedOff;
  const action = "user.mfa_disabled";
  const entry = { action, result: "success", userId, detail: { by } } as const;
  const reason = action.replace("user.", "");
  return [
    ...deleteFactorsOf(userId),
    by === "user"
      ? endSessionsOf(ctx, { userId, reason, exceptSessionId: turnedOff.sessionId })
      : endSessionsOf(ctx, { userId, reason }),
    recordAudit(ctx, by === "user" ? { ...entry, sessionId: turnedOff.sessionId } : entry),
    // The user may have been locked out by another person who knows the password.
    ...(by === "user" ? [] : [clearAllAttempts(ctx, userId)]),
    ...recordEvent(ctx, action, { user_id: userId, by }),
    mailChange(ctx, user, by === "user" ? "disabled" : "reset"),
  ];
}
