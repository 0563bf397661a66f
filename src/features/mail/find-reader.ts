import { eq } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { users } from "../users/index.ts";

/** What is asked of a reader when her mail is sent. */
export interface Reader {
  readonly name: string | null;
  /** A language tag (BCP 47), or null where she never gave one. */
  readonly locale: string | null;
  /** Whether she still has to verify her address, and lives. */
  readonly isToVerify: boolean;
}

/** The user that a mail is about, as she is now; null when there is none. */
export async function findReader(db: Db, userId: string): Promise<Reader | null> {
  const [user] = await db
    .select({
      name: users.name,
      locale: users.locale,
      emailVerifiedAt: users.emailVerifiedAt,
      deletedAt: users.deletedAt,
    })
    .from(users)
    .where(eq(users.id, userId));
  if (!user) return null;
  const { name, locale } = user;
  return { name, locale, isToVerify: user.emailVerifiedAt === null && user.deletedAt === null };
}
