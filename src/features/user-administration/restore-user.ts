import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { duplicate, endReservation, users } from "../users/index.ts";
import { type Account, accountColumns } from "./account.ts";
import { administerUser, isAsRead } from "./administer-user.ts";

const action = "user.restored";

/**
 * Restores a deleted user as they were, with roles and password but without sessions; a user who was disabled still is. A user
 * who is not deleted does not change. Throws `USER_NOT_FOUND`, `FORBIDDEN`, `CONFLICT` (another user has the address or the
 * username now).
 */
export async function restoreUser(ctx: Context, userId: string): Promise<Account> {
  const administration = { userId, actions: [{ action }], evenDeleted: true } as const;
  return administerUser(ctx, administration, async (account) => {
    if (account.deletedAt === null) return account;
    const query = ctx.db
      .update(users)
      .set({ deletedAt: null, updatedAt: ctx.clock.now() })
      .where(isAsRead(account))
      .returning(accountColumns);
    const announce = () => ({ subject: "user", id: userId }) as const;
    const { username } = account;
    const [row] = await commit(ctx, { query, announce }, () => [
      ...(username === null ? [] : [endReservation(ctx, username)]),
      recordAudit(ctx, { action, result: "success", userId }),
      ...recordEvent(ctx, action, { user_id: userId, email: account.email }),
    ]).catch((error: unknown) => {
      throw takenMeanwhile(error) ?? error;
    });
    return row ?? null;
  });
}

function takenMeanwhile(error: unknown): AppError | null {
  const [fault] = duplicate(error)?.detail.faults ?? [];
  if (!fault) return null;
  return new AppError("CONFLICT", "Another user has the address or the username now.", {
    faults: [{ field: fault.field, issue: "Was taken meanwhile." }],
  });
}
