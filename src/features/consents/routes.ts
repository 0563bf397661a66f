import { type Static, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { idSchema } from "../../platform/http/text-schema.ts";
import { type ConsentRecord, listConsents } from "./queries.ts";
import { maximumResources } from "./table.ts";
import { withdrawConsent } from "./withdraw-consent.ts";

const tags = ["Users"];

const grantSchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    client_id: Type.String(),
    client_name: Type.String(),
    scopes: Type.Array(Type.String()),
    resources: Type.Array(
      Type.Object({ resource: Type.String(), scopes: Type.Array(Type.String()) }),
      {
        maxItems: maximumResources,
        description: "What it may have tokens for beside itself (RFC 8707), the newest last.",
      },
    ),
    granted_at: Type.String({ format: "date-time" }),
  },
  { $id: "UserGrant" },
);

/** What the signed-in user allowed applications. */
export function ownGrantsRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/users/me/grants" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listConsents(ctx, ctx.actor.userId, pageOfQuery(query));
        const items = page.items.map(viewGrant);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        signedIn: true,
        query: listQuery,
        response: { 200: successSchema(listSchema(grantSchema)) },
        detail: {
          operationId: "listOwnGrants",
          tags,
          summary: "List what the user allowed applications",
          description: "Returns the applications that the user signed in to, newest first.",
        },
      },
    )
    .delete(
      "/:id",
      async ({ ctx, params, set }) => {
        await withdrawConsent(ctx, params.id);
        set.status = 204;
      },
      {
        signedIn: true,
        params: Type.Object({
          id: idSchema("The grant's id, from `GET /api/v1/users/me/grants`."),
        }),
        failsWith: ["NOT_FOUND"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "withdrawOwnGrant",
          tags,
          summary: "Withdraw what the user allowed an application",
          description:
            "The application's tokens of the user are refused immediately. It asks again at the next sign-in.",
        },
      },
    );
}

/** A grant as the API responds with it. */
export function viewGrant({ grantedAt, ...grant }: ConsentRecord): Static<typeof grantSchema> {
  return {
    id: grant.id,
    client_id: grant.clientId,
    client_name: grant.clientName,
    scopes: [...grant.scopes],
    resources: grant.resources.map(({ resource, scopes }) => ({ resource, scopes: [...scopes] })),
    granted_at: grantedAt.toISOString(),
  };
}
