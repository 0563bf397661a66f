import { and, eq, sql } from "drizzle-orm";

import { type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import type { SessionProofQuery } from "../sessions/index.ts";
import { isActive, users } from "../users/index.ts";
import type { ProvenPasskey } from "./prove-passkey.ts";
import { isUsablePasskey } from "./queries.ts";
import { passkeys } from "./table.ts";

/**
 * One row while the passkey and its user are as they were when it was proven. Both stay locked until the statement has written the
 * use; so of two proofs with the same counter, which a copied key gives, one is good.
 */
export function lockPasskey({ db }: Context, { passkey }: ProvenPasskey): SessionProofQuery {
  return db
    .select({
      credentialsVersion: users.credentialsVersion,
      isUnverified: sql<boolean>`${users.emailVerifiedAt} is null`.as("is_unverified"),
    })
    .from(users)
    .innerJoin(passkeys, isUsablePasskey)
    .where(
      and(
        eq(users.id, passkey.user.id),
        isActive,
        eq(users.credentialsVersion, passkey.credentialsVersion),
        eq(passkeys.id, passkey.id),
        eq(passkeys.signCount, passkey.signCount),
      ),
    )
    .for("no key update");
}

/** The effect of writing the use of a passkey: its counter, whether it is backed up, and the time (WebAuthn §7.2). */
export function usePasskey(
  ctx: Context,
  { passkey, signCount, isBackedUp }: ProvenPasskey,
): Effect {
  const values = { signCount, isBackedUp, lastUsedAt: ctx.clock.now() };
  return updateRows(passkeys, values, eq(passkeys.id, passkey.id));
}
