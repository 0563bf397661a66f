import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { adminRole, assignRoles, findRole, type UserRecord } from "../roles/index.ts";
import type { Account } from "./account.ts";

/**
 * Replaces an account's roles, as `assignRoles` does. An account whose address was never verified may be another person's: it gets
 * neither `admin` nor a role with permissions. Throws `CONFLICT` for those.
 */
export async function assignRolesOf(
  ctx: Context,
  account: Account,
  roles: readonly string[],
): Promise<UserRecord> {
  if (account.emailVerifiedAt === null) {
    for (const name of roles) {
      if (!account.roles.includes(name) && (await isPowerful(ctx, name))) throw unverified();
    }
  }
  return assignRoles(ctx, { userId: account.id, roles });
}

async function isPowerful({ db }: Context, name: string): Promise<boolean> {
  return name === adminRole || ((await findRole(db, name))?.permissions ?? []).length > 0;
}

function unverified(): AppError {
  return new AppError(
    "CONFLICT",
    "The address was never verified, so the account may be another person's: run `gatehouse create-admin` or `gatehouse users verify`.",
  );
}
