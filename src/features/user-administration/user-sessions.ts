import type { Page } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { listSessions, revokeAllSessions, type SessionRecord } from "../sessions/index.ts";
import { showUser } from "./find-account.ts";
import { administerUser } from "./administer-user.ts";

/** A page of a user's active sessions, the newest first. Throws `USER_NOT_FOUND`, `VALIDATION_ERROR` for another list's cursor. */
export async function listSessionsOf(
  ctx: Context,
  userId: string,
  query: PageQuery,
): Promise<Page<SessionRecord>> {
  const { id } = await showUser(ctx, userId);
  return listSessions(ctx, id, query);
}

/** Ends all sessions of a user and gives their number; the user may sign in again. Throws `USER_NOT_FOUND`, `FORBIDDEN`. */
export function revokeSessionsOf(ctx: Context, userId: string): Promise<number> {
  const actions = [{ action: "session.revoked" }] as const;
  return administerUser(ctx, { userId, actions }, ({ id }) => revokeAllSessions(ctx, id));
}
