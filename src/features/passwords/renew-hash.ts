import { and, eq } from "drizzle-orm";

import { describeError } from "../../platform/db/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";

/** A normalised password that was just found to be right, and the stored hash that it was compared with. */
export interface ProvenPassword {
  readonly userId: string;
  readonly password: string;
  readonly passwordHash: string;
}

/**
 * Stores a new hash where the stored one was made at a lower cost than the present one, unless it was changed meanwhile, by
 * another sign-in of hers or with the password. A failure keeps the old one, for it proved her all the same.
 */
export async function renewHash(ctx: Context, proven: ProvenPassword): Promise<void> {
  const { userId, password, passwordHash } = proven;
  if (!ctx.hasher.isOutdated(passwordHash)) return;
  try {
    const renewed = await ctx.hasher.hash(password);
    await ctx.db
      .update(users)
      .set({ passwordHash: renewed })
      .where(and(eq(users.id, userId), eq(users.passwordHash, passwordHash)));
  } catch (error) {
    ctx.log.warn(describeError(error), "a password's hash could not be renewed");
  }
}
