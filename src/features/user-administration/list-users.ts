import { and, desc, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";

import { decodeCursor, encodeCursor, findPosition } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Platform } from "../../platform/platform.ts";
import { baseRole, userRoles } from "../roles/index.ts";
import { isActive, users } from "../users/index.ts";
import { type Account, accountColumns } from "./account.ts";

const list = "users";

/** Which users are asked for; null means all. */
export interface UserFilter {
  /** Is somewhere in her address, username or name, whatever the case. */
  readonly text: string | null;
  readonly role: string | null;
  /** `unverified` are active ones with an address that was never verified. Deleted ones are given only when asked for. */
  readonly status: "active" | "disabled" | "unverified" | "deleted" | null;
}

/**
 * A page of the users, the newest first: one who is added meanwhile moves nobody. Throws `VALIDATION_ERROR` for a cursor that
 * is not of this list.
 */
export async function listUsers(
  ctx: Platform,
  { text, role, status }: UserFilter,
  { limit, cursor }: PageQuery,
): Promise<Page<Account>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select(accountColumns)
    .from(users)
    .where(
      and(
        hasStatus(status),
        role === null || role === baseRole ? undefined : hasRole(ctx, role),
        text === null ? undefined : contains(text),
        after === null ? undefined : lt(users.id, after),
      ),
    )
    .orderBy(desc(users.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}

/** Whether a text is a cursor of this list. */
export function isUsersCursor(text: string): boolean {
  return findPosition(list, text, isUuid) !== null;
}

function hasStatus(status: UserFilter["status"]): SQL | undefined {
  switch (status) {
    case null:
      return isNull(users.deletedAt);
    case "active":
      return isActive;
    case "disabled":
      return and(isNotNull(users.disabledAt), isNull(users.deletedAt));
    case "unverified":
      return and(isNull(users.emailVerifiedAt), isActive);
    case "deleted":
      return isNotNull(users.deletedAt);
  }
}

function hasRole({ db }: Platform, role: string): SQL {
  const holders = db.select({ id: userRoles.userId }).from(userRoles);
  return inArray(users.id, holders.where(sql`${userRoles.role} = ${role}`));
}

/** Word for word what `users_search_index` is made on (migration 0007), or it would not be used. */
const searchedText = sql`(${users.email} || E'\\n' || coalesce(${users.username}, '') || E'\\n' || coalesce(${users.name}, ''))`;

function contains(text: string): SQL {
  const literally = text.replaceAll(/[\\%_]/g, String.raw`\$&`);
  return sql`${searchedText} ilike ${`%${literally}%`}`;
}
