import { and, eq } from "drizzle-orm";

import type { Context } from "../../../platform/platform.ts";
import type { TokenGrantFacts } from "../../tokens/index.ts";
import { isOpen } from "../queries.ts";
import { sessions } from "../table.ts";
import type { PresentedToken } from "./keep-or-end.ts";
import { grantColumns } from "./refreshed-session.ts";

/** What was granted in the open session of a client's refresh token, which may be an old one; null if there is no such session. */
export async function findGrant(
  ctx: Context,
  { sessionId, userId, clientId }: PresentedToken,
): Promise<TokenGrantFacts | null> {
  if (clientId === null) return null;
  const isItsSession = and(
    eq(sessions.id, sessionId),
    eq(sessions.userId, userId),
    eq(sessions.clientId, clientId),
    isOpen(ctx.clock.now()),
  );
  const [row] = await ctx.db.select(grantColumns).from(sessions).where(isItsSession);
  return row ? { clientId, scopes: row.scopes ?? [], resource: row.resource } : null;
}
