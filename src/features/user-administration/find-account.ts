import { and, desc, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import type { Db } from "../../platform/db/port.ts";
import { rowVersion } from "../../platform/db/row-version.ts";
import type { Platform } from "../../platform/platform.ts";
import { heldPermissions } from "../roles/index.ts";
import { users } from "../users/index.ts";
import { type Account, accountColumns } from "./account.ts";

/** An account as it was read, for a change that is written only if the account has not changed since. */
export interface AccountReading extends Account {
  /** The permissions of its roles. */
  readonly permissions: readonly string[];
  readonly version: string;
}

/** How an operator names a user: by the id, or by the address in canonical form. */
export type NamedUser = { readonly id: string } | { readonly email: string };

/** The account of this id, also a deleted one, with what a change of it is decided on; or null. */
export async function readAccount(db: Db, userId: string): Promise<AccountReading | null> {
  if (!isUuid(userId)) return null;
  const [reading] = await db
    .select({ ...accountColumns, permissions: heldPermissions, version: rowVersion(users) })
    .from(users)
    .where(eq(users.id, userId));
  return reading ?? null;
}

/** The user of this id. Throws `USER_NOT_FOUND`, also for a deleted user. */
export async function showUser(ctx: Platform, userId: string): Promise<Account> {
  return find(
    ctx,
    isUuid(userId) ? and(eq(users.id, userId), isNull(users.deletedAt)) : sql`false`,
  );
}

/**
 * The account that an operator names, also a deleted one: by its id; by its address the account that has it, else the one that
 * had it last. Throws `USER_NOT_FOUND`.
 */
export async function findNamedUser(ctx: Platform, named: NamedUser): Promise<Account> {
  return find(
    ctx,
    "id" in named ? eq(users.id, named.id) : eq(sql`lower(${users.email})`, named.email),
  );
}

/** The account that has this address in canonical form, or null. */
export async function findAccountAt({ db }: Platform, email: string): Promise<Account | null> {
  const hasAddress = and(eq(sql`lower(${users.email})`, email), isNull(users.deletedAt));
  const [account] = await db.select(accountColumns).from(users).where(hasAddress);
  return account ?? null;
}

/** The error for an unknown user. */
export function userNotFound(): AppError {
  return new AppError("USER_NOT_FOUND", "There is no such user.");
}

async function find({ db }: Platform, which: SQL | undefined): Promise<Account> {
  const [account] = await db
    .select(accountColumns)
    .from(users)
    .where(which)
    .orderBy(isNotNull(users.deletedAt), desc(users.deletedAt))
    .limit(1);
  if (!account) throw userNotFound();
  return account;
}
