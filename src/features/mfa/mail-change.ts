import type { SQL } from "drizzle-orm";

import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { queueMail } from "../mail/index.ts";

/** What is mailed about a user's second factor and passkeys. */
export type MailedChange =
  | "enabled"
  | "disabled"
  | "reset"
  | "recovery_codes_replaced"
  | "recovery_code_used"
  | "codes_refused"
  | "passkey_added"
  | "passkey_removed";

/** The effect of mailing the user that something about their second factor or passkeys changed. */
export function mailChange(
  ctx: Context,
  { userId, email }: { readonly userId: string; readonly email: string | SQL },
  change: MailedChange,
): Effect {
  const { ipAddress, userAgent } = ctx.origin;
  const at = ctx.clock.now().toISOString();
  const content = { kind: "mfa-changed", change, at, ipAddress, userAgent } as const;
  return queueMail(ctx, { userId, to: email, content });
}
