import { and, eq, inArray } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { isUuid } from "../../kernel/ids.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { storeKnownDevice } from "../devices/index.ts";
import { recordEvent } from "../events/index.ts";
import { mailChange } from "../mfa/index.ts";
import { passkeyNotFound, passkeys } from "../passkeys/index.ts";
import { endOtherSessions } from "../sessions/index.ts";
import { assertRecentSession } from "./assert-recent-session.ts";
import { lastMethod, ownerWithOtherMethod } from "./other-methods.ts";

const action = "user.passkey_removed";

/**
 * Removes a passkey of the signed-in user, ends their other sessions and mails them. Throws `REAUTHENTICATION_REQUIRED`,
 * `NOT_FOUND` (the user has no such passkey), `CONFLICT` (it is the last way to sign in to the account; of racing requests one
 * gets it).
 */
export async function removePasskey(ctx: Context<UserActor>, id: string): Promise<void> {
  const { userId, sessionId, email } = ctx.actor;
  await assertRecentSession(ctx, action);
  await recordRefusal(ctx, { action, userId, detail: {} }, async () => {
    if (!isUuid(id)) throw passkeyNotFound();
    const { ownerId, credentialsVersion, with: queries } = ownerWithOtherMethod(ctx, id);
    const query = ctx.db
      .delete(passkeys)
      .where(and(eq(passkeys.id, id), inArray(passkeys.userId, ownerId)))
      .returning({ credentialsVersion: credentialsVersion.as("credentials_version") });
    const announce = () => ({ subject: "user", id: userId }) as const;
    const entry = { action, result: "success", userId, sessionId } as const;
    const [row] = await commit(ctx, { query, with: queries, announce }, () => [
      ...endOtherSessions(ctx, "passkey_removed"),
      recordAudit(ctx, { ...entry, detail: { passkey_id: id } }),
      ...recordEvent(ctx, action, { user_id: userId, passkey_id: id }),
      mailChange(ctx, { userId, email }, "passkey_removed"),
    ]);
    if (row) {
      // The statement has raised the version that it returned.
      storeKnownDevice(ctx, { userId, credentialsVersion: row.credentialsVersion + 1 });
      return;
    }
    const isOwn = and(eq(passkeys.id, id), eq(passkeys.userId, userId));
    const [remaining] = await ctx.db.select({ id: passkeys.id }).from(passkeys).where(isOwn);
    throw remaining ? lastMethod() : passkeyNotFound();
  });
}
