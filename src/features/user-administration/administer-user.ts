import { and, eq, type SQL } from "drizzle-orm";

import { rowVersion, untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordRefusals } from "../audit/index.ts";
import { assertMayAdminister } from "../roles/index.ts";
import { users } from "../users/index.ts";
import { type AccountReading, readAccount, userNotFound } from "./find-account.ts";

/** An action, as it is recorded when it is refused. */
export interface AdministrativeAction {
  readonly action: AuditAction;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The actions to perform, and the user on whom. */
export interface Administration {
  readonly userId: string;
  readonly actions: readonly AdministrativeAction[];
  /** Whether they can be performed on a deleted user. */
  readonly evenDeleted?: boolean;
}

/**
 * Acts on a user as they were read, again while `act` gives null because the user changed meanwhile. A refusal is recorded.
 * Throws `USER_NOT_FOUND`, `FORBIDDEN` (the user has a permission that the actor lacks), and what `act` throws.
 */
export function administerUser<T>(
  ctx: Context,
  { userId, actions, evenDeleted = false }: Administration,
  act: (account: AccountReading) => Promise<T | null>,
): Promise<T> {
  const attempts = actions.map(({ action, detail = {} }) => ({ action, userId, detail }));
  return untilWritten(async () => {
    const account = await readAccount(ctx.db, userId);
    if (!account || (account.deletedAt !== null && !evenDeleted)) throw userNotFound();
    return recordRefusals(ctx, attempts, async () => {
      assertMayAdminister(ctx.actor, account);
      return act(account);
    });
  });
}

/** In a statement on `users`: whether the user is as they were read. A change of the user's roles counts as well. */
export function isAsRead({ id, version }: AccountReading): SQL | undefined {
  return and(eq(users.id, id), eq(rowVersion(users), version));
}
