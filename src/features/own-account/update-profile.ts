import { and, eq, isNull } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { duplicate } from "../passwords/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { profileColumns, users } from "../users/index.ts";
import { checkMetadata } from "./check-metadata.ts";
import type { ProfileUpdate } from "./model.ts";
import { findLanguageTag } from "./profile-schemas.ts";

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
      .set({ ...columnsOf(changes), updatedAt: ctx.clock.now() })
      .where(and(eq(users.id, actor.userId), isNull(users.deletedAt)))
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

/** The columns by their names, one by one: nothing else that was received can reach the row. */
function columnsOf(changes: ProfileUpdate) {
  const { username, name, phone, avatar_url: avatarUrl, locale, metadata } = changes;
  if (metadata) checkMetadata(metadata);
  return {
    ...(username === undefined ? {} : { username }),
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(avatarUrl === undefined ? {} : { avatarUrl }),
    ...(locale === undefined ? {} : { locale: locale === null ? null : findLanguageTag(locale) }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
  };
}
