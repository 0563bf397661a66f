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
 * Gives the hash that is the user's from here on: a new one where the stored one was made at a lower cost than the
 * present one, else the same. A failure keeps the old one, for it proved her all the same. Null when the stored hash
 * was changed meanwhile, by another sign-in of hers or with the password.
 */
export async function renewHash(ctx: Context, proven: ProvenPassword): Promise<string | null> {
  const { userId, password, passwordHash } = proven;
  if (!ctx.hasher.isOutdated(passwordHash)) return passwordHash;
  try {
    const renewed = await ctx.hasher.hash(password);
    const changed = await ctx.db
      .update(users)
      .set({ passwordHash: renewed })
      .where(and(eq(users.id, userId), eq(users.passwordHash, passwordHash)))
      .returning({ id: users.id });
    return changed.length > 0 ? renewed : null;
  } catch (error) {
    ctx.log.warn(describeError(error), "a password's hash could not be renewed");
    return passwordHash;
  }
}
