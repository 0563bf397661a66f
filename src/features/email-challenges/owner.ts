import { and, eq, sql, type SQL, type SQLWrapper } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { isActive, users } from "../users/index.ts";
import type { ChallengePurpose } from "./purposes.ts";
import { mailChallenges } from "./table.ts";

/** The columns by which a challenge knows its user. */
interface HolderColumns {
  readonly id: SQLWrapper;
  readonly email: SQLWrapper;
  readonly credentialsVersion: SQLWrapper;
}

/**
 * The living user that `which` finds, locked until the end of the statement: a change of her credentials comes before it,
 * and is seen, or after it. So of two challenges that would each void the other one is consumed.
 */
export function lockHolder(db: Db, which: SQL) {
  return db.$with("holder").as(
    db
      .select({
        id: users.id,
        email: users.email,
        credentialsVersion: users.credentialsVersion,
        emailVerifiedAt: users.emailVerifiedAt,
      })
      .from(users)
      .where(and(which, isActive))
      .for("no key update"),
  );
}

/**
 * Whether a challenge is its user's, and she has not changed since in a way that voids it. One for another address than
 * hers is void as well, but for that which is to give her the address.
 */
export function isBoundTo(holder: HolderColumns, purpose: ChallengePurpose): SQL | undefined {
  return and(
    eq(mailChallenges.userId, holder.id),
    eq(mailChallenges.credentialsVersion, holder.credentialsVersion),
    purpose === "change-email" ? undefined : sql`${mailChallenges.email} = ${holder.email}`,
  );
}
