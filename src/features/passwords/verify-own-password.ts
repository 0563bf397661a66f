import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, writeAudit } from "../audit/index.ts";
import { findUserWithPassword } from "./queries.ts";
import { isPossiblePassword, normalizePassword } from "./policy.ts";

/** The signed-in user's account as it was when her password was found to be right. */
export interface ProvenAccount {
  readonly email: string;
  readonly username: string | null;
  /** Must still be the user's when what the password allows is written. */
  readonly credentialsVersion: number;
}

/** What the password is asked for: the action is recorded as failed if it is wrong, and the field is at fault. */
export interface PasswordPurpose {
  readonly action: AuditAction;
  readonly field: "password" | "current_password";
}

/**
 * The signed-in user's account, if the password is hers: an access token alone is not enough for everything. Throws
 * `INVALID_CREDENTIALS`, also where she has no password, and `OVERLOADED`.
 */
export async function verifyOwnPassword(
  ctx: Context<UserActor>,
  password: string,
  { action, field }: PasswordPurpose,
): Promise<ProvenAccount> {
  const { userId, sessionId } = ctx.actor;
  const found = await findUserWithPassword(ctx.db, { id: userId });
  const candidate = isPossiblePassword(password) ? normalizePassword(password) : "";
  const isRight = await ctx.hasher.verify(candidate, found?.passwordHash ?? null, password);
  if (!found || !isRight) {
    const detail = { reason: "wrong_password" };
    await writeAudit(ctx, { action, result: "failure", userId, sessionId, detail });
    throw new AppError("INVALID_CREDENTIALS", "The password is incorrect.", {
      faults: [{ field, issue: "Not the account's password." }],
    });
  }
  const { email, username, credentialsVersion } = found;
  return { email, username, credentialsVersion };
}
