import { and, desc, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";

import { decodeCursor, encodeCursor, findPosition } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import { containsText } from "../../platform/db/columns.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Platform } from "../../platform/platform.ts";
import { baseRole, userRoles } from "../roles/index.ts";
import { isActive, users } from "../users/index.ts";
import { type Account, accountColumns } from "./account.ts";

const list = "users";

/** Which users to list; null means all. */
export interface UserFilter {
  /** A string that is in the address, username or name, in any case. */
  readonly text: string | null;
  readonly role: string | null;
  /** `unverified` are active users whose address was never verified. Deleted users are listed only with `deleted`. */
  readonly status: "active" | "disabled" | "unverified" | "deleted" | null;
}

/**
 * A page of the users, the newest first: a user who is added meanwhile moves no other. Throws `VALIDATION_ERROR` for a cursor
 * that is not of this list.
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
        text === null ? undefined : containsText(searchedText, text),
        after === null ? undefined : lt(users.id, after),
      ),
    )
    .orderBy(desc(users.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}

/** Whether a string is a cursor of this list. */
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
  const usersWithRole = db.select({ id: userRoles.userId }).from(userRoles);
  return inArray(users.id, usersWithRole.where(sql`${userRoles.role} = ${role}`));
}

/** The exact expression of `users_search_index` (migration 0007), or the index would not be used. */
const searchedText = sql`(${users.email} || E'\\n' || coalesce(${users.username}, '') || E'\\n' || coalesce(${users.name}, ''))`;
