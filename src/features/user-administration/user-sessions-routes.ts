import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { sessionSchema, viewSession } from "../sessions/index.ts";
import { sessionsRevokedSchema, userParams } from "./model.ts";
import { listSessionsOf, revokeSessionsOf } from "./user-sessions.ts";

const tags = ["User administration"];
const permission = "users:write";

/** The sessions of other users, for administrators. */
export function userSessionsRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/users/:id/sessions" })
    .use(kit)
    .get(
      "",
      async ({ ctx, params, query }) => {
        const page = await listSessionsOf(ctx, params.id, pageOfQuery(query));
        const items = page.items.map((session) => viewSession(session, ctx.actor.sessionId));
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        permission,
        params: userParams,
        query: listQuery,
        failsWith: ["USER_NOT_FOUND"],
        response: {
          200: successSchema(listSchema(sessionSchema)),
        },
        detail: {
          operationId: "listUserSessions",
          tags,
          summary: "List a user's sessions",
          description: "Returns the user's active sessions, newest first.",
        },
      },
    )
    .delete(
      "",
      async ({ ctx, params }) => {
        const revoked = await revokeSessionsOf(ctx, params.id);
        return success(
          { message: "The user's sessions have been ended.", revoked },
          ctx.clock.now(),
        );
      },
      {
        permission,
        params: userParams,
        failsWith: ["USER_NOT_FOUND"],
        response: {
          200: successSchema(sessionsRevokedSchema),
        },
        detail: {
          operationId: "endUserSessions",
          tags,
          summary: "End all sessions of a user",
          description:
            "Takes effect immediately and on every replica; the user may sign in again. The caller must also have every permission of the user, and the role `admin` if the user is an admin.",
        },
      },
    );
}
