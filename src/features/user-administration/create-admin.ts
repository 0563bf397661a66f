import { AppError } from "../../kernel/errors.ts";
import { insertRow, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { duplicate, canonicalEmail, isUsername, users } from "../users/index.ts";
import { hashChosenPassword } from "../passwords/index.ts";
import { adminRole, userRoles } from "../roles/index.ts";

/**
 * Makes an account with the role `admin`; its address counts as verified, for the operator vouches for it. Throws
 * `INVALID_EMAIL`, `VALIDATION_ERROR`, `WEAK_PASSWORD`, `DUPLICATE_EMAIL`, `DUPLICATE_USERNAME`.
 */
export async function createAdmin(
  ctx: Context,
  input: { email: string; username: string | null; password: string },
): Promise<{ userId: string; email: string }> {
  const email = canonicalEmail(input.email);
  const { username } = input;
  if (username !== null && !isUsername(username)) {
    throw new AppError("VALIDATION_ERROR", "This is not a valid username.");
  }
  const passwordHash = await hashChosenPassword(ctx, { password: input.password, username, email });

  const now = ctx.clock.now();
  const userId = ctx.random.id(now);
  const created = ctx.db.$with("created").as(
    ctx.db
      .insert(users)
      .values({
        id: userId,
        email,
        username,
        passwordHash,
        emailVerifiedAt: now,
        createdAt: now,
        updatedAt: now,
      })
      .returning({ id: users.id }),
  );
  try {
    await withEffects(ctx.db, created, [
      insertRow(userRoles, { userId, role: adminRole, createdAt: now }),
      recordAudit(ctx, {
        action: "user.created",
        result: "success",
        userId,
        detail: { roles: [adminRole] },
      }),
    ])
      .select()
      .from(created);
  } catch (error) {
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    const detail = { reason: refusal.code };
    await writeAudit(ctx, { action: "user.created", result: "failure", userId: null, detail });
    throw refusal;
  }
  return { userId, email };
}
