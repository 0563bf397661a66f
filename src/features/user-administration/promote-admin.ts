import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { adminRole, assignRoles } from "../roles/index.ts";
import type { Account } from "./account.ts";
import { setPassword } from "./set-password.ts";
import { updateUser } from "./update-user.ts";

/**
 * Gives an existing account the role `admin`. A verified user keeps the password. An unverified account may be another person's
 * until it gets `password`, which ends what that person set up. False for one that has the role. Throws `CONFLICT` for a
 * disabled user, or without a password for an unverified one, and `WEAK_PASSWORD`.
 */
export async function promoteAdmin(
  ctx: Context,
  account: Account,
  password: string | null,
): Promise<boolean> {
  const { id: userId, emailVerifiedAt, disabledAt, roles } = account;
  if (disabledAt !== null) {
    throw new AppError("CONFLICT", "The user is disabled: enable the account first.");
  }
  if (emailVerifiedAt === null) {
    if (password === null) {
      throw new AppError("CONFLICT", "The address was never verified: set a password.");
    }
    await setPassword(ctx, userId, password);
    await updateUser(ctx, userId, { email_verified: true });
  }
  if (roles.includes(adminRole)) return false;
  await assignRoles(ctx, { userId, roles: [...roles, adminRole] });
  return true;
}
