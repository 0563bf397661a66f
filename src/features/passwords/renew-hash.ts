import { and, eq } from "drizzle-orm";

import { describeError } from "../../platform/db/errors.ts";
import type { Admission } from "../../platform/password-hasher/port.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";

/** A normalised password that was just verified, and the stored hash with which it was compared. */
export interface ProvenPassword {
  readonly userId: string;
  readonly password: string;
  readonly passwordHash: string;
}

/**
 * Stores a new hash if the stored one was made at a lower cost than the present one or by another service, unless another
 * sign-in or a new password replaced it meanwhile. If that fails, the old hash stays: it has proven the user.
 */
export async function renewHash(
  ctx: Context,
  proven: ProvenPassword,
  admission: Admission,
): Promise<void> {
  const { userId, password, passwordHash } = proven;
  if (!ctx.hasher.isOutdated(passwordHash)) return;
  try {
    const renewed = await ctx.hasher.hash(password, admission);
    await ctx.db
      .update(users)
      .set({ passwordHash: renewed })
      .where(and(eq(users.id, userId), eq(users.passwordHash, passwordHash)));
  } catch (error) {
    ctx.log.warn(describeError(error), "a password's hash could not be renewed");
  }
}
