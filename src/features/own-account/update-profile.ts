import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { invalidToken } from "../tokens/index.ts";
import {
  assertNotReserved,
  duplicate,
  endReservation,
  isActiveUser,
  profileColumns,
  profileColumnsOf,
  type ProfileUpdate,
  users,
} from "../users/index.ts";

const action = "user.updated";

/**
 * Changes the signed-in user's profile, and gives the user after the change. Throws `VALIDATION_ERROR` (also for a
 * reserved username), `DUPLICATE_USERNAME`, `INVALID_TOKEN` (the user was deleted or disabled meanwhile).
 */
export async function updateProfile(
  ctx: Context<UserActor>,
  changes: ProfileUpdate,
): Promise<UserActor> {
  const { actor } = ctx;
  const fields = Object.keys(changes);
  if (fields.length === 0) return actor;
  const { userId, sessionId } = actor;
  const { username: chosen } = changes;
  assertNotReserved(ctx, chosen);
  const updatedAt = ctx.clock.now();
  const query = ctx.db
    .update(users)
    .set({ ...profileColumnsOf(changes), updatedAt })
    .where(isActiveUser(userId))
    .returning({ username: users.username, name: users.name, ...profileColumns });
  const announce = () => ({ subject: "user", id: userId }) as const;
  const update = commit(ctx, { query, announce }, () => [
    ...(typeof chosen === "string" ? [endReservation(ctx, chosen)] : []),
    recordAudit(ctx, { action, result: "success", userId, sessionId, detail: { fields } }),
    ...recordEvent(ctx, action, { user_id: userId, fields }),
  ]);
  const [row] = await update.catch(async (error: unknown) => {
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    const detail = { reason: refusal.code };
    recordFailure(ctx, { action, userId, sessionId, detail });
    throw refusal;
  });
  if (!row) throw invalidToken();
  const { username, name, ...profile } = row;
  return { ...actor, username, name, profile, updatedAt: updatedAt.toISOString() };
}
