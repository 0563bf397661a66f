import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import {
  duplicate,
  isActive,
  profileColumns,
  profileColumnsOf,
  type ProfileUpdate,
  users,
} from "../users/index.ts";
import { invalidToken } from "../tokens/index.ts";

const action = "user.updated";

/**
 * Changes what the signed-in user says of herself, and gives her as she is then. Throws `VALIDATION_ERROR`,
 * `DUPLICATE_USERNAME`, `INVALID_TOKEN` (she was deleted meanwhile).
 */
export async function updateProfile(
  ctx: Context<UserActor>,
  changes: ProfileUpdate,
): Promise<UserActor> {
  const { actor } = ctx;
  const fields = Object.keys(changes);
  if (fields.length === 0) return actor;
  const updated = ctx.db.$with("updated").as(
    ctx.db
      .update(users)
      .set({ ...profileColumnsOf(changes), updatedAt: ctx.clock.now() })
      .where(and(eq(users.id, actor.userId), isActive))
      .returning({ username: users.username, name: users.name, ...profileColumns }),
  );
  const { userId, sessionId } = actor;
  const query = withEffects(ctx.db, updated, [
    recordAudit(ctx, { action, result: "success", userId, sessionId, detail: { fields } }),
    recordEvent(ctx, action, { user_id: userId, fields }),
  ])
    .select()
    .from(updated);
  const [row] = await query.catch(async (error: unknown) => {
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    const detail = { reason: refusal.code };
    await writeAudit(ctx, { action, result: "failure", userId, sessionId, detail });
    throw refusal;
  });
  if (!row) throw invalidToken();
  ctx.changes.announce({ subject: "user", id: userId });
  ctx.outboxWritten();
  const { username, name, ...profile } = row;
  return { ...actor, username, name, profile };
}
