import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { adminRole, assignRoles } from "../roles/index.ts";
import type { Account } from "./account.ts";
import { findAccountAt } from "./find-account.ts";
import { setPassword } from "./set-password.ts";
import { updateUser } from "./update-user.ts";

/**
 * Gives an existing account the role `admin`. A verified user keeps the password. An unverified account may be another person's
 * until it gets `password`, which ends what that person set up. False for one that has the role. Throws `CONFLICT` for a
 * disabled user, without a password for an unverified one, and if the address has another account by now or was verified since
 * `account` was read: the operator decided on that reading. Throws `WEAK_PASSWORD`.
 */
export async function promoteAdmin(
  ctx: Context,
  account: Account,
  password: string | null,
): Promise<boolean> {
  const { id: userId, emailVerifiedAt, disabledAt } = await readAgain(ctx, account);
  if (emailVerifiedAt?.getTime() !== account.emailVerifiedAt?.getTime()) throw changed();
  if (disabledAt !== null) {
    throw new AppError("CONFLICT", "The user is disabled: enable the account first.");
  }
  if (emailVerifiedAt === null) {
    if (password === null) {
      throw new AppError("CONFLICT", "The address was never verified: set a password.");
    }
    await setPassword(ctx, userId, password);
    // No link that changes the address is good any more: from here on it stays the same.
    await readAgain(ctx, account);
    await updateUser(ctx, userId, { email_verified: true });
  }
  const { roles } = await readAgain(ctx, account);
  if (roles.includes(adminRole)) return false;
  await assignRoles(ctx, { userId, roles: [...roles, adminRole] });
  return true;
}

/** The account as it is now. Throws `CONFLICT` if it is no longer the one of its address. */
async function readAgain(ctx: Context, { id, email }: Account): Promise<Account> {
  const present = await findAccountAt(ctx, email.toLowerCase());
  if (present?.id !== id) throw changed();
  return present;
}

function changed(): AppError {
  return new AppError("CONFLICT", "The account was changed meanwhile: run the command again.");
}
