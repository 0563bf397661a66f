import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { revokeSession } from "./end-sessions.ts";
import { listSessions } from "./list-sessions.ts";
import { sessionParams, sessionSchema, viewSession } from "./model.ts";

const tags = ["Sessions"];

/** The signed-in user's own sessions. */
export function ownSessionsRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/users/me/sessions" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listSessions(ctx, ctx.actor.userId, pageOfQuery(query));
        const items = page.items.map((session) => viewSession(session, ctx.actor.sessionId));
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        signedIn: true,
        query: listQuery,
        response: { 200: successSchema(listSchema(sessionSchema)) },
        detail: {
          operationId: "listOwnSessions",
          tags,
          summary: "List the user's own sessions",
          description: "Returns every active session of the signed-in user, newest first.",
        },
      },
    )
    .delete(
      "/:id",
      async ({ ctx, params, set }) => {
        await revokeSession(ctx, { id: params.id, userId: ctx.actor.userId });
        set.status = 204;
      },
      {
        signedIn: true,
        params: sessionParams,
        failsWith: ["NOT_FOUND"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "endOwnSession",
          tags,
          summary: "End one of the user's own sessions",
          description:
            "Takes effect immediately and on every replica. The session may be the current one.",
        },
      },
    );
}
