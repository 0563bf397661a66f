import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { getKeptTokens } from "./kept-tokens.ts";
import { listIdentities } from "./list-identities.ts";
import { identityParams, identitySchema, keptTokensSchema, viewIdentity } from "./model.ts";

const tags = ["Identities"];

/** The signed-in user's identities at providers. */
export function identitiesRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/users/me/identities" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listIdentities(ctx, pageOfQuery(query));
        const items = page.items.map(viewIdentity);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        signedIn: true,
        query: listQuery,
        response: { 200: successSchema(listSchema(identitySchema)) },
        detail: {
          operationId: "listOwnIdentities",
          tags,
          summary: "List the user's identities",
          description:
            "Returns the accounts at providers with which the user can sign in, newest first.",
        },
      },
    )
    .get(
      "/:id/tokens",
      async ({ ctx, params }) => success(await getKeptTokens(ctx, params.id), ctx.clock.now()),
      {
        signedIn: true,
        params: identityParams,
        failsWith: ["NOT_FOUND", "REAUTHENTICATION_REQUIRED"],
        response: { 200: successSchema(keptTokensSchema) },
        detail: {
          operationId: "getOwnIdentityTokens",
          tags,
          summary: "Get the kept tokens of a provider",
          description:
            "Returns the provider's own tokens of the last sign-in, which are kept only with `OAUTH_KEEP_TOKENS`. Requires a sign-in within the last ten minutes (`REAUTHENTICATION_REQUIRED`).",
        },
      },
    );
}
