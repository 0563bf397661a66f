import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { insertRow } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { hashChosenPassword } from "../passwords/index.ts";
import { adminRole, userRoles } from "../roles/index.ts";
import { canonicalEmail, duplicate, endReservation, isUsername, users } from "../users/index.ts";

const action = "user.created";

/**
 * Creates an account with the role `admin`; its address counts as verified, since the operator confirms it. Throws
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
  const times = { emailVerifiedAt: now, createdAt: now, updatedAt: now };
  const query = ctx.db
    .insert(users)
    .values({ id: userId, email, username, passwordHash, ...times })
    .returning({ id: users.id });
  const detail = { roles: [adminRole] };
  try {
    await commit(ctx, { query }, () => [
      ...(username === null ? [] : [endReservation(ctx, username)]),
      insertRow(userRoles, { userId, role: adminRole, createdAt: now }),
      recordAudit(ctx, { action, result: "success", userId, detail }),
    ]);
  } catch (error) {
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    const detail = { reason: refusal.code };
    await writeAudit(ctx, { action, result: "failure", userId: null, detail });
    throw refusal;
  }
  return { userId, email };
}
