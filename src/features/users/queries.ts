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

/** By what a user may be looked up: an address in canonical form, or a username in any case. */
export type UserIdentifier = { readonly email: string } | { readonly username: string };

/** The living user with this identifier and her password hash, or null. */
export async function findUserWithPassword(
  db: Db,
  identifier: UserIdentifier,
): Promise<(UserRecord & { passwordHash: string | null }) | null> {
  const [user] = await db
    .select({ ...userColumns, passwordHash: users.passwordHash })
    .from(users)
    .where(and(isNull(users.deletedAt), matches(identifier)));
  return user ?? null;
}

function matches(identifier: UserIdentifier): SQL {
  return "email" in identifier
    ? eq(sql`lower(${users.email})`, identifier.email)
    : eq(sql`lower(${users.username})`, lowerAscii(identifier.username));
}
