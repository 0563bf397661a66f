import { and, eq, type SQL } from "drizzle-orm";

import { rowVersion, untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordRefusals } from "../audit/index.ts";
import { assertMayAdminister } from "../roles/index.ts";
import { users } from "../users/index.ts";
import { type AccountReading, readAccount, userNotFound } from "./find-account.ts";

/** Something that is about to be done, as it is recorded when it is refused. */
export interface Deed {
  readonly action: AuditAction;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What is about to be done, and to whom. */
export interface Governing {
  readonly userId: string;
  readonly deeds: readonly Deed[];
  /** Whether it can be done to a deleted user. */
  readonly evenDeleted?: boolean;
}

/**
 * Acts on a user as she was read, anew while `act` gives null because she changed meanwhile. A refusal is recorded. Throws
 * `USER_NOT_FOUND`, `FORBIDDEN` (she may do what the caller may not), and what `act` throws.
 */
export function administerUser<T>(
  ctx: Context,
  { userId, deeds, evenDeleted = false }: Governing,
  act: (account: AccountReading) => Promise<T | null>,
): Promise<T> {
  const attempts = deeds.map(({ action, detail = {} }) => ({ action, userId, detail }));
  return untilWritten(async () => {
    const account = await readAccount(ctx.db, userId);
    if (!account || (account.deletedAt !== null && !evenDeleted)) throw userNotFound();
    return recordRefusals(ctx, attempts, async () => {
      assertMayAdminister(ctx.actor, account);
      return act(account);
    });
  });
}

/** In a statement on `users`: whether she is as she was read. A change of her roles counts, too. */
export function isAsRead({ id, version }: AccountReading): SQL | undefined {
  return and(eq(users.id, id), eq(rowVersion(users), version));
}
