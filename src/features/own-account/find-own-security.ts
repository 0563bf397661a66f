import { isNotNull, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import type { Context } from "../../platform/platform.ts";
import { hasSecondFactor, unusedRecoveryCodes } from "../mfa/index.ts";
import { isUsablePasskey, passkeys } from "../passkeys/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { isActiveUser, users } from "../users/index.ts";

/** What the signed-in user's account has to prove who they are. */
export interface OwnSecurity {
  readonly hasPassword: boolean;
  /** Whether a second factor is on. One that was begun and not confirmed is not. */
  readonly hasSecondFactor: boolean;
  /** The number of recovery codes that were not used. */
  readonly recoveryCodes: number;
  readonly hasPasskey: boolean;
}

/** Reads it in one statement. Throws `INVALID_TOKEN` (the user was deleted or disabled meanwhile). */
export async function findOwnSecurity(ctx: Context<UserActor>): Promise<OwnSecurity> {
  const [found] = await ctx.db
    .select({
      hasPassword: sql<boolean>`${isNotNull(users.passwordHash)}`,
      hasSecondFactor: hasSecondFactor(ctx),
      recoveryCodes: unusedRecoveryCodes(ctx),
      hasPasskey: sql<boolean>`exists ${ctx.db
        .select({ id: passkeys.id })
        .from(passkeys)
        .where(isUsablePasskey)}`,
    })
    .from(users)
    .where(isActiveUser(ctx.actor.userId));
  if (!found) throw invalidToken();
  return found;
}
