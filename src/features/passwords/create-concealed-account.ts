import { and, eq, isNull, sql } from "drizzle-orm";

import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { queueMail } from "../mail/index.ts";
import { users } from "../users/index.ts";
import { createAccount, type NewAccount } from "./create-account.ts";

/**
 * Makes an account, or, where its address has one already, tells that one's owner by mail. A username would tell the two
 * apart, for only an account can have it: until the address is verified it is a wish, and reserves nothing.
 */
export async function createConcealedAccount(ctx: Context, account: NewAccount): Promise<void> {
  const { email, username } = account;
  const refusal = await createAccount(ctx, {
    ...account,
    username: null,
    wantedUsername: username,
  });
  if (refusal === null) return;

  const owner = ctx.db.$with("owner").as(
    ctx.db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(sql`lower(${users.email})`, email), isNull(users.deletedAt))),
  );
  const [row] = await withEffects(ctx.db, owner, [
    queueMail(ctx, {
      userId: changedColumn("id"),
      to: email,
      content: { kind: "account-exists" },
    }),
    recordAudit(ctx, {
      action: "user.registered",
      result: "failure",
      userId: null,
      detail: { reason: refusal.code },
    }),
  ])
    .select()
    .from(owner);
  // She has left since, and the address is free.
  if (!row) return createConcealedAccount(ctx, account);
  ctx.outboxWritten();
}
