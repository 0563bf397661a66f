import { eq, sql } from "drizzle-orm";

import { preparedQuery, type ParameterSource } from "../../platform/db/prepared-query.ts";
import type { Db } from "../../platform/db/port.ts";
import { clients } from "../clients/index.ts";
import { heldPermissions, heldWithoutMfa, userColumns } from "../roles/index.ts";
import { profileColumns, users } from "../users/index.ts";
import { isActiveSession, sessions } from "../sessions/index.ts";

/** The user of an active session, with the user's permissions, and when the session ends by itself; null for any other. */
export async function findActiveSession(db: Db, sessionId: string, now: Date) {
  const [session] = await find(db, { sessionId, now });
  return session ?? null;
}

const find = preparedQuery((db, parameter: ParameterSource<{ sessionId: string; now: Date }>) =>
  db
    .select({
      ...userColumns,
      ...profileColumns,
      createdAt: users.createdAt,
      updatedAt: users.updatedAt,
      permissions: heldPermissions,
      permissionsWithoutMfa: heldWithoutMfa,
      amr: sessions.amr,
      expiresAt: sessions.expiresAt,
      absoluteExpiresAt: sessions.absoluteExpiresAt,
      lastUsedAt: sessions.lastUsedAt,
      clientId: sessions.clientId,
      isTrustedClient: sql<boolean>`coalesce((
        select ${clients.trusted} from ${clients} where ${clients.clientId} = ${sessions.clientId}), false)`,
    })
    .from(sessions)
    .innerJoin(users, isActiveSession(parameter(({ now }) => now)))
    .where(
      eq(
        sessions.id,
        parameter(({ sessionId }) => sessionId),
      ),
    ),
);
