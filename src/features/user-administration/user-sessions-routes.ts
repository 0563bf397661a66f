import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { sessionSchema, viewSession } from "../sessions/index.ts";
import { sessionsRevokedSchema, userParams } from "./model.ts";
import { listSessionsOf, revokeSessionsOf } from "./user-sessions.ts";

const tags = ["User administration"];
const permission = "users:write";

/** The sessions of others, for whoever governs their accounts. */
export function userSessionsRoutes(kit: RouteKit) {
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
        response: {
          200: successSchema(listSchema(sessionSchema)),
        },
        detail: {
          operationId: "listUserSessions",
          tags,
          summary: "List a user's sessions",
          description: `Those that are alive, the newest first. Needs the permission \`${permission}\`.`,
        },
      },
    )
    .delete(
      "",
      async ({ ctx, params }) => {
        const revoked = await revokeSessionsOf(ctx, params.id);
        return success({ message: "Her sessions have been ended.", revoked }, ctx.clock.now());
      },
      {
        permission,
        params: userParams,
        response: {
          200: successSchema(sessionsRevokedSchema),
        },
        detail: {
          operationId: "endUserSessions",
          tags,
          summary: "End all sessions of a user",
          description: `Effective at once and everywhere; she may sign in again. Needs the permission \`${permission}\`, and every permission that she has; for an admin, the role \`admin\`.`,
        },
      },
    );
}
