import { eq } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { users } from "../users/index.ts";

/** The current state of the user that a mail is for. */
export interface MailedUser {
  readonly name: string | null;
  /** A language tag (BCP 47), or null if the user has set none. */
  readonly locale: string | null;
  /** Whether the account is not deleted and its address is not verified yet. */
  readonly needsVerification: boolean;
  /** No mail is sent to a disabled user. */
  readonly isDisabled: boolean;
}

/** The user that a mail is for, or null if there is no such user. */
export async function findMailedUser(db: Db, userId: string): Promise<MailedUser | null> {
  const [user] = await db
    .select({
      name: users.name,
      locale: users.locale,
      emailVerifiedAt: users.emailVerifiedAt,
      deletedAt: users.deletedAt,
      disabledAt: users.disabledAt,
    })
    .from(users)
    .where(eq(users.id, userId));
  if (!user) return null;
  const { name, locale, emailVerifiedAt, deletedAt, disabledAt } = user;
  return {
    name,
    locale,
    needsVerification: emailVerifiedAt === null && deletedAt === null,
    isDisabled: disabledAt !== null,
  };
}
