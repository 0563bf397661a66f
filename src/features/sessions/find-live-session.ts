import { eq } from "drizzle-orm";

import { hotStatement, type ValuesOf } from "../../platform/db/hot-statement.ts";
import type { Db } from "../../platform/db/port.ts";
import { heldPermissions } from "../roles/index.ts";
import { profileColumns, userColumns, users } from "../users/index.ts";
import { isLiving } from "./living-session.ts";
import { sessions } from "./table.ts";

/** The user, with her permissions, of a session that lives at this moment, and when the session ends by itself; or null. */
export async function findLiveSession(db: Db, sessionId: string, now: Date) {
  const [session] = await find(db, { sessionId, now });
  return session ?? null;
}

const find = hotStatement((db, given: ValuesOf<{ sessionId: string; now: Date }>) =>
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
    .innerJoin(users, isLiving(given((asked) => asked.now)))
    .where(
      eq(
        sessions.id,
        given((asked) => asked.sessionId),
      ),
    ),
);
