import { eq, type SQL, sql } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { type ClientRecord, clients } from "../clients/index.ts";
import { userGrants } from "../consents/index.ts";
import { isActiveSession, sessions } from "../sessions/index.ts";
import { users } from "../users/index.ts";

/** Whether a client gets a refresh token (OpenID Connect Core §11). */
export function isRefreshable({ grantTypes }: ClientRecord, scopes: readonly string[]): boolean {
  return grantTypes.includes("refresh_token") && scopes.includes("offline_access");
}

/**
 * The session in which the user granted something, while it is active, for the statement that opens the client's session. Its row
 * is locked: a sign-out at the same time either finds the client's session, or prevents it.
 */
export function activeParent(ctx: Context, sessionId: string) {
  return ctx.db.$with("parent").as(
    ctx.db
      .select({
        credentialsVersion: sessions.credentialsVersion,
        isUnverified: sql<boolean>`${users.emailVerifiedAt} is null`.as("is_unverified"),
      })
      .from(sessions)
      .innerJoin(users, isActiveSession(ctx.clock.now()))
      .where(eq(sessions.id, sessionId))
      .for("share", { of: sessions }),
  );
}

/** Whether the user still allows the client what they allowed it; a trusted client needs no consent. */
export function isStillAllowed({
  userId,
  clientId,
}: {
  readonly userId: string;
  readonly clientId: string;
}): SQL {
  return sql`(
    exists (select from ${userGrants} where ${userGrants.userId} = ${userId} and ${userGrants.clientId} = ${clientId})
    or exists (select from ${clients} where ${clients.clientId} = ${clientId} and ${clients.trusted}))`;
}
