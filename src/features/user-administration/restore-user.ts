import { AppError } from "../../kernel/errors.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { duplicate, users } from "../users/index.ts";
import { type Account, accountColumns } from "./account.ts";
import { administerUser, isAsRead } from "./administer-user.ts";

const action = "user.restored";

/**
 * Brings a deleted user back as she was, roles and password included, but for her sessions; one who was disabled still is.
 * One who is not deleted stays as she is. Throws `USER_NOT_FOUND`, `FORBIDDEN`, `CONFLICT` (somebody else has her address or
 * username now).
 */
export async function restoreUser(ctx: Context, userId: string): Promise<Account> {
  return administerUser(
    ctx,
    { userId, deeds: [{ action }], evenDeleted: true },
    async (account) => {
      if (account.deletedAt === null) return account;
      const restored = ctx.db
        .$with("restored")
        .as(
          ctx.db
            .update(users)
            .set({ deletedAt: null, updatedAt: ctx.clock.now() })
            .where(isAsRead(account))
            .returning(accountColumns),
        );
      const query = withEffects(ctx.db, restored, [
        recordAudit(ctx, { action, result: "success", userId }),
        recordEvent(ctx, action, { user_id: userId, email: account.email }),
      ])
        .select()
        .from(restored);
      const [row] = await query.catch((error: unknown) => {
        throw takenMeanwhile(error) ?? error;
      });
      if (!row) return null;
      ctx.changes.announce({ subject: "user", id: userId });
      ctx.outboxWritten();
      return row;
    },
  );
}

function takenMeanwhile(error: unknown): AppError | null {
  const [fault] = duplicate(error)?.detail.faults ?? [];
  if (!fault) return null;
  return new AppError("CONFLICT", "Somebody else has her address or her username now.", {
    faults: [{ field: fault.field, issue: "Was taken meanwhile." }],
  });
}
