import { and, eq, isNull, sql } from "drizzle-orm";

import type { AppError } from "../../kernel/errors.ts";
import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { queueMail } from "../mail/index.ts";
import { users } from "../users/index.ts";
import { createAccount, type NewAccount, usernameTaken } from "./create-account.ts";

/**
 * Makes an account, or, where its address has one already, tells that one's owner by mail: null in both cases. A username
 * that another has is refused in both cases too.
 */
export async function createConcealedAccount(
  ctx: Context,
  account: NewAccount,
): Promise<AppError | null> {
  const refusal = await createAccount(ctx, account);
  if (refusal === null) return null;
  const failure = {
    action: "user.registered",
    result: "failure",
    userId: null,
    detail: { reason: refusal.code },
  } as const;
  if (refusal.code !== "DUPLICATE_EMAIL") {
    await writeAudit(ctx, failure);
    return refusal;
  }

  const { email, username } = account;
  const owner = ctx.db.$with("owner").as(
    ctx.db
      .select({ id: users.id, isNameTaken: isTaken(username).as("is_name_taken") })
      .from(users)
      .where(and(eq(sql`lower(${users.email})`, email), isNull(users.deletedAt))),
  );
  const notice = {
    userId: changedColumn("id"),
    to: email,
    content: { kind: "account-exists" },
  } as const;
  const [row] = await withEffects(ctx.db, owner, [
    queueMail(ctx, notice, sql`not ${changedColumn("is_name_taken")}`),
    recordAudit(ctx, failure),
  ])
    .select()
    .from(owner);
  // She has left since, and the address is free.
  if (!row) return createConcealedAccount(ctx, account);
  if (row.isNameTaken) return usernameTaken();
  ctx.outboxWritten();
  return null;
}

function isTaken(username: string | null) {
  return username === null
    ? sql<boolean>`false`
    : sql<boolean>`exists (select 1 from ${users}
        where lower(${users.username}) = lower(${username}) and ${users.deletedAt} is null)`;
}
