import { eq, isNotNull, ne, or, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { identities, isUsableIdentity } from "../identities/index.ts";
import { isUsablePasskey, passkeys } from "../passkeys/index.ts";
import { isActiveUser, users } from "../users/index.ts";

/**
 * The signed-in user, if they can sign in also without the identity or passkey with this id: with a password, another identity or
 * another passkey. For a statement that removes it, which begins with the queries of `with`. The user is locked, so that of racing
 * removals one is the last that is allowed.
 */
export function ownerWithOtherMethod({ db, actor }: Context<UserActor>, id: string) {
  const owner = db.$with("owner").as(
    db
      .select({
        id: users.id,
        passwordHash: users.passwordHash,
        credentialsVersion: users.credentialsVersion,
      })
      .from(users)
      .where(isActiveUser(actor.userId))
      .for("no key update"),
  );
  // Locked after the user: one that a statement before this has deleted is visible to this one, but is not locked.
  const otherIdentities = db.$with("other_identities").as(
    db
      .select({ identityId: sql<string>`${identities.id}`.as("identity_id") })
      .from(identities)
      .innerJoin(owner, eq(identities.userId, owner.id))
      .innerJoin(users, isUsableIdentity)
      .where(ne(identities.id, id))
      .for("no key update", { of: identities }),
  );
  const otherPasskeys = db.$with("other_passkeys").as(
    db
      .select({ passkeyId: sql<string>`${passkeys.id}`.as("passkey_id") })
      .from(passkeys)
      .innerJoin(owner, eq(passkeys.userId, owner.id))
      .innerJoin(users, isUsablePasskey)
      .where(ne(passkeys.id, id))
      .for("no key update", { of: passkeys }),
  );
  const ownerId = db
    .select({ id: owner.id })
    .from(owner)
    .where(
      or(
        isNotNull(owner.passwordHash),
        sql`exists (select from ${otherIdentities})`,
        sql`exists (select from ${otherPasskeys})`,
      ),
    );
  const credentialsVersion = sql<number>`(select ${owner.credentialsVersion} from ${owner})`;
  return { with: [owner, otherIdentities, otherPasskeys], ownerId, credentialsVersion };
}

/** The error for an attempt to remove the last way to sign in. */
export function lastMethod(): AppError {
  return new AppError(
    "CONFLICT",
    "This is the only way to sign in to the account. Set a password first.",
  );
}
