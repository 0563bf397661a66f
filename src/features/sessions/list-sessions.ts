import { and, desc, eq, lt } from "drizzle-orm";

import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { clients } from "../clients/index.ts";
import { users } from "../users/index.ts";
import { isActiveSession } from "./queries.ts";
import { sessions } from "./table.ts";

const list = "sessions";

/** A session as it is listed. */
export interface SessionRecord {
  readonly id: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  /** The client whose session it is; null for a session of Gatehouse itself. */
  readonly clientId: string | null;
  readonly clientName: string | null;
}

/** A page of a user's active sessions, the newest first. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listSessions(
  ctx: Context,
  userId: string,
  { limit, cursor }: PageQuery,
): Promise<Page<SessionRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select({
      id: sessions.id,
      ipAddress: sessions.ipAddress,
      userAgent: sessions.userAgent,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      expiresAt: sessions.expiresAt,
      clientId: sessions.clientId,
      clientName: clients.name,
    })
    .from(sessions)
    .leftJoin(clients, eq(clients.clientId, sessions.clientId))
    .innerJoin(users, isActiveSession(ctx.clock.now()))
    .where(and(eq(sessions.userId, userId), after === null ? undefined : lt(sessions.id, after)))
    .orderBy(desc(sessions.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}
