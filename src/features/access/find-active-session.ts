import { eq } from "drizzle-orm";

import { preparedQuery, type ParameterSource } from "../../platform/db/prepared-query.ts";
import type { Db } from "../../platform/db/port.ts";
import { heldPermissions, userColumns } from "../roles/index.ts";
import { profileColumns, users } from "../users/index.ts";
import { isActiveSession, sessions } from "../sessions/index.ts";

/** The user, with her permissions, of a session that lives at this moment, and when the session ends by itself; or null. */
export async function findActiveSession(db: Db, sessionId: string, now: Date) {
  const [session] = await find(db, { sessionId, now });
  return session ?? null;
}

const find = preparedQuery((db, given: ParameterSource<{ sessionId: string; now: Date }>) =>
  db
    .select({
      ...userColumns,
      ...profileColumns,
      permissions: heldPermissions,
      expiresAt: sessions.expiresAt,
      absoluteExpiresAt: sessions.absoluteExpiresAt,
      lastUsedAt: sessions.lastUsedAt,
    })
    .from(sessions)
    .innerJoin(users, isActiveSession(given((asked) => asked.now)))
    .where(
      eq(
        sessions.id,
        given((asked) => asked.sessionId),
      ),
    ),
);
