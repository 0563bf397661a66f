import { and, eq, exists, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { users } from "../users/index.ts";
import { isUsablePasskey, type PasskeyRecord, passkeyRecordColumns } from "./queries.ts";
import { passkeys } from "./table.ts";

/** Renames a passkey of the signed-in user. Throws `NOT_FOUND` (the user has no such passkey). */
export async function renamePasskey(
  ctx: Context<UserActor>,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<PasskeyRecord> {
  if (!isUuid(id)) throw passkeyNotFound();
  const { userId } = ctx.actor;
  const isUsable = exists(
    ctx.db
      .select({ one: sql`1` })
      .from(users)
      .where(isUsablePasskey),
  );
  const query = ctx.db
    .update(passkeys)
    .set({ name })
    .where(and(eq(passkeys.id, id), eq(passkeys.userId, userId), isUsable))
    .returning(passkeyRecordColumns);
  const [row] = await commit(ctx, { query }, () => [
    recordAudit(ctx, {
      action: "user.passkey_renamed",
      result: "success",
      userId,
      detail: { passkey_id: id },
    }),
  ]);
  if (!row) throw passkeyNotFound();
  return row;
}

/** The error for a passkey that the user does not have, such as another user's. */
export function passkeyNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such passkey.");
}
