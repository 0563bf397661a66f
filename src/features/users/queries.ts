import { and, eq, isNull, sql, type SQL } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { lowerAscii } from "./canonical-email.ts";
import { userRoles, users } from "./table.ts";

/** The columns by which other features know a user, for use in their own joins. */
export const userColumns = {
  id: users.id,
  email: users.email,
  username: users.username,
  name: users.name,
  emailVerifiedAt: users.emailVerifiedAt,
  roles: sql<
    string[]
  >`array(select ${userRoles.role} from ${userRoles} where ${userRoles.userId} = ${users.id} order by 1)`.as(
    "roles",
  ),
};

/** The columns of her profile. */
export const profileColumns = {
  phone: users.phone,
  avatarUrl: users.avatarUrl,
  locale: users.locale,
  metadata: users.metadata,
};

/** A living user's account. */
export interface UserRecord {
  readonly id: string;
  readonly email: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly emailVerifiedAt: Date | null;
  /** Roles beyond `user`. */
  readonly roles: string[];
}

/** By what a user may be looked up: an address in canonical form, a username in any case, or her id. */
export type UserIdentifier =
  | { readonly email: string }
  | { readonly username: string }
  | { readonly id: string };

/** A living user with what a password is compared with, and the version at which that was read. */
export interface UserWithPassword extends UserRecord {
  readonly passwordHash: string | null;
  readonly credentialsVersion: number;
}

/** In an `UPDATE` of `users`: what her credentials version becomes when all that was proven before is to be void. */
export const nextCredentialsVersion = sql`${users.credentialsVersion} + 1`;

/**
 * In an `UPDATE` of `users` which proves that she is there: the username that she wants, where nobody has it by now. Of two
 * who get it at the same moment the later one violates `users_username_unique`.
 */
export const grantedUsername = sql`coalesce(${users.username}, (
  select ${users.wantedUsername} where not exists (
    select from ${users} as "other"
    where lower("other"."username") = lower(${users.wantedUsername}) and "other"."deleted_at" is null)))`;

/** The living user with this identifier, or null. */
export async function findUserWithPassword(
  db: Db,
  identifier: UserIdentifier,
): Promise<UserWithPassword | null> {
  const [user] = await db
    .select({
      ...userColumns,
      passwordHash: users.passwordHash,
      credentialsVersion: users.credentialsVersion,
    })
    .from(users)
    .where(and(isNull(users.deletedAt), matches(identifier)));
  return user ?? null;
}

function matches(identifier: UserIdentifier): SQL {
  if ("id" in identifier) return eq(users.id, identifier.id);
  return "email" in identifier
    ? eq(sql`lower(${users.email})`, identifier.email)
    : eq(sql`lower(${users.username})`, lowerAscii(identifier.username));
}
