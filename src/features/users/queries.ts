import { type SQL, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { violatedUniqueConstraint } from "../../platform/db/errors.ts";
import { users } from "./table.ts";

/** The columns that identify a user, for use in the joins of other features. */
export const identityColumns = {
  id: users.id,
  email: users.email,
  username: users.username,
  name: users.name,
  emailVerifiedAt: users.emailVerifiedAt,
};

/** The columns of a user's profile. */
export const profileColumns = {
  phone: users.phone,
  avatarUrl: users.avatarUrl,
  locale: users.locale,
  metadata: users.metadata,
};

/** An active user's account. */
export interface UserIdentity {
  readonly id: string;
  readonly email: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly emailVerifiedAt: Date | null;
}

/** In a statement on `users`: whether an account may be used, being neither deleted nor disabled. */
export const isActive = sql<boolean>`(${users.deletedAt} is null and ${users.disabledAt} is null)`;

/**
 * In a statement on `users`: whether this is its row, and the account may be used. Only the primary key fits: a planner without
 * statistics would read the partial indexes of accounts that are not deleted through.
 */
export function isActiveUser(userId: string): SQL {
  return sql`(${users.id} = ${userId} and coalesce(${users.deletedAt}, ${users.disabledAt}) is null)`;
}

/** In an `UPDATE` of `users`: the version of the credentials with which all earlier sessions, links and codes are void. */
export const nextCredentialsVersion = sql`${users.credentialsVersion} + 1`;

/**
 * In an `UPDATE` of `users` that verifies the address and gives `nextCredentialsVersion`: identities that were linked to an
 * unverified account are void from now on; those of a verified account stay.
 */
export const claimedIdentitiesVersion = sql`case when ${users.emailVerifiedAt} is null
  then ${nextCredentialsVersion} else ${users.identitiesVersion} end`;

/** Whether an error says that another account has the username, or one that looks like it, or gave it up a short time ago. */
export function isUsernameTaken(error: unknown): boolean {
  const constraint = violatedUniqueConstraint(error);
  return constraint === "users_username_unique" || constraint === "usernames_pkey";
}

/** The error for an address or a username that is taken, or null for any other error. Of racing registrations one is written. */
export function duplicate(error: unknown): AppError | null {
  const constraint = violatedUniqueConstraint(error);
  if (constraint === "users_email_unique") {
    return new AppError("DUPLICATE_EMAIL", "This e-mail address is already registered.", {
      faults: [{ field: "email", issue: "Already registered." }],
    });
  }
  if (isUsernameTaken(error)) {
    return new AppError("DUPLICATE_USERNAME", "This username is already taken.", {
      faults: [{ field: "username", issue: "Already taken." }],
    });
  }
  return null;
}
