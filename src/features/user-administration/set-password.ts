import { commit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { deleteIdentitiesOf } from "../identities/index.ts";
import { deleteFactorsOf } from "../mfa/index.ts";
import { deletePasskeysOf } from "../passkeys/index.ts";
import { hashChosenPassword, recordNewPassword } from "../passwords/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { clearAttemptsAt, forgetOtherDevices } from "../sign-in/index.ts";
import { claimedIdentitiesVersion, nextCredentialsVersion, users } from "../users/index.ts";
import { administerUser, isAsRead } from "./administer-user.ts";

const action = "user.password_changed";
const by = "administrator";

/**
 * Sets a user's password, ends every session, voids links and codes, and mails the user. Of an account whose address was never
 * verified it also deletes whatever another person may have set up: devices, identities, passkeys and the second factor. Throws
 * `USER_NOT_FOUND`, `FORBIDDEN`, `WEAK_PASSWORD`.
 */
export async function setPassword(ctx: Context, userId: string, password: string): Promise<void> {
  const actions = [{ action, detail: { by } }] as const;
  await administerUser(ctx, { userId, actions }, async (account) => {
    const { email, username } = account;
    const passwordHash = await hashChosenPassword(ctx, { password, username, email });
    const query = ctx.db
      .update(users)
      .set({
        passwordHash,
        credentialsVersion: nextCredentialsVersion,
        identitiesVersion: claimedIdentitiesVersion,
        updatedAt: ctx.clock.now(),
      })
      .where(isAsRead(account))
      .returning({ id: users.id });
    const announce = () => ({ subject: "user", id: userId }) as const;
    const rows = await commit(ctx, { query, announce }, () => [
      endSessionsOf(ctx, { userId, reason: "password_changed" }),
      clearAttemptsAt(ctx, email),
      ...recordNewPassword(ctx, by, { userId, email }),
      ...(account.emailVerifiedAt === null ? whatOthersSetUp(ctx, userId) : []),
    ]);
    return rows.length > 0 ? true : null;
  });
}

function whatOthersSetUp(ctx: Context, userId: string): Effect[] {
  return [
    forgetOtherDevices(ctx, userId),
    deleteIdentitiesOf(userId),
    deletePasskeysOf(userId),
    ...deleteFactorsOf(userId),
  ];
}
